# kairos-agent finds disks and the marks of this boot where the host has them.
mount --rbind /host/dev /dev
mount --rbind /host/run /run
