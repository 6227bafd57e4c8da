package io.kairos.dist.runtime;

import io.kairos.host.Command;
import io.kairos.host.Host;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Asks {@code jdeps} which parts of a JDK jars use. */
public final class JdkModules {
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private JdkModules() {}

  /**
   * @param jdk home of a JDK 25
   * @param jars what other jars they use does not count
   * @return names of modules, among them those that are used only if they are there
   */
  public static List<String> neededBy(Host host, Path jdk, List<Path> jars) {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin/jdeps").toString());
    command.addAll(List.of("--multi-release", "25", "--ignore-missing-deps"));
    command.add("--print-module-deps");
    jars.forEach(jar -> command.add(jar.toString()));
    return Arrays.stream(host.run(Command.of(command).within(DEADLINE)).text().split(","))
        .map(String::strip)
        .filter(module -> !module.isEmpty())
        .toList();
  }
}
