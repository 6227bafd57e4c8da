#!/bin/sh
# kairos-init: makes the root in which it runs a Kairos image. What follows this script is a
# compressed archive with Java, this program and the run-time of nodes. It is unpacked into a new
# folder below $TMPDIR or /var/tmp, and is gone again when this ends.
set -eu
head=@lines@ # lines of this script

case $(uname -m) in
  @machine@) ;;
  *)
    echo "error: this kairos-init is for @machine@, not for $(uname -m)" >&2
    echo "  try: build for that platform, or make a kairos-init there" >&2
    exit 1
    ;;
esac

umask 022
home=$(mktemp -d "${TMPDIR:-/var/tmp}/kairos-init.XXXXXX")
trap 'rm -rf "$home"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if ! tail -n "+$((head + 1))" "$0" | gzip -dc | tar -xf - -C "$home"; then
  echo "error: cannot unpack $0 into $home" >&2
  echo "  try: make room there, or set TMPDIR to another folder; it takes 80 MB" >&2
  exit 1
fi

classes=
while read -r jar; do
  classes=$classes$home/runtime/lib/kairos/$jar:
done <"$home/runtime/lib/kairos/class-path"
for jar in "$home"/jars/*; do
  classes=$classes$jar:
done

# The run-time's programs name /usr/lib/kairos as the place of their C library, and they are not there
# yet: so its loader is started instead of java, and Java starts programs without its helper. Its
# archive of classes is for the class path of a node.
# Options and libraries of the caller would change, or break, what was built and tested.
unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS JDK_AOT_VM_OPTIONS
unset LD_PRELOAD LD_LIBRARY_PATH LOCPATH
mkdir "$home/tmp"
LC_ALL=C.UTF-8 "$home/runtime/lib/@loader@" \
  --library-path "$home/runtime/lib:$home/runtime/lib/server" \
  "$home/runtime/bin/java" "@$home/java.options" -Xmx256m -XX:TieredStopAtLevel=1 \
  -Xshare:off -Djdk.lang.Process.launchMechanism=FORK \
  "-Djava.io.tmpdir=$home/tmp" "-Dkairos.init.home=$home" -cp "${classes%:}" \
  io.kairos.dist.kairosinit.KairosInitMain "$@" &
java=$!

# A signal ends Java, which ends what it has started; and it ends the first wait before Java.
trap 'kill -s TERM "$java" 2>/dev/null || :' HUP INT TERM
code=0
wait "$java" || code=$?
while kill -s 0 "$java" 2>/dev/null; do
  code=0
  wait "$java" || code=$?
done
exit "$code"
