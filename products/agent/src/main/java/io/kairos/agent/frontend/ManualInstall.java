package io.kairos.agent.frontend;

import io.kairos.agent.FrontendEvents;
import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One run of {@code kairos-agent manual-install}, as a process of its own: what it does to itself
 * does not reach the face that shows it.
 *
 * @param cloudConfig the document; may hold passwords
 * @param device disk to install to, or {@code auto}; empty when the document says it
 * @param source image to install, when it is not the medium's
 * @param usesDefaultFolders whether the medium's own cloud-configs count too
 */
public record ManualInstall(
    String cloudConfig,
    Optional<String> device,
    Optional<String> source,
    boolean reboots,
    boolean powersOff,
    boolean usesDefaultFolders) {
  /** Who runs this in the place of {@code /usr/bin/kairos-agent}. */
  public static final String VARIABLE = "KAIROS_AGENT_BIN";

  private static final String USUAL_PROGRAM = "/usr/bin/kairos-agent";

  /** Only ends what hangs for ever: an image may come over a slow line. */
  private static final Duration DEADLINE = Duration.ofDays(1);

  /** Secrets of the document stay in its file. */
  @Override
  public String toString() {
    return "manual-install to " + device.orElse("the disk that the cloud-config names");
  }

  /** The program that installs: that of the variable if it exists, the usual one, else any. */
  public static String program(Host host, Map<String, String> environment) {
    return Optional.ofNullable(environment.get(VARIABLE))
        .filter(host::hasProgram)
        .orElse(host.hasProgram(USUAL_PROGRAM) ? USUAL_PROGRAM : "kairos-agent");
  }

  /**
   * Installs, and returns when that has ended and everything it said was heard.
   *
   * @param listener called from several threads, one call at a time
   * @return the exit code; zero when the machine is installed
   * @throws HostFailure when it could not be started
   */
  public int run(Host host, String program, Consumer<InstallEvent> listener) {
    Path file = keep(host);
    try {
      Object turn = new Object();
      return host.run(
              Command.of(arguments(program, file))
                  .inheritingEnvironment()
                  .env(FrontendEvents.VARIABLE, "1")
                  // its standard error is ours to show, whatever this process's is
                  .env("JOURNAL_STREAM", "")
                  .within(DEADLINE)
                  .expectingAny()
                  .eachLine(
                      line -> {
                        synchronized (turn) {
                          InstallEvent.parse(line).ifPresent(listener);
                        }
                      }))
          .exitCode();
    } finally {
      FileTree.delete(file);
    }
  }

  List<String> arguments(String program, Path file) {
    List<String> words = new ArrayList<>(List.of(program, "manual-install"));
    source.ifPresent(image -> words.addAll(List.of("--source", image)));
    if (usesDefaultFolders) {
      words.add("--use-default-dirs");
    }
    if (powersOff) {
      words.add("--poweroff");
    }
    if (reboots) {
      words.add("--reboot");
    }
    device.ifPresent(disk -> words.addAll(List.of("--device", disk)));
    words.add(file.toString());
    return words;
  }

  private Path keep(Host host) {
    Path folder = host.path("/tmp");
    try {
      Files.createDirectories(folder);
      Path file =
          Files.createTempFile(
              folder,
              "kairos-install-",
              ".yaml",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, cloudConfig);
    } catch (IOException e) {
      throw new HostFailure("cannot keep the cloud-config in " + folder, e);
    }
  }
}
