# Makes the system before the upgrade the one that boots next; the reboot pod of this Job does the rest.
set -eu

agent() {
  nsenter -t 1 -m -i -u -n -- kairos-agent "$@"
}

if agent rollback --help > /dev/null 2>&1; then
  agent rollback
else # an agent of upstream: its entry for the passive system is called fallback, or passive in newer ones
  agent bootentry --select fallback || agent bootentry --select passive
fi
