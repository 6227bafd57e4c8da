# configure MANAGER: a system whose only repository is /repo
# publish VERSION: a new version of the package kairos-probe is in it
case $1 in
  configure)
    printf 'ID=arch\nPRETTY_NAME="Arch Linux"\n' >/etc/os-release
    mkdir -p /repo /var/lib/pacman /var/cache/pacman/pkg
    cat >/etc/pacman.conf <<'EOF'
[options]
Architecture = x86_64
SigLevel = Never

[probe]
Server = file:///repo
EOF
    ;;
  publish)
    tree=$(mktemp -d)
    mkdir -p "$tree/usr/share/kairos-probe"
    echo "$2" >"$tree/usr/share/kairos-probe/version"
    cat >"$tree/.PKGINFO" <<EOF
pkgname = kairos-probe
pkgver = $2-1
pkgdesc = probe
arch = any
builddate = 1
size = 4
license = none
EOF
    file=kairos-probe-$2-1-any.pkg.tar.gz
    tar -C "$tree" -czf "/repo/$file" .PKGINFO usr
    database=$(mktemp -d)
    mkdir "$database/kairos-probe-$2-1"
    cat >"$database/kairos-probe-$2-1/desc" <<EOF
%FILENAME%
$file

%NAME%
kairos-probe

%VERSION%
$2-1

%CSIZE%
$(stat -c %s "/repo/$file")

%SHA256SUM%
$(sha256sum "/repo/$file" | cut -d ' ' -f 1)

%ARCH%
any
EOF
    tar -C "$database" -czf /repo/probe.db "kairos-probe-$2-1"
    # pacman fetches a database again only when its time, in whole seconds, is another
    touch -d "2026-01-01 + ${2%%.*} days" /repo/probe.db
    ;;
esac
