package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import io.kairos.dist.cli.Console;
import io.kairos.host.linux.LinuxHost;
import io.kairos.plan.ConsoleProgress;
import io.kairos.testkit.qemu.Accelerator;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import io.kairos.testkit.qemu.SshAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code ./kairos demo}: from a distribution to a node that answers. */
final class DemoCommand {
  /**
   * What a user can choose.
   *
   * @param keeps whether the node goes on running
   * @param attaches whether the consoles are shown, and the terminal logs in at the end
   * @param debug whether the lines of tools are shown
   */
  record Wishes(
      String distribution,
      Firmware firmware,
      Bytes memory,
      Path work,
      boolean keeps,
      boolean attaches,
      boolean debug) {}

  private final LinuxHost host;
  private final WorkshopHome home;
  private final Console console;
  private final Map<String, String> environment;

  DemoCommand(LinuxHost host, WorkshopHome home, Console console, Map<String, String> environment) {
    this.host = host;
    this.home = home;
    this.console = console;
    this.environment = environment;
  }

  /**
   * @return 0 when the node is what it should be
   */
  int run(Wishes wishes) {
    var timeline = new Timeline(host.clock());
    var progress = new ConsoleProgress(console.out(), console.isTerminal(), wishes.debug(), 100);
    var pipeline = new Pipeline(host, home, wishes.work(), timeline, progress);
    Artifact image = pipeline.image(wishes.distribution());
    Artifact iso = pipeline.iso(wishes.distribution(), image);
    SshAccess access = pipeline.key().access();

    var accelerator = Accelerator.choose(host, environment, iso.path());
    console.out().println("machine: " + accelerator.name() + ", because " + accelerator.reason());
    var node =
        new NodeMachine(
            host,
            accelerator,
            wishes.work().resolve("machine"),
            wishes.firmware(),
            wishes.memory());
    install(node, iso, timeline, wishes);
    QemuMachine machine = boot(node, access, timeline, wishes);
    try {
      return show(wishes, timeline, List.of(image, iso), machine, access);
    } finally {
      if (wishes.keeps()) {
        machine.release();
      } else {
        machine.close();
      }
    }
  }

  private void install(NodeMachine node, Artifact iso, Timeline timeline, Wishes wishes) {
    var watch = watch("booting the ISO, installing", node.installLog(), wishes);
    try {
      timeline.measure("boot the ISO and install", () -> node.install(iso.path()));
    } finally {
      watch.close();
    }
  }

  private QemuMachine boot(NodeMachine node, SshAccess access, Timeline timeline, Wishes wishes) {
    var watch = watch("booting the installed node", node.bootLog(), wishes);
    try {
      return timeline.measure("boot the active slot", () -> node.boot(access));
    } finally {
      watch.close();
    }
  }

  private int show(
      Wishes wishes,
      Timeline timeline,
      List<Artifact> artifacts,
      QemuMachine machine,
      SshAccess access) {
    List<NodeCheck.Result> checks =
        timeline.measure(
            "ask the node",
            () ->
                new NodeShell(machine, access)
                    .check(NodeChecks.activeBoot(DemoCloudConfig.HOSTNAME)));
    var report =
        new DemoReport(timeline.entries(), artifacts, checks, hints(wishes, machine, access));
    console.out().print(report.render());
    Pipeline.write(wishes.work().resolve("timeline.json"), timeline.toJson());
    if (wishes.attaches()) {
      attach(machine, access);
    }
    return report.isGood() ? 0 : 1;
  }

  private static List<String> hints(Wishes wishes, QemuMachine machine, SshAccess access) {
    var hints = new ArrayList<String>();
    if (wishes.keeps()) {
      hints.add("log in:   " + access.login(machine.sshPort()).replayable());
      hints.add("console:  socat -,raw,echo=0,escape=0x1d UNIX-CONNECT:" + machine.consoleSocket());
      hints.add("end it:   kill " + machine.pid());
    } else {
      hints.add("./kairos demo --keep     leaves the node running and prints how to log in");
      hints.add("./kairos demo --console  logs in at the end");
    }
    hints.add("image:    " + wishes.work().resolve("images"));
    hints.add("serial:   " + machine.spec().serialLog());
    return hints;
  }

  /** Whoever leaves the shell goes on with the demo's end. */
  private void attach(QemuMachine machine, SshAccess access) {
    say("you are on the node; leave with exit");
    host.run(
        access
            .login(machine.sshPort())
            .interactive()
            .inheritingEnvironment()
            .within(Duration.ofDays(1))
            .expecting(0, 1, 2, 126, 127, 130, 255));
  }

  private SerialWatch watch(String what, Path log, Wishes wishes) {
    say(what + " (console: " + log + ")");
    return SerialWatch.of(log, console, wishes.attaches());
  }

  private void say(String line) {
    console.out().println(line);
  }

  static Firmware firmware(String word) {
    return Firmware.valueOf(word.toUpperCase(Locale.ROOT));
  }
}
