# Reboots this machine once the sentinel of a Job is there, and ends well only when the machine runs another boot.
# $1: names of the sentinel, <job>-*    SENTINEL_DIR: where it appears    BOOT_ID_BEFORE: boot that must end, if known
# It needs nothing but sh, nsenter and coreutils (busybox has them), no access to the API server.
set -u
names=$1
folder=${SENTINEL_DIR:-/sentinel}
asked="$folder/.${names%-\*}.reboot" # the boot that was asked to end; survives the reboot
log=${TERMINATION_LOG:-/dev/termination-log}

host() {
  nsenter -t 1 -m -i -- "$@"
}

say() {
  echo "$1"
  echo "$1" > "$log"
}

forget() {
  # shellcheck disable=SC2086 # the names are a pattern
  (cd "$folder" && rm -f -- $names)
  rm -f -- "$asked"
}

arrived() {
  for file in "$folder"/$names; do
    [ -f "$file" ] && return 0
  done
  return 1
}

if ! boot=$(host cat /proc/sys/kernel/random/boot_id); then
  say "cannot read the boot id of the host by nsenter"
  exit 1
fi

if [ -n "${BOOT_ID_BEFORE:-}" ] && [ "$BOOT_ID_BEFORE" != "$boot" ]; then
  forget
  say "rebooted: $BOOT_ID_BEFORE is now $boot"
  exit 0
fi

if [ -f "$asked" ]; then
  before=$(cat "$asked")
  if [ "$before" != "$boot" ]; then
    forget
    say "rebooted: $before is now $boot"
    exit 0
  fi
  echo "asked before, but this is still boot $boot"
else
  until arrived; do
    sleep "${POLL_SECONDS:-5}"
  done
  echo "$boot" > "$asked.new" && mv "$asked.new" "$asked" && sync
fi

# The Job's pod has to be reported as ended before the kubelet goes away, or it would run again.
sleep "${SETTLE_SECONDS:-10}"
# By the host's shell, and so the host's program. Busybox's nsenter would run busybox's own reboot, whose signal
# systemd takes for the wish to start itself again.
if ! host /bin/sh -c reboot; then
  say "the host's reboot command failed"
  exit 1
fi

waited=0
while [ "$waited" -lt "${DOWN_SECONDS:-300}" ]; do
  sleep "${POLL_SECONDS:-5}"
  waited=$((waited + ${POLL_SECONDS:-5}))
done
say "the host did not go down within ${DOWN_SECONDS:-300} s of its reboot command"
exit 1
