package io.kairos.agent.node;

import io.kairos.base.Bytes;
import io.kairos.host.Command;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A disk as the Go installer leaves it, made from the reference (agent 2.4, 2.6, 2.7, 2.9 to 2.11):
 * table, labels, images, menu, environment blocks, configuration and what a first boot adds.
 */
public final class UpstreamDisk {
  /** How upstream's media bring the recovery system. */
  public enum Recovery {
    IMAGE,
    SQUASHFS
  }

  private final LabNode node;
  private final Lab lab;
  private final Path root;

  private UpstreamDisk(LabNode node) {
    this.node = node;
    this.lab = node.lab();
    this.root = node.root();
  }

  /** With the system {@code upstream} in all slots. */
  public static LabNode installed(Path root, Recovery recovery) throws IOException {
    var disk =
        new UpstreamDisk(
            new LabNode(root, Lab.withDisk(root, Bytes.ofMib(4096)), new ArrayList<>()));
    disk.partition();
    Path image = disk.image("upstream", "COS_ACTIVE");
    disk.fill(4, state -> disk.state(state, image));
    disk.fill(3, at -> disk.recovery(at, image, recovery));
    disk.fill(2, disk::oem);
    disk.fill(5, disk::persistent);
    disk.lab.shutDown();
    return disk.node;
  }

  /** An ext2 image with a system, as a Go agent makes it: no record of it is kept anywhere. */
  public static Path image(LabNode node, String version, String label) throws IOException {
    return new UpstreamDisk(node).image(version, label);
  }

  private Path image(String version, String label) throws IOException {
    Path file = root.resolve(version + ".img");
    lab.run(Command.of("truncate", "--size=200M", file.toString()));
    lab.run(
        Command.of("mkfs.ext2", "-q", "-L", label, "-d")
            .with(node.system(version).toString(), file.toString()));
    return file;
  }

  private void partition() throws IOException {
    String disk = lab.disk().toString();
    lab.run(
        Command.of("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", disk)
            .stdin(text("table.sfdisk")));
    lab.run(Command.of("partx", "--add", disk).expecting(0, 1));
    List<String> labels = List.of("COS_OEM", "COS_RECOVERY", "COS_STATE", "COS_PERSISTENT");
    for (int i = 0; i < labels.size(); i++) {
      lab.run(Command.of("mkfs.ext4", "-q", "-L", labels.get(i), disk + "p" + (i + 2)));
    }
  }

  private interface Content {
    void writeTo(Path partition) throws IOException;
  }

  private void fill(int number, Content content) throws IOException {
    Path at = Files.createDirectories(root.resolve("fill"));
    lab.kernel().mount(lab.disk() + "p" + number, at, "ext4", Set.<Kernel.MountFlag>of(), "");
    content.writeTo(at);
    lab.kernel().unmount(at);
  }

  private void state(Path at, Path image) throws IOException {
    Path images = Files.createDirectories(at.resolve("cOS"));
    copy(image, images.resolve("active.img"));
    copy(image, images.resolve("passive.img"));
    label(images.resolve("passive.img"), "COS_PASSIVE");
    Path menu = Files.createDirectories(at.resolve("grub2")).resolve("grub.cfg");
    Files.writeString(menu, text("grub.cfg"));
    Files.writeString(at.resolve("grub_oem_env"), block("default_menu_entry=Kairos", 1024));
    Files.writeString(
        at.resolve("grubcustom"),
        "search --no-floppy --file --set=bootfile_loc /grub_boot_assessment\n");
    Files.writeString(at.resolve("grub_boot_assessment"), "# boot_assessment_blk\n");
    Files.writeString(at.resolve("grubmenu"), "menuentry \"remote\" --id remoterecovery {\n}\n");
  }

  private void recovery(Path at, Path image, Recovery recovery) throws IOException {
    Path images = Files.createDirectories(at.resolve("cOS"));
    if (recovery == Recovery.IMAGE) {
      copy(image, images.resolve("recovery.img"));
      label(images.resolve("recovery.img"), "COS_SYSTEM");
    } else {
      lab.run(
          Command.of("mksquashfs", node.system("upstream").toString())
              .with(images.resolve("recovery.squashfs").toString(), "-quiet", "-no-progress"));
    }
  }

  /** The block has two sizes: upstream's writer adds one where the text fills its own already. */
  private void oem(Path at) throws IOException {
    Path config = Files.writeString(at.resolve("90_custom.yaml"), text("90_custom.yaml"));
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r-----"));
    Files.writeString(at.resolve("grubenv"), block("extra_cmdline=quiet", 2048));
  }

  private void persistent(Path at) throws IOException {
    Files.writeString(at.resolve(NodeDiary.FILE), text("kairos-state.yaml"));
    Path ssh = Files.createDirectories(at.resolve(".state/etc-ssh.bind"));
    Files.writeString(ssh.resolve("ssh_host_ed25519_key"), "secret\n");
    Path id = Files.createDirectories(at.resolve("etc")).resolve("machine-id");
    Files.writeString(id, "0123456789abcdef0123456789abcdef\n");
    Files.createDirectories(at.resolve(".kairos"));
    Files.writeString(at.resolve(".kairos/sentinel_firstboot"), "");
    Files.writeString(at.resolve("data"), "of the user\n");
  }

  private void copy(Path from, Path to) {
    lab.run(Command.of("cp", "--sparse=always", from.toString(), to.toString()));
  }

  private void label(Path image, String label) {
    lab.run(Command.of("tune2fs", "-L", label, image.toString()));
  }

  private static String block(String variable, int size) {
    String used = "# GRUB Environment Block\n" + variable + "\n";
    return used + "#".repeat(size - used.length());
  }

  private static String text(String resource) throws IOException {
    try (InputStream in =
        UpstreamDisk.class.getResourceAsStream("/io/kairos/agent/upstream/" + resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
