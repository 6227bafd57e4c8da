#!/bin/sh
# The one use that builder pods make of luet: `luet util pack [--arch A --os linux] NAME ARCHIVE OUTPUT`.
set -eu
if [ "${1-}" != util ] || [ "${2-}" != pack ]; then
  echo "this image has of luet only: luet util pack NAME ARCHIVE OUTPUT" >&2
  exit 1
fi
shift 2
exec auroraboot pack-archive "$@"
