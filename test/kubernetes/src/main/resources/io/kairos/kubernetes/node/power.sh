#!/bin/sh
# reboot, poweroff, halt, shutdown and systemctl of a node: process 1 ends all the others and says how (init.sh).
name=${0##*/}
case "$name $*" in
  "systemctl reboot"* | "systemctl "*" reboot" | reboot* | "shutdown -r"* | "shutdown "*" -r"*) signal=TERM ;;
  "systemctl poweroff"* | "systemctl halt"* | poweroff* | halt* | shutdown*) signal=USR2 ;;
  *)
    echo "$name $*: this node has no systemd; it can only be rebooted and switched off" >&2
    exit 1
    ;;
esac
kill -s "$signal" 1
