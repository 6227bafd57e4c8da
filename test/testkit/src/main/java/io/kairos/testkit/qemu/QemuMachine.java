package io.kairos.testkit.qemu;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import io.kairos.host.Output;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * A running machine. It ends when it is closed and with this process, whichever comes first; its
 * logs stay in the directory of its specification.
 */
public final class QemuMachine implements AutoCloseable {
  private static final int QUOTED_LINES = 30;

  /** An upgrade takes as long as an installation. */
  private static final Duration SCRIPT_DEADLINE = Duration.ofMinutes(25);

  private final Host host;
  private final MachineSpec spec;
  private final Process process;
  private final Path sockets;
  private final int sshPort;
  private final int webPort;
  private final SerialLog serial;
  private final Thread hook;

  private QemuMachine(
      Host host, MachineSpec spec, Process process, Path sockets, int sshPort, int webPort) {
    this.host = host;
    this.spec = spec;
    this.process = process;
    this.sockets = sockets;
    this.sshPort = sshPort;
    this.webPort = webPort;
    this.serial = new SerialLog(spec.serialLog());
    this.hook = new Thread(this::end, "end-of-" + spec.directory().getFileName());
    serial.mark();
  }

  /** Switches the machine on. */
  public static QemuMachine start(Host host, MachineSpec spec) {
    try {
      Path sockets = Files.createTempDirectory("kairos-qemu");
      int sshPort = freePort();
      int webPort = freePort();
      var builder = new ProcessBuilder(spec.arguments(sockets, sshPort, webPort));
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(spec.qemuLog().toFile()));
      builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
      var machine = new QemuMachine(host, spec, builder.start(), sockets, sshPort, webPort);
      Runtime.getRuntime().addShutdownHook(machine.hook);
      return machine;
    } catch (IOException e) {
      throw new HostFailure("cannot start the virtual machine", e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  public MachineSpec spec() {
    return spec;
  }

  /** Of the machine's ssh server, on this host's loopback interface. */
  public int sshPort() {
    return sshPort;
  }

  /** Of the machine's web installer, on this host's loopback interface. */
  public int webPort() {
    return webPort;
  }

  public SerialLog serial() {
    return serial;
  }

  /** A socket that speaks the serial console, for {@code socat} and the like. */
  public Path consoleSocket() {
    return sockets.resolve("console");
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Waits until the serial console has said something since its last mark.
   *
   * @throws HostFailure when the deadline passes or the machine ends, with the end of the log
   */
  public void awaitSerial(Pattern pattern, Duration deadline) {
    await("'" + pattern + "' on the serial console", deadline, () -> serial.contains(pattern));
  }

  /** Waits until an ssh login works. */
  public void awaitSsh(SshAccess access, Duration deadline) {
    await("an ssh login as " + access.user(), deadline, () -> answers(access));
  }

  /** Waits until an ssh login reaches another boot than the given one. */
  public void awaitOtherBoot(SshAccess access, String bootId, Duration deadline) {
    // In one question: a machine that goes down may answer one and not the next.
    await(
        "the machine to come back after a reboot",
        deadline,
        () -> succeeds(access, isOtherBootThan(bootId)));
  }

  /** A shell condition. */
  public static String isOtherBootThan(String bootId) {
    return "! grep -q " + bootId + " /proc/sys/kernel/random/boot_id";
  }

  /** Differs from boot to boot (random(4)). */
  public String bootId(SshAccess access) {
    return ssh(access, "cat /proc/sys/kernel/random/boot_id").text();
  }

  /** Whether an ssh login works right now. */
  public boolean answers(SshAccess access) {
    return succeeds(access, "true");
  }

  /** Whether a login works right now, and a shell line succeeds there. */
  public boolean succeeds(SshAccess access, String line) {
    try {
      host.run(access.run(sshPort, line, Duration.ofSeconds(40)));
      return true;
    } catch (HostFailure notYet) {
      return false;
    }
  }

  /**
   * Runs a shell line on the machine.
   *
   * @throws HostFailure when it fails
   */
  public Output ssh(SshAccess access, String line) {
    return host.run(access.run(sshPort, line, Duration.ofMinutes(3)));
  }

  /** Runs a shell line on the machine, whatever its exit code; ssh's own failures are failures. */
  public Output trySsh(SshAccess access, String line) {
    var all = new Integer[255];
    for (int code = 0; code < all.length; code++) {
      all[code] = code;
    }
    return host.run(access.run(sshPort, line, Duration.ofMinutes(3)).expecting(all));
  }

  /** Runs a shell line that may end the machine, or the connection, before it can be answered. */
  public void sshAndLetGo(SshAccess access, String line) {
    int cut = 255; // ssh(1), exit status
    var _ = host.run(access.run(sshPort, line, Duration.ofMinutes(3)).expecting(0, cut));
  }

  /**
   * Runs a shell script on the machine, from its standard input.
   *
   * @throws HostFailure when it fails
   */
  public Output script(SshAccess access, String script) {
    return host.run(access.run(sshPort, "sh -s", SCRIPT_DEADLINE).stdin(script));
  }

  /**
   * For a machine that has ended.
   *
   * @throws HostFailure when not the guest but QEMU ended it
   */
  public void requireCleanEnd() {
    if (process.exitValue() != 0) {
      throw new HostFailure("QEMU ended with exit code " + process.exitValue() + quoted());
    }
  }

  /** Waits until the machine has switched itself off. */
  public void awaitEnd(Duration deadline) {
    try {
      if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failure("the machine to switch itself off", deadline);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while waiting for the machine", e);
    }
  }

  /** Waits for any condition about this machine. */
  public void await(String what, Duration deadline, BooleanSupplier condition) {
    Instant end = Instant.now().plus(deadline);
    try {
      while (!condition.getAsBoolean()) {
        if (Instant.now().isAfter(end)) {
          throw failure(what, deadline);
        }
        // Another look each half second, at once when the machine ends.
        if (process.waitFor(500, TimeUnit.MILLISECONDS) && !condition.getAsBoolean()) {
          throw ended("while we waited for " + what);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while waiting for " + what, e);
    }
  }

  /** Whether the guest has switched itself off; QEMU's own end is a failure. */
  public boolean hasEndedWell() {
    if (process.isAlive()) {
      return false;
    }
    if (process.exitValue() != 0) {
      throw ended("by itself");
    }
    return true;
  }

  private HostFailure ended(String when) {
    return new HostFailure(
        "the machine ended with exit code " + process.exitValue() + " " + when + said() + quoted());
  }

  /** What QEMU itself complained about. */
  private String said() {
    try {
      String text = Files.readString(spec.qemuLog()).strip();
      return text.isEmpty() ? "" : "\n    " + text.replace("\n", "\n    ");
    } catch (IOException e) {
      return "";
    }
  }

  private HostFailure failure(String what, Duration deadline) {
    return new HostFailure("waited " + deadline.toSeconds() + " s in vain for " + what + quoted());
  }

  private String quoted() {
    var text = new StringBuilder("\n  its console: ").append(spec.serialLog());
    serial.tail(QUOTED_LINES).forEach(line -> text.append("\n    ").append(line));
    return text.toString();
  }

  public void pressPowerButton() {
    new Qmp(sockets.resolve("qmp")).say(Qmp.Word.POWER_BUTTON);
  }

  /** As a user who loses patience, or a power cut. */
  public void pressReset() {
    new Qmp(sockets.resolve("qmp")).say(Qmp.Word.RESET);
  }

  public void eject() {
    new Qmp(sockets.resolve("qmp")).say(Qmp.Word.EJECT);
  }

  /** Lets the machine outlive this process; whoever asks for it tells how to end it. */
  public void release() {
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  /** Switches the machine off at once. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // the hook is running: it did the same
    }
  }

  private void end() {
    process.destroy(); // QEMU flushes its disks on SIGTERM
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (var files = Files.walk(sockets)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (java.nio.file.NoSuchFileException gone) {
      // ended twice
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new HostFailure("cannot delete the sockets in " + sockets, e);
    }
  }
}
