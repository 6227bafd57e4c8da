# A node has ended: its control groups go, as soon as the kernel has buried the last process in them.
for ((try = 0; try < 200; try++)); do
  groups=$(find /sys/fs/cgroup/"$CGROUP" /sys/fs/cgroup/*/"$CGROUP" -depth -type d 2>/dev/null)
  [[ -n $groups ]] || break
  ((try == 0)) || sleep 0.05
  while read -r group; do rmdir "$group" 2>/dev/null; done <<<"$groups"
done
[[ -z $groups ]] || echo "control groups are left: $groups"
