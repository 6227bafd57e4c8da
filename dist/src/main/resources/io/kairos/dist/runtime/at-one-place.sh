# PLACE TREE COMMAND ARGUMENT...: runs a command in a tree that it sees at PLACE, in mounts of its own.
# The JDK hashes the addresses and inode numbers of the jars, and where two collide it calls a method
# more, which the archive remembers. So they get the same addresses, and on a fresh tmpfs the same
# inode numbers, in the order of their creation.
mount --bind "$2" "$1"
mount -t tmpfs jars "$1/lib/kairos"
cp -p "$2"/lib/kairos/* "$1/lib/kairos"
cd "$1"
shift 2
exec "$@"
