package io.kairos.kubernetes;

import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a machine still has of a cluster.
 *
 * @param directory of the cluster, which its processes have in their environment or work in
 * @param link that it had, for example {@code kairos173}
 * @param groups its control groups
 */
record Leftovers(Path directory, String link, List<String> groups) {
  static Leftovers of(Cluster cluster) {
    String server = cluster.controlPlane().server(); // https://10.NUMBER.0.1:6443
    return new Leftovers(
        cluster.spec().directory(),
        "kairos" + server.split("\\.")[1],
        cluster.nodes().stream().map(Node::ownGroup).toList());
  }

  /** One line for each. */
  List<String> found(Host host) {
    var found = new ArrayList<String>();
    String links = host.run(Command.of("ip", "-o", "link")).stdout();
    links.lines().filter(line -> line.contains(" " + link + "@")).forEach(found::add);
    try {
      for (String mount : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
        if (mount.contains(directory.toString())) {
          found.add("mount " + mount);
        }
      }
      try (Stream<Path> all = Files.find(Path.of("/sys/fs/cgroup"), 2, (p, a) -> a.isDirectory())) {
        all.filter(group -> groups.contains(group.getFileName().toString()))
            .forEach(group -> found.add("control group " + group));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(this::belongsToIt)
        .forEach(
            process ->
                found.add("process " + process.pid() + " " + process.info().command().orElse("")));
    return found;
  }

  private boolean belongsToIt(ProcessHandle process) {
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    try {
      return Files.readSymbolicLink(proc.resolve("cwd")).startsWith(directory)
          || read(proc.resolve("environ")).contains("STATE=" + directory)
          || read(proc.resolve("cmdline")).contains(directory + "/");
    } catch (IOException gone) {
      return false;
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
