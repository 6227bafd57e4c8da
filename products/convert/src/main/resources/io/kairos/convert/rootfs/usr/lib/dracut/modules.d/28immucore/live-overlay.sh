#!/bin/sh
# systemd mounts the overlay of live media as soon as its lower layer is there. dracut before 060
# makes the directories of the upper layer only afterwards, so that the mount fails.
command -v getargbool > /dev/null || . /lib/dracut-lib.sh

if getargbool 0 rd.live.overlay.overlayfs; then
    mkdir -m 0755 -p /run/overlayfs /run/ovlwork
fi
