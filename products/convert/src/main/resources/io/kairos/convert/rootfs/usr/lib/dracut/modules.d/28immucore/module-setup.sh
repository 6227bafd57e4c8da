#!/bin/bash
# Puts immucore, which mounts an immutable node's file systems, into the initramfs.

runtime=/usr/lib/kairos

check() {
    return 0
}

depends() {
    echo rootfs-block dm fs-lib lvm
}

installkernel() {
    instmods overlay loop squashfs ext4
}

# The run-time brings its own ELF interpreter and C library, and checks its archives by size and
# time. So its files go in as they are: no library is looked up, nothing is linked or stripped.
install_runtime() {
    [[ -d $runtime ]] || {
        derror "immucore: $runtime is missing"
        return 1
    }
    mkdir -p "${initdir}/usr/lib" "${initdir}/usr/bin"
    cp -a "$runtime" "${initdir}/usr/lib/" || return 1
    rm -rf "${initdir:?}$runtime/share" # nobody reads a manual there
    cp -a /usr/bin/kairos "${initdir}/usr/bin/kairos" || return 1
    ln -sfn /usr/bin/kairos "${initdir}/usr/bin/immucore"
    ln -sfn /usr/bin/kairos "${initdir}/usr/bin/kairos-agent"

    # The launcher sets it; a shell complains about a locale that is not there.
    if [[ -d /usr/lib/locale/C.utf8 ]]; then
        mkdir -p "${initdir}/usr/lib/locale"
        cp -a /usr/lib/locale/C.utf8 "${initdir}/usr/lib/locale/"
    fi
}

install() {
    install_runtime || return 1

    # What immucore and the stages of early boot call.
    inst_multiple \
        awk basename blkid cat chmod chown chroot cp cut date df dirname dmesg dmsetup e2fsck env \
        findmnt fsck gawk grep head id ln losetup ls lsblk lvm mkdir mkfs.ext2 mkfs.ext3 mkfs.ext4 \
        mkfs.vfat mktemp modprobe mount mountpoint mv partx readlink resize2fs rm rmdir rsync sed sfdisk \
        sh sleep sort stat sync systemctl tail touch tr tune2fs udevadm umount uname wc cryptsetup || return 1
    inst_multiple -o \
        blockdev growpart hostname mkfs.fat mkfs.xfs partprobe sgdisk tar xfs_growfs \
        fsck.ext2 fsck.ext3 fsck.ext4 fsck.vfat systemd-machine-id-setup
    inst_libdir_file "libsigsegv.so*" "libmpfr.so*"

    inst_hook pre-mount 02 "$moddir/live-overlay.sh"
    inst_script "$moddir/generator.sh" "$systemdutildir/system-generators/immucore-generator"
    inst_simple "$moddir/immucore.service" "$systemdsystemunitdir/immucore.service"
    mkdir -p "${initdir}${systemdsystemunitdir}/initrd.target.requires"
    ln -sfn ../immucore.service \
        "${initdir}${systemdsystemunitdir}/initrd.target.requires/immucore.service"

    # The device behind root= is a loop device that immucore makes: wait for it.
    dracut_need_initqueue
}
