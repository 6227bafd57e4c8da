# configure MANAGER: a system whose only repository is /repo
# publish VERSION: a new version of the package kairos-probe is in it
repository=/repo/x86_64
key=/etc/apk/keys/probe.rsa

archive() { tar -C "$tree" --owner=0 --group=0 --no-recursion --blocking-factor=1 -cf - "$@"; }

# apk reads archives that do not end, one behind the other
endless() { archive "$@" | head -c -1024; }

case $1 in
  configure)
    printf 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.22"\n' >/etc/os-release
    mkdir -p "$repository" /etc/apk/keys /lib/apk/db /var/cache/apk
    openssl genrsa -out "$key" 2048
    openssl rsa -in "$key" -pubout -out "$key.pub"
    echo /repo >/etc/apk/repositories
    apk --arch x86_64 --initdb add
    ;;
  publish)
    tree=$(mktemp -d)
    content=usr/share/kairos-probe
    mkdir -p "$tree/$content"
    echo "$2" >"$tree/$content/version"
    checksum=$(sha1sum "$tree/$content/version" | cut -d ' ' -f 1)
    {
      endless usr usr/share "$content"
      archive --format=pax --pax-option="APK-TOOLS.checksum.SHA1:=$checksum" "$content/version"
    } | gzip -n >"$tree/data"
    cat >"$tree/.PKGINFO" <<END
pkgname = kairos-probe
pkgver = $2-r0
pkgdesc = probe
url = https://example.org
arch = x86_64
size = 4
license = none
datahash = $(sha256sum "$tree/data" | cut -d ' ' -f 1)
END
    file=$repository/kairos-probe-$2-r0.apk
    endless .PKGINFO | gzip -n >"$file"
    cat "$tree/data" >>"$file"

    apk --allow-untrusted index --output "$tree/index" "$repository"/*.apk
    openssl dgst -sha1 -sign "$key" -out "$tree/.SIGN.RSA.probe.rsa.pub" "$tree/index"
    endless .SIGN.RSA.probe.rsa.pub | gzip -n >"$repository/APKINDEX.tar.gz"
    cat "$tree/index" >>"$repository/APKINDEX.tar.gz"
    ;;
esac
