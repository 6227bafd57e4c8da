package io.kairos.stages.git;

import io.kairos.base.HostFailure;
import io.kairos.base.Secret;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What git and ssh need to log in, in a folder of their own below {@code /run} as long as they run:
 * secrets are in files of mode 0600, never on a command line, in an environment or on a disk.
 */
final class Credentials implements AutoCloseable {
  private final Host host;
  private final GitAuth auth;
  private final GitAddress address;
  private final String directory;

  private Credentials(Host host, GitAuth auth, GitAddress address, String directory) {
    this.host = host;
    this.auth = auth;
    this.address = address;
    this.directory = directory;
  }

  static Credentials prepare(Host host, GitAuth auth, GitAddress address) {
    var credentials = new Credentials(host, auth, address, "/run/kairos-git-" + UUID.randomUUID());
    try {
      credentials.write();
      return credentials;
    } catch (IOException e) {
      credentials.close();
      throw new HostFailure("cannot prepare the login for " + address.shown(), e);
    }
  }

  private boolean logsInOverHttp() {
    return address.isHttp() && !auth.username().isEmpty();
  }

  private void write() throws IOException {
    Path real = host.resolved(directory);
    Files.createDirectories(real.getParent());
    Files.createDirectory(
        real, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    if (logsInOverHttp()) {
      var text = new ByteArrayOutputStream();
      text.writeBytes(("username=" + line(auth.username()) + "\npassword=").getBytes(UTF8));
      text.writeBytes(line(auth.password()).getBytes(UTF8));
      write("login", text.toByteArray());
    }
    if (auth.privateKey().isPresent()) {
      String key = new String(auth.privateKey().get().reveal(), UTF8);
      write("key", (key.strip() + "\n").getBytes(UTF8));
    }
    if (auth.hostKey().isPresent()) {
      write("known_hosts", ("* " + auth.hostKey().get().strip() + "\n").getBytes(UTF8));
    }
  }

  private static final java.nio.charset.Charset UTF8 = StandardCharsets.UTF_8;

  private static String line(java.util.Optional<Secret> secret) {
    return secret.map(s -> line(new String(s.reveal(), UTF8))).orElse("");
  }

  /** git reads lines; what would begin another one is cut off, it cannot be part of a password. */
  private static String line(String text) {
    return text.split("[\r\n]", 2)[0];
  }

  private void write(String name, byte[] content) throws IOException {
    Path file = host.resolved(directory + "/" + name);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, content);
  }

  /** Options of git itself, before its verb. */
  List<String> options() {
    List<String> options = new ArrayList<>();
    // a helper that was configured elsewhere would ask or store; only this server gets the login
    options.addAll(List.of("-c", "credential.helper="));
    if (logsInOverHttp()) {
      options.addAll(
          List.of(
              "-c",
              "credential." + address.server() + ".helper=!cat " + directory + "/login; echo; :"));
    }
    if (auth.isInsecure()) {
      options.addAll(List.of("-c", "http.sslVerify=false"));
    }
    return options;
  }

  /** The command with the ssh that it shall use, and nobody to ask. */
  Command arm(Command command) {
    List<String> ssh = new ArrayList<>(List.of("ssh", "-o BatchMode=yes"));
    if (auth.privateKey().isPresent()) {
      ssh.add("-i " + directory + "/key -o IdentitiesOnly=yes");
    }
    if (auth.hostKey().isPresent()) {
      ssh.add("-o StrictHostKeyChecking=yes -o UserKnownHostsFile=" + directory + "/known_hosts");
      ssh.add("-o GlobalKnownHostsFile=/dev/null");
    } else if (auth.isInsecure()) {
      ssh.add("-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR");
    }
    if (!auth.username().isEmpty()) {
      ssh.add("-l '" + auth.username().replace("'", "") + "'");
    } else if (!address.hasUser()) {
      ssh.add("-l git");
    }
    return command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "true")
        .env("GIT_SSH_COMMAND", String.join(" ", ssh));
  }

  /** Wipes the secrets. */
  @Override
  public void close() {
    for (String name : List.of("/login", "/key", "/known_hosts", "")) {
      try {
        Files.deleteIfExists(host.resolved(directory + name));
      } catch (IOException e) {
        throw new HostFailure("cannot delete " + directory + name, e);
      }
    }
  }
}
