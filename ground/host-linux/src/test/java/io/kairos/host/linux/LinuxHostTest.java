package io.kairos.host.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.HostFailure;
import io.kairos.base.Secret;
import io.kairos.host.Command;
import io.kairos.host.Kernel.MountFlag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxHostTest {
  private final LinuxHost host = LinuxHost.here();

  @Test
  void linksAreFollowedInsideTheRoot(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("usr/lib"));
    Files.createSymbolicLink(root.resolve("lib"), Path.of("usr/lib"));
    Files.createSymbolicLink(root.resolve("usr/lib/up"), Path.of("../../../../etc"));
    Files.createSymbolicLink(root.resolve("usr/lib/os"), Path.of("/etc/os-release"));
    var image = host.at(root);
    assertThat(image.path("/lib/x")).isEqualTo(root.resolve("usr/lib/x"));
    assertThat(image.path("/lib/up/passwd")).isEqualTo(root.resolve("etc/passwd"));
    assertThat(image.path("/lib/os")).isEqualTo(root.resolve("usr/lib/os"));
    assertThat(image.resolved("/lib/os")).isEqualTo(root.resolve("etc/os-release"));
    assertThat(image.path("/../../etc")).isEqualTo(root.resolve("etc"));
  }

  @Test
  void aLoopOfLinksIsAnError(@TempDir Path root) throws IOException {
    Files.createSymbolicLink(root.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(root.resolve("b"), Path.of("a"));
    assertThatThrownBy(() -> host.at(root).path("/a/x"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("symbolic links");
  }

  @Test
  void aCommandGetsAShortEnvironmentAndNoInput() {
    var output = host.run(Command.of("sh", "-c", "cat; env | grep -c . ; echo $LANG"));
    assertThat(output.text()).endsWith("C");
    assertThat(output.stdout().lines().findFirst().orElseThrow())
        .matches(count -> Integer.parseInt(count) < 8);
  }

  @Test
  void aFailureCarriesTheCommandAndTheEndOfItsErrors() {
    assertThatThrownBy(() -> host.run(Command.of("sh", "-c", "echo 'no such disk' >&2; exit 3")))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("sh -c 'echo '\\''no such disk'\\'' >&2; exit 3'")
        .hasMessageContaining("exit code 3")
        .hasMessageContaining("\n    no such disk");
  }

  @Test
  void anExpectedCodeIsNoFailure() {
    assertThat(host.run(Command.of("sh", "-c", "exit 3").expecting(0, 3)).exitCode()).isEqualTo(3);
  }

  @Test
  void aMissingProgramIsNamed() {
    assertThatThrownBy(() -> host.run(Command.of("no-such-program")))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("no-such-program");
    assertThat(host.hasProgram("no-such-program")).isFalse();
    assertThat(host.hasProgram("sh")).isTrue();
  }

  @Test
  void aCommandThatRunsTooLongIsEndedWithItsChildren() {
    assertThatThrownBy(
            () -> host.run(Command.of("sh", "-c", "sleep 61; true").within(Duration.ofMillis(200))))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("ran longer than");
    assertThat(host.run(Command.of("pgrep", "-f", "^sleep 61").expecting(0, 1)).exitCode())
        .isEqualTo(1);
  }

  /**
   * A process that is only dying still holds its files, and who unmounts next would find it busy.
   */
  @RepeatedTest(10)
  void anInterruptedCommandIsGoneWithItsChildrenWhenItsCallerHears() {
    Thread caller = Thread.currentThread();
    List<Long> processes = new CopyOnWriteArrayList<>();
    var command =
        Command.of("sh", "-c", "sleep 62 & echo $!; echo $$; wait")
            .eachLine(
                line -> {
                  processes.add(Long.valueOf(line));
                  if (processes.size() == 2) {
                    caller.interrupt();
                  }
                });

    assertThatThrownBy(() -> host.run(command)).hasMessageContaining("was interrupted");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(processes).hasSize(2);
    assertThat(processes).noneMatch(id -> Files.exists(Path.of("/proc/" + id + "/fd/0")));
  }

  @Test
  void secretsTravelOnStandardInput() {
    try (var secret = Secret.of("pass phrase")) {
      assertThat(host.run(Command.of("cat").stdin(secret)).stdout()).isEqualTo("pass phrase");
    }
  }

  @Test
  void inputIsStreamedAndLinesAreHeardAsTheyCome() {
    List<String> heard = new ArrayList<>();
    host.run(
        Command.of("cat")
            .stdin(out -> out.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8)))
            .eachLine(heard::add));
    assertThat(heard).containsExactly("one", "two");
  }

  @Test
  void mountsAreMadeListedAndReleased(@TempDir Path root) throws IOException {
    assumeTrue(isRoot(), "mount(2) needs root");
    var kernel = host.kernel();
    Path target = Files.createDirectory(root.resolve("m n"));
    kernel.mount("tmpfs", target, "tmpfs", EnumSet.of(MountFlag.NO_DEV), "size=1m");
    try {
      assertThat(kernel.mounts())
          .anySatisfy(
              mount -> {
                assertThat(mount.target()).isEqualTo(target);
                assertThat(mount.type()).isEqualTo("tmpfs");
                assertThat(mount.options()).contains("nodev");
              });
      kernel.mount("", target, "", EnumSet.of(MountFlag.REMOUNT, MountFlag.READ_ONLY), "");
      assertThatThrownBy(() -> Files.createFile(target.resolve("x")))
          .hasMessageContaining("Read-only");
    } finally {
      kernel.unmount(target);
    }
    assertThat(kernel.mounts()).noneMatch(mount -> mount.target().equals(target));
  }

  @Test
  void aFailedMountSaysWhatAndWhy(@TempDir Path root) {
    assertThatThrownBy(() -> host.kernel().mount("/dev/nothing", root, "ext4", Set.of(), ""))
        .isInstanceOf(HostFailure.class)
        .hasMessageStartingWith("cannot mount /dev/nothing on " + root + " as ext4: ");
  }

  @Test
  void aFileBecomesALoopDeviceAndIsReleased(@TempDir Path root) throws IOException {
    assumeTrue(isRoot() && Files.exists(Path.of("/dev/loop-control")), "no loop devices here");
    Path image = root.resolve("disk.img");
    Files.write(image, new byte[1 << 20]);
    var kernel = host.kernel();
    Path device = kernel.attachLoop(image, false);
    try {
      assertThat(kernel.loops()).containsEntry(device, image);
      assertThat(kernel.size(device).count()).isEqualTo(1 << 20);
    } finally {
      kernel.detachLoop(device);
    }
    assertThat(kernel.loops()).doesNotContainKey(device);
  }

  @Test
  void attributesAndNodesAreWrittenAndRead(@TempDir Path root) throws IOException {
    assumeTrue(isRoot(), "mknod(2) needs root");
    var kernel = host.kernel();
    Path file = Files.createFile(root.resolve("f"));
    assertThat(kernel.extendedAttributes(file)).isEmpty();
    kernel.setExtendedAttribute(file, "user.note", new byte[] {1, 2});
    assertThat(kernel.extendedAttributes(file).get("user.note")).containsExactly(1, 2);
    Path node = root.resolve("null");
    kernel.makeNode(node, 0x2000 | 0600, 1, 3);
    assertThat(Files.getAttribute(node, "unix:rdev")).isEqualTo((1L << 8) | 3);
    kernel.changeOwner(file, 12, 34);
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(12);
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(34);
  }

  private boolean isRoot() {
    return host.run(Command.of("id", "-u")).text().equals("0");
  }
}
