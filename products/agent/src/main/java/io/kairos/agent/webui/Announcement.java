package io.kairos.agent.webui;

import io.kairos.base.HostFailure;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How people at the console learn where the installer is and what its token is: the lines that are
 * printed, and files for the login prompt and for who has logged in. Only root reads them.
 */
final class Announcement {
  /** Shown by agetty before a login, which fills in the address when there is one. */
  static final String ISSUE = "/run/issue.d/kairos-webui.issue";

  /** Shown by pam_motd after a login. */
  static final String MOTD = "/run/motd.d/kairos-webui";

  /** agetty(8): the IPv4 address of the first interface that is up. */
  private static final String AGETTY_ADDRESS = "\\4";

  private final Host host;
  private final String token;
  private final int port;

  Announcement(Host host, AccessToken token, int port) {
    this.host = host;
    this.token = token.shown();
    this.port = port;
  }

  /**
   * @param addresses by which this machine is reached
   */
  String text(List<String> addresses) {
    String urls =
        addresses.isEmpty()
            ? "  no network address yet; then http://ADDRESS:" + port + "/"
            : addresses.stream().map(this::url).collect(Collectors.joining("\n"));
    return "Web installer: open this address in a browser\n" + urls + "\n  token: " + token + "\n";
  }

  private String url(String address) {
    String shown = address.contains(":") ? "[" + address + "]" : address;
    return "  http://" + shown + ":" + port + "/?token=" + token;
  }

  void post(List<String> addresses) {
    write(ISSUE, text(List.of(AGETTY_ADDRESS)));
    write(MOTD, text(addresses));
  }

  void remove() {
    FileTree.delete(host.path(ISSUE));
    FileTree.delete(host.path(MOTD));
  }

  private void write(String path, String text) {
    Path file = host.path(path);
    try {
      Files.createDirectories(file.getParent());
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new HostFailure("cannot write " + file, e);
    }
  }
}
