# configure dnf|zypper: a system whose only repository is /repo
# publish VERSION: a new version of the package kairos-probe is in it
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
    ;;
  publish)
    cat >/repo/probe.spec <<EOF
Name: kairos-probe
Version: $2
Release: 1
Summary: probe
License: none
BuildArch: noarch
%description
probe
%install
mkdir -p %{buildroot}/usr/share/kairos-probe
echo $2 > %{buildroot}/usr/share/kairos-probe/version
%files
/usr/share/kairos-probe/version
EOF
    rpmbuild -bb --define '_topdir /tmp/rpm' --define '_rpmdir /repo' /repo/probe.spec
    createrepo_c --update /repo
    ;;
esac
