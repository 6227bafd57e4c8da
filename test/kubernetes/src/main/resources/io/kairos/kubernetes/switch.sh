#!/bin/bash
# The switch that the nodes of a cluster are connected to, in a network namespace of its own, until its input ends.
set -eu
ip link set lo up
ip link add switch type bridge
ip link set switch up
echo $$ >switch.pid
exec sleep infinity
