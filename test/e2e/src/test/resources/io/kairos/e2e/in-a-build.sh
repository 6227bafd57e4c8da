#!/bin/sh
# Runs a command in what the RUN line of a Dockerfile is given by buildah without a virtual machine or a runtime: the
# capabilities of an ordinary container, device nodes of the machine, its own names in /etc, and here no network.
#   in-a-build.sh ROOT COMMAND [ARGUMENT...]
set -eu
if [ "${1:-}" != inside ]; then
  exec unshare --mount --pid --net --fork --kill-child --propagation private sh "$0" inside "$@"
fi
root=$2
shift 2

names=$(mktemp -d)
mount -t tmpfs names "$names"
mount --bind "$root" "$root"
for folder in dev proc sys run tmp; do
  [ -d "$root/$folder" ] || mkdir "$root/$folder"
done
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 dev "$root/dev"
for node in null zero full random urandom tty; do
  : >"$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
for name in hostname hosts; do
  echo "of-the-builder" >"$names/$name"
  mount --bind "$names/$name" "$root/etc/$name"
done

exec setpriv --no-new-privs \
  --bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+net_bind_service,+setfcap,+setgid,+setpcap,+setuid,+sys_chroot \
  chroot "$root" "$@"
