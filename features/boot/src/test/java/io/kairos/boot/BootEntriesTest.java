package io.kairos.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.host.Kernel.MountEntry;
import io.kairos.host.Kernel.MountFlag;
import io.kairos.testkit.host.ScratchHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootEntriesTest {
  private static final Path RESOURCES = Path.of("src/test/resources/io/kairos/boot");

  private ScratchHost host;

  @BeforeEach
  void aNodeWithItsMenus(@TempDir Path root) throws IOException {
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_ACTIVE\n")
            .with("/etc/cos/grub.cfg", Files.readString(RESOURCES.resolve("grub.cfg")))
            .withDirectory("/oem");
    host.kernel().mount("/dev/vda2", host.path("/oem"), "ext4", Set.of(), "");
  }

  @Test
  void idsComeFirstThenTitlesOfEntriesWithoutOne() {
    assertThat(BootEntries.of(host).names())
        .containsExactly("cos", "fallback", "my-entry", "Memory test", "Windows (on /dev/sda1)");
  }

  @Test
  void anEntryOfSeveralMenusIsThereOnce() {
    host.with("/run/initramfs/cos-state/grub2/grub.cfg", "menuentry 'x' --id cos {\n}\n")
        .with("/etc/kairos/branding/grubmenu.cfg", "menuentry \"r\" --id remoterecovery {\n}\n");
    assertThat(BootEntries.of(host).names())
        .startsWith("cos", "fallback")
        .endsWith("remoterecovery")
        .doesNotHaveDuplicates();
  }

  @Test
  void theMenuOfANodeAloneIsEnough() throws IOException {
    Files.delete(host.path("/etc/cos/grub.cfg"));
    host.with("/run/initramfs/cos-state/grub/grub.cfg", "menuentry 'x' --id only {\n}\n");
    assertThat(BootEntries.of(host).names()).containsExactly("only");
  }

  @Test
  void withoutAnyMenuThereIsNothingToChoose() throws IOException {
    Files.delete(host.path("/etc/cos/grub.cfg"));
    assertThatThrownBy(() -> BootEntries.of(host))
        .isInstanceOf(HostFailure.class)
        .hasMessageStartingWith("failed to get any required GRUB configuration file");
  }

  @Test
  void theChoiceIsForOneBootAndKeepsOtherVariables() {
    variables("/oem/grubenv").set(Map.of("extra_cmdline", "quiet"));
    Path file = BootEntries.of(host).choose("fallback", false);
    assertThat(file).isEqualTo(host.path("/oem/grubenv")).hasSize(1024);
    assertThat(variables("/oem/grubenv").read())
        .isEqualTo(Map.of("extra_cmdline", "quiet", "next_entry", "fallback"));
    assertThat(BootEntries.of(host).chosen(false)).contains("fallback");
  }

  @Test
  void anUnknownEntryIsRefusedWithWhatThereIs() {
    assertThatThrownBy(() -> BootEntries.of(host).choose("fallbak", false))
        .isInstanceOf(Refused.class)
        .hasMessageStartingWith("entry fallbak does not exist")
        .hasMessageContaining("did you mean 'fallback'?")
        .hasMessageContaining("cos, fallback, my-entry");
    assertThat(host.exists("/oem/grubenv")).isFalse();
  }

  @Test
  void aChoiceThatGrubWouldNotSeeIsRefused() {
    host.kernel().unmount(host.path("/oem"));
    assertThatThrownBy(() -> BootEntries.of(host).choose("cos", false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("COS_OEM is not mounted");
    assertThat(host.exists("/oem/grubenv")).isFalse();
  }

  @Test
  void aBlockThatIsNoneIsToldAndKept() {
    host.with("/oem/grubenv", "no block\n");
    assertThatThrownBy(() -> BootEntries.of(host).choose("cos", false))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("/oem/grubenv: no GRUB environment block");
    assertThat(host.read("/oem/grubenv")).isEqualTo("no block\n");
  }

  @Test
  void withAnEncryptedOemTheStateKeepsTheChoiceAndIsReadOnlyAgain() {
    statePartition();
    Path state = host.withDirectory("/run/initramfs/cos-state").path("/run/initramfs/cos-state");
    host.kernel().unmount(host.path("/oem"));
    host.kernel().mount("/dev/vda4", state, "ext4", Set.of(MountFlag.READ_ONLY), "");
    assertThat(BootEntries.of(host).choose("cos", true)).isEqualTo(state.resolve("grubenv"));
    assertThat(variables("/run/initramfs/cos-state/grubenv").read())
        .isEqualTo(Map.of("next_entry", "cos"));
    assertThat(host.kernel().mounts()).singleElement().matches(MountEntry::isReadOnly);
    assertThat(BootEntries.of(host).chosen(true)).contains("cos");
  }

  @Test
  void aStateThatIsNotMountedIsMountedForTheChoiceOnly() {
    statePartition();
    host.kernel().unmount(host.path("/oem"));
    Path file = BootEntries.of(host).choose("cos", true);
    assertThat(file).isEqualTo(host.path("/run/cos/state/grubenv"));
    assertThat(host.kernel().calls())
        .endsWith(
            "mount /dev/vda4 " + file.getParent(), //
            "unmount " + file.getParent());
    assertThat(host.kernel().mounts()).isEmpty();
  }

  @Test
  void aStateThatCannotBeWrittenIsReleasedAndTold() {
    statePartition();
    host.kernel().unmount(host.path("/oem"));
    host.with("/run/cos/state/grubenv", "no block\n");
    assertThatThrownBy(() -> BootEntries.of(host).choose("cos", true))
        .isInstanceOf(InvalidConfig.class);
    assertThat(host.kernel().mounts()).isEmpty();
  }

  @Test
  void systemdBootIsNotServedYet() {
    host.with("/proc/cmdline", "rd.immucore.uki\n");
    assertThatThrownBy(() -> BootEntries.of(host))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("systemd-boot");
  }

  private GrubVariables variables(String file) {
    return new GrubVariables(host.kernel(), host.path(file));
  }

  private void statePartition() {
    host.with("/sys/block/vda/size", "8192\n")
        .with("/sys/block/vda/vda4/partition", "4\n")
        .with("/sys/block/vda/vda4/size", "4096\n")
        .with("/sys/block/vda/vda4/dev", "0:0\n") // as the mounts of the scratch kernel
        .with("/dev/vda4", "");
    byte[] blocks = new byte[4096];
    blocks[1024 + 56] = 0x53; // magic of ext2 and its successors
    blocks[1024 + 57] = (byte) 0xEF;
    byte[] label = "COS_STATE".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(label, 0, blocks, 1024 + 120, label.length);
    try {
      Files.write(host.path("/dev/vda4"), blocks);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
