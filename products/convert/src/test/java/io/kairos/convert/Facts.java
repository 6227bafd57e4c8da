package io.kairos.convert;

import io.kairos.formats.osrelease.OsRelease;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Roots that tests plan for. */
final class Facts {
  private Facts() {}

  static RootFacts trixie() {
    return new RootFacts(
        new OsRelease(Map.of("ID", "debian", "VERSION_ID", "13")),
        List.of(
            installed("openssh-server", "1:10.0p1-7+deb13u4"),
            installed("rsync", "3.4.1+ds1-5"),
            installed("fail2ban", "1.1.0-8")),
        List.of("6.12.9+deb13-amd64", "6.12.118+deb13-amd64"),
        Set.of("systemd-networkd", "network-legacy", "multipath", "systemd-sysext"),
        Set.of(
            "multi-user.target",
            "ssh.service",
            "getty@.service",
            "systemd-networkd.service",
            "apt-daily.timer"),
        Set.of("/etc/hosts"),
        Set.of());
  }

  /** In the build of a container, after the stage install. */
  static RootFacts inContainer() {
    RootFacts trixie = trixie();
    return new RootFacts(
        trixie.os(),
        trixie.packages(),
        trixie.kernels(),
        trixie.dracutModules(),
        trixie.units(),
        Set.of("/etc/hosts", "/usr/bin/immucore"),
        Set.of("/dev", "/dev/pts", "/etc/hosts", "/etc/resolv.conf", "/proc", "/sys"));
  }

  /** Its dracut has no module for system extensions, its OpenSSH is old. */
  static RootFacts older() {
    RootFacts trixie = trixie();
    return new RootFacts(
        trixie.os(),
        List.of(installed("openssh-server", "1:8.4p1-5+deb11u3")),
        trixie.kernels(),
        Set.of("network-legacy"),
        trixie.units(),
        Set.of(),
        Set.of());
  }

  static InstalledPackage installed(String name, String version) {
    return new InstalledPackage(name, version, "amd64", name, "", true);
  }
}
