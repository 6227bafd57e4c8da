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
cat <&3 >/dev/null 2>&1 &
lifeline=$!
exec 3<&-

wait -n -p ended "$command" "$lifeline"
code=$?
if [[ $ended == "$lifeline" ]]; then
  kill -s "$signal" "$command" 2>/dev/null
  timeout 10 tail --sleep-interval=0.05 --pid="$command" --follow /dev/null
  kill -s KILL "$command" 2>/dev/null
  wait "$command"
  code=$?
else
  kill "$lifeline" 2>/dev/null
fi
eval "$afterwards"
exit "$code"
