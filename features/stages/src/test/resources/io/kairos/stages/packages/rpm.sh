# configure dnf|zypper: a system with one package, whose only repository is /repo
# publish VERSION: a new version of the package kairos-probe is in it

# build NAME VERSION
build() {
  cat >"/repo/$1.spec" <<EOF
Name: $1
Version: $2
Release: 1
Summary: probe
License: none
BuildArch: noarch
%description
probe
%install
mkdir -p %{buildroot}/usr/share/$1
echo $2 > %{buildroot}/usr/share/$1/version
%files
/usr/share/$1/version
EOF
  rpmbuild -bb --define '_topdir /tmp/rpm' --define '_rpmdir /repo' "/repo/$1.spec"
}

case $1 in
  configure)
    case $2 in
      dnf)
        system='ID=fedora\nPRETTY_NAME="Fedora Linux"\n'
        repositories=/etc/yum.repos.d
        ;;
      zypper)
        system='ID=opensuse-leap\nPRETTY_NAME="openSUSE Leap"\n'
        repositories=/etc/zypp/repos.d
        ;;
    esac
    # shellcheck disable=SC2059 # the format is the text
    printf "$system" >/etc/os-release
    rm -rf "$repositories"
    mkdir -p /repo "$repositories"
    cat >"$repositories/probe.repo" <<'EOF'
[probe]
name=probe
type=rpm-md
baseurl=file:///repo
enabled=1
gpgcheck=0
EOF
    build anchor 1 # a system without any package is none
    rpm --dbpath /var/lib/rpm --install --force-debian /repo/noarch/anchor-1-1.noarch.rpm
    ;;
  publish)
    build kairos-probe "$2"
    createrepo_c --update /repo
    ;;
esac
