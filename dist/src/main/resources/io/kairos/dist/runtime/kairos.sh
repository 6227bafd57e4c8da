#!/bin/sh
# Starts the Java runtime of Kairos under the name by which it was called: /usr/bin/kairos and its
# links (kairos-agent, immucore, ...). exec keeps the process id, for init and for systemd.
home=/usr/lib/kairos

# The C library below $home knows this locale alone; file names are UTF-8.
LC_ALL=C.UTF-8
export LC_ALL
# Options and libraries of the caller would change, or break, what was built and tested.
unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS JDK_AOT_VM_OPTIONS
unset LD_PRELOAD LD_LIBRARY_PATH LOCPATH

name=${0##*/}
case $name in
  # Before the root exists every page counts.
  immucore | init) heap=64m ;;
  *) heap=256m ;;
esac

# What hashes a whole system earns the second compiler, which knows the SHA instructions of the
# processor (ten times as fast and more); everything else ends before that one would pay. QEMU's
# emulation of a processor loses its way where compiled code is replaced while it runs.
compilers=1
case " $name $* " in
  *" upgrade "* | *" pull-image "* | *" install-bundle "* | *"install "*)
    grep -qs "QEMU TCG" /proc/cpuinfo || compilers=4
    ;;
esac

exec "$home/bin/java" "-Xmx$heap" "@$home/java.args" "-XX:TieredStopAtLevel=$compilers" \
  io.kairos.dist.node.NodeMain "$name" "$@"
