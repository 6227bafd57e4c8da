package io.kairos.stages.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The providers cdrom and config-drive with file systems on loop devices, which a system in a
 * folder has among its devices. Which file systems can be mounted depends on the kernel.
 */
@EnabledIf(value = "isPossible", disabledReason = "needs root and loop devices")
class MountedDrivesTest {
  private static final LinuxHost MACHINE = LinuxHost.here();
  private static final String USER_DATA = "#cloud-config\nhostname: box\n";
  private static final int BLOCK_DEVICE = 0060000;
  private static final int LOOP = 7;

  @TempDir Path folder;
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final List<Path> loops = new ArrayList<>();
  private LinuxHost node;

  static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"))
        && Files.exists(Path.of("/dev/loop-control"));
  }

  @BeforeEach
  void aNode() throws IOException {
    Path root = folder.resolve("node");
    for (String name : List.of("dev/disk/by-label", "run", "etc", "tmp")) {
      Files.createDirectories(root.resolve(name));
    }
    node = MACHINE.at(root);
  }

  @AfterEach
  void detach() {
    loops.forEach(MACHINE.kernel()::detachLoop);
  }

  private static void needs(String fileSystem, String... programs) throws IOException {
    for (String program : programs) {
      assumeTrue(MACHINE.hasProgram(program), program + " is not installed");
    }
    if (MACHINE.hasProgram("modprobe")) {
      MACHINE.run(Command.of("modprobe", "-q", fileSystem).expecting(0, 1));
    }
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\t" + fileSystem + "\n"),
        "this kernel cannot mount " + fileSystem);
  }

  /** A file system of that type and label, with one file. */
  private Path image(String type, String label, String file, String content) throws IOException {
    Path tree = folder.resolve("tree-" + label);
    Path source = tree.resolve(file);
    Files.createDirectories(source.getParent());
    Files.writeString(source, content);
    Path image = folder.resolve(label + ".img");
    switch (type) {
      case "ext4" -> {
        needs(type, "mkfs.ext4");
        run("mkfs.ext4", "-q", "-d", tree.toString(), "-L", label, image.toString(), "8M");
      }
      case "vfat" -> {
        needs(type, "mkfs.vfat", "mcopy");
        run("mkfs.vfat", "-C", "-n", label, image.toString(), "8192");
        run("mcopy", "-s", "-i", image.toString(), tree + "/" + file.split("/")[0], "::");
      }
      default -> {
        needs(type, "xorriso");
        run(
            "xorriso",
            "-as",
            "mkisofs",
            "-quiet",
            "-R",
            "-J",
            "-V",
            label,
            "-o",
            image.toString(),
            tree.toString());
      }
    }
    return image;
  }

  private static void run(String... words) {
    MACHINE.run(Command.of(words));
  }

  /** As udev would: a device, and a link that has the label as its name. */
  private void insert(Path image, String label) throws IOException {
    Path loop = MACHINE.kernel().attachLoop(image, true);
    loops.add(loop);
    String name = loop.getFileName().toString();
    int minor = Integer.parseInt(name.substring("loop".length()));
    MACHINE.kernel().makeNode(node.path("/dev/" + name), BLOCK_DEVICE | 0600, LOOP, minor);
    Files.createSymbolicLink(node.path("/dev/disk/by-label/" + label), Path.of("../../" + name));
  }

  private StageReport ask(String providers) throws IOException {
    Path file = node.path("/s.yaml");
    Files.writeString(file, "stages:\n  t:\n  - datasource: {providers: [" + providers + "]}\n");
    return new StageRunner(node, (level, line) -> log.add(level + " " + line))
        .run("t", StageSources.only("/s.yaml"));
  }

  private void nothingIsMounted() {
    assertThat(MACHINE.kernel().mounts())
        .noneMatch(entry -> entry.target().startsWith(node.path("/run")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"iso9660", "vfat", "ext4"})
  void aDriveLabelledCidataHasUserData(String type) throws IOException {
    String label = type.equals("vfat") ? "CIDATA" : "cidata";
    insert(image(type, label, "user-data", USER_DATA), label);
    ask("cdrom, config-drive").orThrow();
    assertThat(node.path("/run/config/userdata.yaml")).hasContent(USER_DATA);
    nothingIsMounted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"iso9660", "vfat", "ext4"})
  void aDriveOfOpenstackHasUserData(String type) throws IOException {
    String label = type.equals("vfat") ? "CONFIG-2" : "config-2";
    insert(image(type, label, "openstack/latest/user_data", USER_DATA), label);
    ask("cdrom, config-drive").orThrow();
    assertThat(node.path("/run/config/userdata.yaml")).hasContent(USER_DATA);
    nothingIsMounted();
  }

  @Test
  void theOrderOfProvidersDecidesBetweenTwoDrives() throws IOException {
    insert(image("ext4", "cidata", "user-data", "#cloud-config\nhostname: one\n"), "cidata");
    insert(image("ext4", "config-2", "openstack/latest/user_data", USER_DATA), "config-2");
    ask("config-drive, cdrom").orThrow();
    assertThat(node.path("/run/config/userdata")).hasContent(USER_DATA);
  }

  @Test
  void aDriveWithoutTheFileIsPassedOver() throws IOException {
    insert(image("ext4", "cidata", "meta-data", "instance-id: 1\n"), "cidata");
    assertThat(ask("cdrom").errors())
        .singleElement()
        .asString()
        .contains("no metadata/userdata found");
    nothingIsMounted();
  }

  @Test
  void whatIsNoFileSystemIsPassedOver() throws IOException {
    Path image = folder.resolve("noise.img");
    Files.write(image, new byte[1 << 20]);
    insert(image, "cidata");
    assertThat(ask("cdrom").errors()).hasSize(1);
    nothingIsMounted();
  }
}
