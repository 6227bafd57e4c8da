#!/bin/bash
# supervise.sh SIGNAL AFTERWARDS COMMAND...: runs a command until it ends, or until whoever started us closes our
# standard input. The kernel closes that when it has died, however it died. Then the command gets SIGNAL, and SIGKILL
# when it does not heed it. AFTERWARDS, a shell text, runs when the command is gone. The exit code is the command's.
set -u
signal=$1 afterwards=$2
shift 2
exec 3<&0 </dev/null

setpriv --pdeathsig KILL -- "$@" 3<&- & # so it does not outlive us either
command=$!
{
  while read -r -u 3; do :; done
  kill -s "$signal" "$command"
  timeout 10 tail --sleep-interval=0.05 --pid="$command" --follow /dev/null
  kill -s KILL "$command"
} >/dev/null 2>&1 &
lifeline=$!
exec 3<&-

wait "$command" # not wait -n, which forgets what has ended before it is asked
code=$?
kill "$lifeline" 2>/dev/null
eval "$afterwards"
exit "$code"
