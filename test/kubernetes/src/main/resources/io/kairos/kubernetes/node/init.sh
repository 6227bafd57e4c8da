#!/bin/bash
# Process 1 of a node, in pid, mount, net, uts and ipc namespaces of its own: gives the node its network and its root,
# and runs what nodes run. From the environment:
#   NODE, BOOT_ID, ADDRESS, GATEWAY, ROUTES (one "RANGE via ADDRESS" a line)
#   STATE (folder of the node; root/ is its root), KUBE (program), IMAGES (folder of archives)
#   SWITCH (a process in the network namespace of the switch), CGROUP (name of the node's control group)
# Ends with 129 when somebody wants the node rebooted and 130 when switched off, as reboot(2) ends a pid namespace.
# Heeds the signals of busybox's init, because busybox prefers its own reboot to the one it finds.
set -euo pipefail
trap 'exit 129' TERM
trap 'exit 130' USR1 USR2
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

read -r pid _ </proc/self/stat # still the machine's /proc, so the number that the machine knows us by
echo "$pid" >"$STATE/init.pid"

# A cable into the switch; the one of the last boot may still be there.
# shellcheck disable=SC2016 # the inner shell expands them
nsenter --net="/proc/$SWITCH/ns/net" bash -euc '
  ip link delete "$1" 2>/dev/null || true
  ip link add "$1" type veth peer name eth0 netns 1
  ip link set "$1" master switch up' bash "$NODE"

# The root: files of its own, completed by the programs of the machine.
root=$STATE/root
mkdir -p "$root"/{dev,mnt,proc,run,sys,tmp,opt/kit/images,usr/local/{bin,sbin}}
mount --bind "$root" "$root"
cd "$root"
for directory in bin sbin lib lib32 lib64; do
  if [[ -L /$directory ]]; then
    ln -sfn "$(readlink "/$directory")" "$directory"
  elif [[ -e /$directory ]]; then
    echo "/$directory is no link into /usr, as it is on Debian 12 and newer"
    exit 1
  fi
done
mount --bind usr/local mnt # stays writable
mount -t overlay -o "lowerdir=$root/usr:/usr" node-usr usr
mount --bind mnt usr/local
umount mnt
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
mkdir run/netns run/lock
echo "$BOOT_ID" >run/boot_id
mount --bind run/boot_id proc/sys/kernel/random/boot_id
[[ ! -e proc/sysrq-trigger ]] || mount --bind /dev/null proc/sysrq-trigger # it is the machine's
: >>opt/kit/kube
mount --bind "$KUBE" opt/kit/kube
mount --bind "$IMAGES" opt/kit/images
pivot_root . mnt
cd /
umount --lazy /mnt
mount --make-rshared / # volumes of pods propagate

hostname "$NODE"
ip link set lo up
ip address add "$ADDRESS/24" dev eth0
ip link set eth0 up
ip route add default via "$GATEWAY"
while read -r route; do
  # shellcheck disable=SC2086 # words of ip
  [[ -z $route ]] || ip route add $route
done <<<"$ROUTES"
echo 1 >/proc/sys/net/ipv4/ip_forward

if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
  for controller in $(</sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || echo "no control groups of $controller"
  done
  mkdir -p "/sys/fs/cgroup/$CGROUP"
else
  for hierarchy in /sys/fs/cgroup/*/; do
    mkdir -p "$hierarchy/$CGROUP"
    if [[ -f $hierarchy/$CGROUP/cpuset.cpus ]]; then # empty in a new group, and then nothing can enter it
      cat "$hierarchy/cpuset.cpus" >"$hierarchy/$CGROUP/cpuset.cpus"
      cat "$hierarchy/cpuset.mems" >"$hierarchy/$CGROUP/cpuset.mems"
    fi
  done
fi

containerd >>/var/log/containerd.log 2>&1 &
for ((try = 0; try < 300; try++)); do
  if ctr version >/dev/null 2>&1; then break; fi
  sleep 0.1
done
mkdir -p /var/lib/kit
for image in /opt/kit/images/*.tar; do
  mark=/var/lib/kit/${image##*/}
  if [[ ! -e $mark ]]; then
    ctr --namespace k8s.io images import "$image"
    : >"$mark"
  fi
done

/opt/kit/kube kubelet --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubeconfig \
  --cgroup-root="/$CGROUP" --node-ip="$ADDRESS" --v=2 >>/var/log/kubelet.log 2>&1 &
/opt/kit/kube kube-proxy --config=/etc/kubernetes/kube-proxy.yaml >>/var/log/kube-proxy.log 2>&1 &

code=0
wait -n || code=$?
echo "one of containerd, kubelet and kube-proxy ended with exit code $code"
exit 1
