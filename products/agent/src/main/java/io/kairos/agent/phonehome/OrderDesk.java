package io.kairos.agent.phonehome;

import io.kairos.agent.Lifecycle;
import io.kairos.agent.bootentry.BootEntryCommand;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.base.Refused;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Carries out what a fleet server orders, as far as this node's configuration allows it. */
final class OrderDesk {
  static final String REMOTE_CONFIG = "/oem/99_phonehome_remote.yaml";

  private static final String AGENT = "/usr/bin/kairos-agent";
  private static final String HEADER = "#cloud-config\n";
  private static final String OEM = "/oem";

  /** On a disk that has room for an image: the persistent partition, by where it is mounted. */
  private static final List<String> ROOMY = List.of("/usr/local", "/run/cos/persistent");

  /** This only ends what hangs for ever. */
  private static final Duration DEADLINE = Duration.ofDays(1);

  private static final Set<String> KINDS = Set.of("oci", "docker", "dir", "file", "ocifile");

  /**
   * What became of an order.
   *
   * @param result for the server
   * @param afterwards done when the server has been told
   */
  record Done(String result, Optional<Runnable> afterwards) {
    static Done saying(String result) {
      return new Done(result, Optional.empty());
    }
  }

  /** Gets images of the server. */
  @FunctionalInterface
  interface Artifacts {
    void download(String id, Path target) throws InterruptedException;
  }

  private final Host host;
  private final Set<String> allowed;
  private final Artifacts artifacts;
  private final Runnable goodbye;
  private final PrintStream out;
  private final PrintStream err;
  private final Duration grace;

  /**
   * @param goodbye ends this node's part in the fleet
   * @param grace before the machine restarts
   */
  OrderDesk(
      Host host,
      Set<String> allowed,
      Artifacts artifacts,
      Runnable goodbye,
      PrintStream out,
      PrintStream err,
      Duration grace) {
    this.host = host;
    this.allowed = Set.copyOf(allowed);
    this.artifacts = artifacts;
    this.goodbye = goodbye;
    this.out = out;
    this.err = err;
    this.grace = grace;
  }

  /**
   * @throws io.kairos.base.KairosException when it may not, or cannot
   */
  Done carryOut(RemoteOrder order) throws InterruptedException {
    if (!allowed.contains(order.command())) {
      throw new Refused(
          "command \""
              + order.command()
              + "\" is not permitted by the phonehome policy; it permits "
              + (allowed.isEmpty()
                  ? "nothing"
                  : allowed.stream().sorted().collect(Collectors.joining(", "))),
          "add it to phonehome.allowed_commands of the node, if it should be");
    }
    return switch (order.command()) {
      case "exec" -> execute(order);
      case "upgrade" -> upgrade(order, "true".equals(order.args().get("recovery")), true);
      case "upgrade-recovery" -> upgrade(order, true, false);
      case "reset" -> reset(order);
      case "apply-cloud-config" -> applyCloudConfig(order);
      case "reboot" -> rebooting();
      case "unregister" -> unregister();
      default -> throw order.unusable("is unknown to this version of kairos-agent");
    };
  }

  // ---- what can be ordered

  private Done execute(RemoteOrder order) {
    return Done.saying(told(Command.of("sh", "-c", order.required("command"))));
  }

  private Done upgrade(RemoteOrder order, boolean isRecovery, boolean reboots)
      throws InterruptedException {
    String wished = order.required("source");
    if (!wished.startsWith("artifact:")) {
      return upgraded(source(wished), isRecovery, reboots);
    }
    String id = wished.substring("artifact:".length());
    if (!id.matches("[A-Za-z0-9._-]+")) {
      throw order.unusable("names no image: '" + id + "'");
    }
    Path image = room(id);
    try {
      artifacts.download(id, image);
      return upgraded("ocifile:" + onHost(image), isRecovery, reboots);
    } finally {
      FileTree.delete(image);
    }
  }

  private Done upgraded(String source, boolean isRecovery, boolean reboots) {
    Command upgrade = Command.of(AGENT, "upgrade", "--source", source);
    String result = told(isRecovery ? upgrade.with("--recovery") : upgrade);
    return reboots ? new Done(result + promise(), Optional.of(this::reboot)) : Done.saying(result);
  }

  /** An image reference may have a colon, too: {@code repository:tag}. */
  private static String source(String text) {
    int colon = text.indexOf(':');
    return colon >= 0 && KINDS.contains(text.substring(0, colon)) ? text : "oci:" + text;
  }

  /** An empty file that only root reads. */
  private Path room(String id) {
    Path partition =
        ROOMY.stream()
            .map(host::resolved)
            .filter(this::isMounted)
            .findFirst()
            .orElseThrow(
                () ->
                    new Refused(
                        "the persistent partition is not mounted, so there is no room for the"
                            + " image "
                            + id,
                        "boot the node's own system, or mount COS_PERSISTENT on "
                            + ROOMY.getFirst()));
    try {
      Path folder = Files.createDirectories(partition.resolve("tmp"));
      return Files.createTempFile(folder, "phonehome-upgrade-" + id + "-", ".tar");
    } catch (IOException e) {
      throw new HostFailure("cannot make room for the image " + id + " in " + partition, e);
    }
  }

  private String onHost(Path file) {
    return "/" + host.path("/").relativize(file);
  }

  private boolean isMounted(Path target) {
    return host.kernel().mounts().stream().anyMatch(mount -> mount.target().equals(target));
  }

  private Done reset(RemoteOrder order) {
    for (String name : List.of("reset-oem", "config")) {
      if (order.args().containsKey(name)) {
        throw order.unusable(
            "takes no argument '" + name + "': how this node is reset stands in its own config");
      }
    }
    new BootEntryCommand(host, Optional.empty(), out, err).select("statereset", false);
    return rebooting();
  }

  private Done applyCloudConfig(RemoteOrder order) {
    String text = order.required("config");
    String whole = text.startsWith("#cloud-config") ? text : HEADER + text;
    if (!(Yaml.parse(whole, order.command()) instanceof YamlMap)) {
      throw new InvalidConfig(Problem.of("a cloud-config must be a map"));
    }
    mountOem();
    new DurableFile(host.kernel()).write(host.resolved(REMOTE_CONFIG), whole, "rw-------");
    return Done.saying("written to " + REMOTE_CONFIG + "; it counts from the next boot on");
  }

  private void mountOem() {
    Path oem = host.resolved(OEM);
    if (isMounted(oem)) {
      return;
    }
    Disk.Partition partition =
        BlockDevices.observe(host)
            .partitionLabelled("COS_OEM")
            .orElseThrow(
                () ->
                    new Refused(
                        "there is no partition COS_OEM, where a cloud-config would last",
                        "look for it with: kairos-agent state get oem"));
    String type = partition.content().orElseThrow().type();
    host.kernel().mount(partition.device().toString(), oem, type, Set.of(), "");
    out.println("mounted " + partition.device() + " on " + OEM);
  }

  private Done unregister() {
    List<String> said = new Uninstall(host).run(false);
    return new Done(String.join("\n", said), Optional.of(goodbye));
  }

  // ---- the machine

  private Done rebooting() {
    return new Done(promise(), Optional.of(this::reboot));
  }

  private String promise() {
    return "Rebooting in " + grace.toSeconds() + "s...";
  }

  private void reboot() {
    host.kernel().sync();
    new Lifecycle(host, out, grace).reboot();
  }

  /**
   * Runs a program and tells all that it said.
   *
   * @throws HostFailure with that, too
   */
  private String told(Command command) {
    var output = new OutputTail();
    try {
      host.run(command.inheritingEnvironment().within(DEADLINE).eachLine(output::add));
      return output.text();
    } catch (HostFailure e) {
      throw new HostFailure(e.getMessage() + "\n" + output.text(), e);
    }
  }
}
