# PLACE TREE COMMAND ARGUMENT...: runs a command in a tree that it sees at PLACE, in mounts of its own.
mount --bind "$2" "$1"
cd "$1"
shift 2
exec "$@"
