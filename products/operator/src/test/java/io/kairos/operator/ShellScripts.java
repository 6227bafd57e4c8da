package io.kairos.operator;

import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs scripts of this module, which reboot machines and mount things, where they can do neither:
 * such commands are functions that a test has made up, which every shell finds before anything else
 * (busybox prefers its own applets to PATH), it is checked that they are, and all runs as nobody.
 */
public final class ShellScripts {
  private static final List<String> DANGEROUS = List.of("nsenter", "mount", "reboot", "sleep");
  private static final List<String> AS_NOBODY =
      List.of(
          "setpriv",
          "--reuid=65534",
          "--regid=65534",
          "--clear-groups",
          "--no-new-privs",
          "--bounding-set=-all");

  private final LinuxHost host = LinuxHost.here();
  private final Path bin;
  private final Map<String, String> functions = new LinkedHashMap<>();

  /**
   * @param folder that the scripts may write to
   */
  public ShellScripts(Path folder) throws IOException {
    this.bin = Files.createDirectories(folder.resolve("bin"));
    DANGEROUS.forEach(
        name -> functions.put(name, name + "() { echo no stub: " + name + "; exit 99; }"));
    open(folder);
  }

  /** The shells that nodes and images have. */
  public static Stream<List<String>> shells() {
    return Stream.of(List.of("dash"), List.of("busybox", "sh"));
  }

  /** Lets nobody write there; needed again for folders that are made later. */
  public void open(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
    }
  }

  /** In place of a command; {@code exit} ends the command alone. */
  public void stub(String name, String script) {
    functions.put(name, name + "() ( " + script + " )");
  }

  /** In place of a command at which the whole script ends. */
  public void ending(String name, String script) {
    functions.put(name, name + "() { " + script + "; exit 0; }");
  }

  /** A command that no shell has built in, and whose name cannot be that of a function. */
  public void program(String name, String script) throws IOException {
    Path file = bin.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /**
   * @param argv {@code -c}, the script, and its arguments
   */
  public Output run(List<String> shell, List<String> argv, Map<String, String> environment) {
    String prelude = String.join("\n", functions.values()) + "\n";
    Output check =
        host.run(command(shell, List.of("-c", prelude + "type " + String.join(" ", DANGEROUS))));
    long safe = check.stdout().lines().filter(line -> line.contains("function")).count();
    if (safe != DANGEROUS.size()) {
      throw new AssertionError("not run, it could reach this machine: " + check);
    }
    var words = new ArrayList<>(argv);
    words.set(1, prelude + argv.get(1));
    Command command = command(shell, words);
    for (var variable : environment.entrySet()) {
      command = command.env(variable.getKey(), variable.getValue());
    }
    return host.run(command);
  }

  private Command command(List<String> shell, List<String> argv) {
    boolean root = "root".equals(System.getProperty("user.name"));
    var words = new ArrayList<>(root ? AS_NOBODY : List.of());
    words.addAll(shell);
    words.addAll(argv);
    return Command.of(words).env("PATH", bin + ":/usr/bin:/bin").expectingAny();
  }
}
