#!/bin/sh
# Makes this node's disk what the Go agent leaves: its boot menu instead of ours, and none of the records that only ours
# keeps. The menu is in the file that is named. See reference agent 2.9 to 2.11, boot 5.2 and 5.3.
set -eu
menu=$1
state=/run/initramfs/cos-state

mount -o remount,rw "$state"
cp "$menu" "$state/grub/grub.cfg"
rm -f "$state/boot_assessment" "$state/cOS/systems.json"
cat >"$state/grubcustom" <<'CUSTOM'
search --no-floppy --file --set=bootfile_loc /grub_boot_assessment
if [ "${bootfile_loc}" ]; then
  source "(${bootfile_loc})/grub_boot_assessment"
fi
CUSTOM
echo '# boot_assessment_blk' >"$state/grub_boot_assessment"
grub2-editenv "$state/grub_oem_env" set default_menu_entry=Kairos
mount -o remount,ro "$state"

find /usr/local/.state -maxdepth 1 -name '*.seed.json' -delete
cat >/usr/local/.kairos-state <<'DIARY'
first-install: never
last-active-upgrade: "2026-07-21T09:51:00Z"
DIARY
sync
