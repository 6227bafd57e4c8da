package io.kairos.operator;

import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs scripts of this module under a shell, with commands that a test has made up on its path. */
public final class ShellScripts {
  private final LinuxHost host = LinuxHost.here();
  private final Path bin;

  public ShellScripts(Path folder) throws IOException {
    this.bin = Files.createDirectories(folder.resolve("bin"));
  }

  /** The shells that nodes and images have. */
  public static Stream<List<String>> shells() {
    return Stream.of(List.of("dash"), List.of("busybox", "sh"));
  }

  /** A command of this name in place of the real one. */
  public void stub(String name, String script) throws IOException {
    Path file = bin.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  public Output run(List<String> shell, List<String> argv, Map<String, String> environment) {
    var words = new ArrayList<>(shell);
    words.addAll(argv);
    Command command = Command.of(words).env("PATH", bin + ":/usr/bin:/bin").expectingAny();
    for (var variable : environment.entrySet()) {
      command = command.env(variable.getKey(), variable.getValue());
    }
    return host.run(command);
  }
}
