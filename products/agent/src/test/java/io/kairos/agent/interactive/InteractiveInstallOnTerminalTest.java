package io.kairos.agent.interactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.agent.frontend.ManualInstall;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The installer on a pseudo terminal (script(1)), with keys as a person presses them. */
@Timeout(180)
class InteractiveInstallOnTerminalTest {
  private static final Path SCRIPT = Path.of("/usr/bin/script");
  private static final String ESCAPE = "\u001b";
  private static final String DOWN = ESCAPE + "[B";
  private static final String RIGHT = ESCAPE + "[C";

  @TempDir Path root;
  @TempDir Path folder;
  private Process terminal;
  private final StringBuilder screen = new StringBuilder();
  private int seen;

  @BeforeEach
  void aTerminal() throws IOException {
    assumeTrue(
        Files.isExecutable(SCRIPT), "no script(1): the installer is not tried on a terminal");
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "the installer needs root");
  }

  @AfterEach
  void leave() {
    if (terminal != null) {
      terminal.descendants().forEach(ProcessHandle::destroyForcibly);
      terminal.destroyForcibly();
    }
  }

  /** Says what it was asked to do, and ends as it is told. */
  private Path agent(int exitCode, String... lines) throws IOException {
    Path agent = folder.resolve("agent");
    var script = new StringBuilder("#!/bin/sh\n");
    script.append("echo \"$@\" > ").append(folder.resolve("arguments")).append('\n');
    script.append("for last; do :; done; cp \"$last\" ").append(folder.resolve("config"));
    script.append('\n');
    for (String line : lines) {
      script.append("echo '").append(line).append("'\n");
    }
    Files.writeString(agent, script.append("exit ").append(exitCode).append('\n'));
    agent.toFile().setExecutable(true);
    return agent;
  }

  private void start(String terminalType, Path agent) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    String program =
        String.join(
            " ",
            java,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            "'" + System.getProperty("java.class.path") + "'",
            ScratchInstaller.class.getName(),
            root.toString(),
            agent.toString());
    var builder =
        new ProcessBuilder(
            SCRIPT.toString(),
            "-qfec",
            // the settings of the terminal before and after, whatever lies between
            "stty -g; " + program + "; code=$?; stty -g; exit $code",
            "/dev/null");
    builder.environment().put("TERM", terminalType);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put(ManualInstall.VARIABLE, agent.toString());
    builder.environment().remove("COLUMNS");
    terminal = builder.redirectErrorStream(true).start();
    InputStream output = terminal.getInputStream();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              byte[] buffer = new byte[8192];
              try {
                for (int count = output.read(buffer); count >= 0; count = output.read(buffer)) {
                  shown(new String(buffer, 0, count, StandardCharsets.UTF_8));
                }
              } catch (IOException ended) {
                shown("");
              }
            });
  }

  private void shown(String text) {
    synchronized (screen) {
      screen.append(text);
      screen.notifyAll();
    }
  }

  /** Waits for a text that was not there when the last key was pressed. */
  private void sees(String text) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    synchronized (screen) {
      while (screen.indexOf(text, seen) < 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("never seen: " + text + "\n" + screen.substring(seen));
        }
        screen.wait(left);
      }
    }
  }

  private void press(String keys) {
    synchronized (screen) {
      seen = screen.length();
    }
    try {
      terminal.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
      terminal.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String output() {
    synchronized (screen) {
      return screen.toString();
    }
  }

  private int exitCode() throws InterruptedException {
    assertThat(terminal.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
    return terminal.exitValue();
  }

  /** stty -g prints the same line before and after. */
  private void theTerminalIsAsItWas() throws InterruptedException {
    List<String> settings =
        output()
            .replaceAll(ESCAPE + "\\[[0-9;?]*[A-Za-z]", "\n")
            .lines()
            .map(String::strip)
            .filter(line -> line.matches("[0-9a-f]+(:[0-9a-f]+){10,}"))
            .toList();
    assertThat(settings).hasSize(2);
    assertThat(settings.getLast()).isEqualTo(settings.getFirst());
  }

  @Test
  void aPersonInstallsWithAFewKeys() throws Exception {
    start(
        "linux",
        agent(
            0,
            "{\"event\":\"step\",\"step\":\"partition\"}",
            "hello from the installer",
            "{\"event\":\"step\",\"step\":\"done\"}"));
    sees("Which disk shall the system be installed to?");
    assertThat(output()).contains("/dev/vda", "Ünïcode & Co", "/dev/vdb");
    press(DOWN);
    sees("> /dev/vdb");
    press("\r");
    sees("Install to /dev/vdb");
    press(DOWN + "\r");
    sees("What is this machine to know?");
    press("\r");
    sees("Who administers this machine?");
    press("adä\u007fa\r");
    sees("> Password: _");
    press("pässword\r");
    sees("User & Password  *");
    press(ESCAPE);
    sees("Start Install");
    press(ESCAPE + "[A\r");
    sees("Ready to install");
    press("v");
    sees("name: Config generated by the installer");
    assertThat(output()).doesNotContain("pässword");
    press(ESCAPE);
    sees("Ready to install");
    press("\r");
    sees("take the medium out and restart the machine");
    assertThat(output()).contains("hello from the installer", "8/8");
    press("x");
    assertThat(exitCode()).isZero();
    theTerminalIsAsItWas();
    assertThat(Files.readString(folder.resolve("arguments")))
        .matches("manual-install --use-default-dirs /\\S+\n");
    assertThat(Files.readString(folder.resolve("config")))
        .isEqualTo(
            """
            #cloud-config
            install:
                device: /dev/vdb
            stages:
                initramfs:
                    - name: Config generated by the installer
                      users:
                        ada:
                            groups:
                                - admin
                            passwd: pässword
            """);
  }

  @Test
  void aTerminalThatCanOnlyPrintIsEnough() throws Exception {
    start("dumb", agent(0, "{\"event\":\"step\",\"step\":\"active\"}"));
    sees("1) /dev/vda");
    press("\n");
    sees("1) /dev/vda");
    press("2\n");
    sees("3) Afterwards: < do nothing >");
    press("3\n");
    sees("3) Afterwards: < reboot >");
    press("2\n");
    sees("1) User & Password");
    press("1\n");
    sees("User name: _");
    press("ada\n");
    sees("Password: _");
    press("hunter2\n");
    sees("1) User & Password  *");
    press("3\n");
    sees("Ready to install");
    press("\n");
    sees("[3/8] Copying the system");
    sees("the machine restarts");
    assertThat(exitCode()).isZero();
    theTerminalIsAsItWas();
    assertThat(output().replaceAll("\r", "")).doesNotContain(ESCAPE, "hunter2");
    assertThat(Files.readString(folder.resolve("arguments"))).contains(" --reboot ");
    assertThat(Files.readString(folder.resolve("config")))
        .contains("device: /dev/vdb", "reboot: true", "passwd: hunter2");
  }

  @Test
  void ctrlCAsksAndLeavesTheTerminalAsItWas() throws Exception {
    start("linux", agent(0));
    sees("Which disk");
    press("\u0003");
    sees("Abort the installation? (y/n)");
    press("n");
    sees("Which disk");
    press("q");
    sees("Abort the installation? (y/n)");
    press("y");
    assertThat(exitCode()).isEqualTo(1);
    theTerminalIsAsItWas();
    assertThat(folder.resolve("arguments")).doesNotExist();
  }

  @Test
  void whoEndsTheProcessLeavesTheTerminalAsItWas() throws Exception {
    start("linux", agent(0));
    sees("Which disk");
    ProcessHandle.of(Long.parseLong(Files.readString(root.resolve("pid")))).orElseThrow().destroy();
    assertThat(exitCode()).isEqualTo(143);
    theTerminalIsAsItWas();
  }

  @Test
  void aFailureSaysWhyAndIsTheExitCode() throws Exception {
    start(
        "linux",
        agent(7, "{\"event\":\"error\",\"message\":\"no room on /dev/vda\\n  try: another\"}"));
    sees("Which disk");
    press("\r");
    sees("Install to /dev/vda");
    press(RIGHT + "\r");
    sees("reboot");
    press("\r");
    sees("The installation failed");
    sees("any key leaves");
    assertThat(output()).contains("no room on /dev/vda");
    press("x");
    assertThat(exitCode()).isEqualTo(7);
    theTerminalIsAsItWas();
  }
}
