#!/bin/sh
# Runs the command in what a privileged pod of Kubernetes is given on this node: the system's own image as its root,
# namespaces of its own, a /dev of its own, the node below /host, and its own names in /etc.
# Usage: in-a-pod.sh COMMAND
set -eu
if [ "${1:-}" != inside ]; then
  exec unshare --mount --pid --uts --ipc --fork --propagation private "$0" inside "$1"
fi

pod=$(mktemp -d /run/pod.XXXXXX)
mount -t tmpfs -o mode=755 pod "$pod"
mkdir "$pod/upper" "$pod/work" "$pod/root"
mount -t overlay -o "lowerdir=/,upperdir=$pod/upper,workdir=$pod/work" pod "$pod/root"
root=$pod/root

mkdir -p "$root/host"
mount --rbind / "$root/host"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 dev "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/urandom" c 1 9
mount -t tmpfs run "$root/run"
for name in hostname hosts resolv.conf; do
  echo "of the pod" >"$pod/$name"
  touch "$root/etc/$name" 2>/dev/null || { rm "$root/etc/$name" && touch "$root/etc/$name"; }
  mount --bind "$pod/$name" "$root/etc/$name"
done

exec env -i PATH="$PATH" KUBERNETES_SERVICE_HOST=10.43.0.1 chroot "$root" /bin/sh -c "$2"
