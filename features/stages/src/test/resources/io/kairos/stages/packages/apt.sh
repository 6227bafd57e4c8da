# configure MANAGER: a system whose only repository is /repo
# publish VERSION: a new version of the package kairos-probe is in it
case $1 in
  configure)
    printf 'ID=debian\nPRETTY_NAME="Debian"\n' >/etc/os-release
    rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/preferences.d/*
    echo 'deb [trusted=yes] file:/repo ./' >/etc/apt/sources.list
    echo 'APT::Sandbox::User "root";' >/etc/apt/apt.conf.d/99probe
    mkdir /repo
    ;;
  publish)
    tree=$(mktemp -d)
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/kairos-probe"
    chmod 0755 "$tree"
    echo "$2" >"$tree/usr/share/kairos-probe/version"
    cat >"$tree/DEBIAN/control" <<EOF
Package: kairos-probe
Version: $2
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: probe
EOF
    file=/repo/kairos-probe_$2_all.deb
    dpkg-deb --build --root-owner-group "$tree" "$file" >/dev/null
    {
      cat "$tree/DEBIAN/control"
      echo "Filename: ./${file##*/}"
      echo "Size: $(stat -c %s "$file")"
      echo "SHA256: $(sha256sum "$file" | cut -d ' ' -f 1)"
      echo
    } >>/repo/Packages
    ;;
esac
