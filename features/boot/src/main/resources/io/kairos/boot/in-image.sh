# Runs a program inside an image, in a mount name space of its own: nothing has to be unmounted.
# usage: in-image.sh ROOT [--bind FOLDER]... -- PROGRAM [ARGUMENT]...
# A bound folder keeps its path inside the image.
set -eu
root=$1
shift

bind() {
    mkdir -p "$root$1"
    mount --rbind "$1" "$root$1"
}

bind /dev
bind /proc
bind /sys
while [ "$1" = --bind ]; do
    bind "$2"
    shift 2
done
[ "$1" = -- ]
shift
exec chroot "$root" "$@" </dev/null
