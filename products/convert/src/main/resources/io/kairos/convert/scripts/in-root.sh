#!/bin/sh
# Runs a program inside a root directory, in mount and process namespaces that the caller has made
# with unshare(1). What is mounted here is gone with the last process: nothing is left to clean up.
#   in-root.sh ROOT PROGRAM [ARGUMENT...]
set -eu
root=$1
shift

# Nothing from here is seen outside; what is unmounted outside is not held here.
mount --make-rslave /

# A mount point of its own, so that the program sees a root that is mounted.
mount --bind "$root" "$root"
mkdir -p "$root/dev" "$root/proc" "$root/run" "$root/sys" "$root/tmp"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"

# Firmware variables would let a maintainer script change the build machine's boot order.
if [ -d "$root/sys/firmware" ]; then
    mount -t tmpfs -o ro,mode=0755 none "$root/sys/firmware"
fi

mount -t tmpfs -o nosuid,mode=0755 dev "$root/dev"
for node in null zero full random urandom tty; do
    : > "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o nosuid,nodev,mode=1777 shm "$root/dev/shm"
mount -t tmpfs -o nosuid,nodev,mode=0755 run "$root/run"
mkdir -p "$root/run/lock"
mount -t tmpfs -o nosuid,nodev,mode=1777 tmp "$root/tmp"

# The resolver of this machine, for as long as the program runs. The link in the root usually points
# below /run, which is ours now.
if [ -e /etc/resolv.conf ]; then
    if [ -L "$root/etc/resolv.conf" ]; then
        target=$(readlink "$root/etc/resolv.conf")
        case "$target" in
            /run/*) target=$root$target ;;
            ../run/*) target=$root/${target#../} ;;
            *) target= ;;
        esac
        if [ -n "$target" ]; then
            mkdir -p "$(dirname "$target")"
            cat /etc/resolv.conf > "$target"
        fi
    elif [ -f "$root/etc/resolv.conf" ]; then
        mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
    fi
fi

exec chroot "$root" "$@"
