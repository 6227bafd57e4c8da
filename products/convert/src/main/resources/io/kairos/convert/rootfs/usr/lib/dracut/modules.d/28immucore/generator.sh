#!/bin/sh
# The root is a loop device that immucore attaches, after it has found and perhaps unlocked a disk:
# slow machines need longer than systemd's 90 seconds.
normal_dir="$1"
[ -n "$normal_dir" ] || exit 1

mkdir -p "$normal_dir/sysroot.mount.d"
cat > "$normal_dir/sysroot.mount.d/timeout.conf" << 'EOF'
[Mount]
TimeoutSec=300
EOF

# Some releases of systemd do not pull in the mount on their own.
wants="$normal_dir/initrd-root-fs.target.wants"
if [ ! -e "$wants/sysroot.mount" ]; then
    mkdir -p "$wants"
    ln -s ../sysroot.mount "$wants/sysroot.mount"
fi
