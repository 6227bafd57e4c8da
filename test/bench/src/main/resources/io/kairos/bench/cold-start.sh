#!/bin/sh
# Usage: cold-start.sh SCRATCH RUNTIME LAUNCHER NETWORK RUNS NAME WORD...
# Starts the node's runtime where it belongs, /usr/lib/kairos, in a mount namespace over this machine's root, and
# prints how many milliseconds each run of "NAME WORD..." took. Run by: unshare --mount --net.
# In the NETWORK "silent-network" there is a route to everywhere, and nobody answers.
set -eu
scratch=$1 runtime=$2 launcher=$3 network=$4 runs=$5 name=$6
shift 6

if [ "$network" = silent-network ]; then
  ip link add near type veth peer name far
  ip address add 192.0.2.2/24 dev near
  ip link set far up
  ip link set near up
  ip route add default via 192.0.2.1
fi

mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
mkdir -p "$scratch/root/usr/lib/kairos"
mount --bind "$runtime" "$scratch/root/usr/lib/kairos"
cp "$launcher" "$scratch/root/usr/bin/$name"
mount --rbind /proc "$scratch/root/proc"
mount --rbind /dev "$scratch/root/dev" # without /dev/urandom Java makes its own noise, for seconds

while [ "$runs" -gt 0 ]; do
  begin=$(date +%s%N)
  chroot "$scratch/root" "/usr/bin/$name" "$@" >/dev/null 2>&1 || true
  end=$(date +%s%N)
  echo $(((end - begin) / 1000000))
  runs=$((runs - 1))
done
