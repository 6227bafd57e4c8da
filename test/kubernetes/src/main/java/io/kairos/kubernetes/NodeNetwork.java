package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.testkit.process.SupervisedProcess;
import io.kairos.testkit.process.SupervisedProcess.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What connects nodes with each other and with this machine: a switch in a network namespace of its
 * own, and one link into it. When the process that holds the namespace ends, the kernel removes all
 * of it, with the routes.
 */
final class NodeNetwork implements AutoCloseable {
  private static final int FIRST_NUMBER = 160;
  private static final int NUMBERS = 80;
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Host host;
  private final SupervisedProcess holder;
  private final long holderPid;
  private final Addresses addresses;

  private NodeNetwork(Host host, SupervisedProcess holder, long holderPid, Addresses addresses) {
    this.host = host;
    this.holder = holder;
    this.holderPid = holderPid;
    this.addresses = addresses;
  }

  /**
   * @param nodes how many can be connected
   * @throws HostFailure when this process may not make networks
   */
  static NodeNetwork start(Host host, Path directory, int nodes) {
    Path pidFile = directory.resolve("switch.pid");
    Path script = directory.resolve("switch.sh");
    try {
      Files.writeString(script, Resource.text("switch.sh"));
    } catch (IOException e) {
      throw new HostFailure("cannot write " + script, e);
    }
    var holder =
        SupervisedProcess.start(
            Program.of(
                "the switch of the cluster",
                directory,
                directory.resolve("log/switch.log"),
                List.of("unshare", "--net", "bash", script.toString())));
    try {
      holder.await("the switch", DEADLINE, () -> !read(pidFile).isEmpty());
      long pid = Long.parseLong(read(pidFile));
      Addresses addresses = connect(host, pid);
      String link = addresses.link();
      ip(host, "address", "add", addresses.machine() + "/24", "dev", link);
      ip(host, "link", "set", link, "up");
      inSwitch(host, pid, "ip", "link", "set", "up0", "master", "switch", "up");
      for (int index : IntStream.rangeClosed(1, nodes).toArray()) {
        ip(host, "route", "add", addresses.podRange(index), "via", addresses.node(index));
      }
      return new NodeNetwork(host, holder, pid, addresses);
    } catch (RuntimeException e) {
      holder.close();
      throw e;
    }
  }

  /** Claims the first number that no link and no route of this machine uses. */
  private static Addresses connect(Host host, long pid) {
    String used = host.run(Command.of("ip", "-4", "route", "show", "table", "all")).stdout();
    int first = new SecureRandom().nextInt(NUMBERS);
    for (int offset : IntStream.range(0, NUMBERS).toArray()) {
      var addresses = new Addresses(FIRST_NUMBER + (first + offset) % NUMBERS);
      if (used.contains(" 10." + addresses.number() + ".")
          || used.contains("\n10." + addresses.number() + ".")) {
        continue;
      }
      var made =
          host.run(
              Command.of("ip", "link", "add", addresses.link(), "type", "veth")
                  .with("peer", "name", "up0", "netns", Long.toString(pid))
                  .expecting(0, 2));
      if (made.succeeded()) {
        return addresses;
      }
      if (!made.stderr().contains("File exists")) { // EEXIST: another cluster was faster
        throw new HostFailure("cannot make a network link for a cluster: " + made.stderr().strip());
      }
    }
    throw new HostFailure("all networks from 10.160.0.0/16 to 10.239.0.0/16 are in use");
  }

  private static void ip(Host host, String... words) {
    host.run(Command.of("ip").with(words));
  }

  private static void inSwitch(Host host, long pid, String... words) {
    host.run(Command.of("nsenter", "--net=/proc/" + pid + "/ns/net").with(words));
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file).strip() : "";
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  Addresses addresses() {
    return addresses;
  }

  /** What the first process of a node wants to know about its place in this network. */
  Map<String, String> environment(int index, int nodes) {
    return Map.of(
        "SWITCH", Long.toString(holderPid),
        "ADDRESS", addresses.node(index),
        "GATEWAY", addresses.machine(),
        "ROUTES", String.join("\n", addresses.routes(nodes, index)));
  }

  /** Takes the link away first: the kernel removes those of a dead namespace when it finds time. */
  @Override
  public void close() {
    try (holder) {
      int gone = 1;
      host.run(Command.of("ip", "link", "delete", addresses.link()).expecting(0, gone));
    }
  }
}
