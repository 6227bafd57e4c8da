#!/bin/sh
# Prints name, version, architecture and SHA-256 of every installed package, as the signed indexes
# of its repository have it. Runs as a hook of mmdebstrap, while the indexes are still there.
#   package-digests.sh ROOT OUTPUT
set -eu
chroot "$1" sh -c '
    dpkg-query --show --showformat="\${Package}:\${Architecture}=\${Version}\n" \
        | sed "s/:all=/=/" | xargs apt-cache show --no-all-versions
' | awk '
    /^Package: / { name = $2 }
    /^Version: / { version = $2 }
    /^Architecture: / { arch = $2 }
    /^SHA256: / { print name, version, arch, $2 }
' | sort -u > "$2"
