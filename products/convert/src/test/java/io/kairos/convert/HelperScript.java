package io.kairos.convert;

import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A script that images ship, in a folder, with programs in the place of those that act. */
final class HelperScript {
  private final ScratchHost host;
  private final Path script;
  private final Path programs;
  private final Map<String, String> environment = new TreeMap<>();

  private HelperScript(ScratchHost host, Path script) {
    this.host = host;
    this.script = script;
    this.programs = host.resolved("/programs");
  }

  /**
   * @param path in the image
   */
  static HelperScript of(String path, Path folder) {
    var host = new ScratchHost(folder).withDirectory("/programs").with("/calls", "");
    host.with("/script", Resources.text("rootfs" + path));
    var script = new HelperScript(host, host.resolved("/script"));
    return script.env("PATH", script.programs + ":" + System.getenv("PATH"));
  }

  HelperScript env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  HelperScript with(String path, String content) {
    host.with(path, content);
    return this;
  }

  HelperScript delete(String path) {
    try {
      Files.deleteIfExists(host.path(path));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HelperScript program(String name, String text) {
    host.with("/programs/" + name, "#!/bin/sh\n" + text + "\n");
    programs.resolve(name).toFile().setExecutable(true);
    return this;
  }

  /** Programs that succeed, and of whose calls there is a list. */
  HelperScript noting(String... names) {
    for (String name : names) {
      program(name, "echo " + name + " \"$@\" >> " + host.resolved("/calls"));
    }
    return this;
  }

  String root() {
    return host.root().toString();
  }

  ScratchHost host() {
    return host;
  }

  String calls() {
    return host.read("/calls");
  }

  Output run(String... words) {
    Command command = Command.of("sh", script.toString()).with(words).expectingAny();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      command = command.env(variable.getKey(), variable.getValue());
    }
    return host.run(command);
  }
}
