package io.kairos.testkit.registry;

import io.kairos.base.HostFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The registry that everybody runs (distribution), from Debian's package, in a test's folder. */
public final class DebianRegistry implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on ([0-9.]+:\\d+)");

  private final Process process;
  private final String host;

  private DebianRegistry(Process process, String host) {
    this.process = process;
    this.host = host;
  }

  /** What has to be installed. */
  public static final String PROGRAM = "docker-registry";

  /**
   * Whom a registry lets in: who logs in, over TLS.
   *
   * @param address of this machine that it listens at
   * @param certificate PEM
   * @param key PEM
   * @param logins a line for each, as {@code htpasswd -B} writes them
   */
  public record Guard(String address, Path certificate, Path key, String logins) {}

  /**
   * Starts an empty one that everybody of this machine may use, over plain HTTP.
   *
   * @param folder of what it stores
   */
  public static DebianRegistry start(Path folder) throws IOException {
    return start(folder, "http: {addr: \"127.0.0.1:0\"}\n");
  }

  /**
   * Starts an empty one behind a guard.
   *
   * @param folder of what it stores
   */
  public static DebianRegistry guarded(Path folder, Guard guard) throws IOException {
    Path logins = Files.writeString(folder.resolve("htpasswd"), guard.logins());
    return start(
        folder,
        """
        http: {addr: "%s:0", tls: {certificate: %s, key: %s}}
        auth: {htpasswd: {realm: registry, path: %s}}
        """
            .formatted(guard.address(), guard.certificate(), guard.key(), logins));
  }

  private static DebianRegistry start(Path folder, String access) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("registry.yml"),
            """
            version: 0.1
            log: {level: info, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: %s}}
            """
                    .formatted(Files.createDirectories(folder.resolve("registry")))
                + access);
    Process process =
        new ProcessBuilder(PROGRAM, "serve", config.toString()).redirectErrorStream(true).start();
    var lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    var told = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      told.append(line).append('\n');
      Matcher matcher = LISTENING.matcher(line);
      if (matcher.find()) {
        Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {})); // or it would stand still
        return new DebianRegistry(process, matcher.group(1));
      }
    }
    throw new HostFailure(PROGRAM + " did not start:\n" + told);
  }

  /** {@code ADDRESS:PORT}. */
  public String host() {
    return host;
  }

  /** As a virtual machine with QEMU's user network reaches it. */
  public String hostForGuests() {
    return host.replace("127.0.0.1", "10.0.2.2");
  }

  @Override
  public void close() {
    process.destroy();
  }
}
