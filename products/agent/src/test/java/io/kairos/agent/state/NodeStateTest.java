package io.kairos.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.testkit.host.ScratchHost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeStateTest {
  private NodeState state;

  @BeforeEach
  void aNodeBootedFromItsActiveSlot(@TempDir Path root) throws Exception {
    var host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img\n")
            .with("/proc/sys/kernel/hostname", "box\n")
            .with("/etc/machine-id", "0123456789abcdef0123456789abcdef\n")
            .with("/etc/os-release", "ID=debian\nVERSION_ID=\"13\"\n")
            .with("/etc/kairos-release", "KAIROS_FLAVOR=\"debian\"\nKAIROS_VERSION=\"v0.1.0\"\n")
            .withDirectory("/run/systemd/system")
            .with("/sys/block/sda/size", "83886080\n")
            .with("/sys/block/sda/dev", "8:0\n")
            .with("/sys/block/sda/sda2/partition", "2\n")
            .with("/sys/block/sda/sda2/size", "131072\n")
            .with("/sys/block/sda/sda2/dev", "8:2\n")
            .with("/sys/block/sda/sda2/uevent", "PARTNAME=oem\n")
            .withDirectory("/dev");
    Files.write(host.path("/dev/sda2"), ext4("COS_OEM"));
    state = NodeState.observe(host);
  }

  @Test
  void scriptsAskForSingleValues() {
    assertThat(state.get("boot")).isEqualTo("active_boot");
    assertThat(state.get("in_ram")).isEqualTo("false");
    assertThat(state.get("oem.found")).isEqualTo("true");
    assertThat(state.get("oem.name")).isEqualTo("/dev/sda2");
    assertThat(state.get("oem.label")).isEqualTo("oem");
    assertThat(state.get("oem.filesystemlabel")).isEqualTo("COS_OEM");
    assertThat(state.get("oem.size_bytes")).isEqualTo("6.7108864e+07");
    assertThat(state.get("oem.mounted")).isEqualTo("false");
    assertThat(state.get("state.found")).isEqualTo("false");
    assertThat(state.get("kairos.flavor")).isEqualTo("debian");
    assertThat(state.get("kairos.version")).isEqualTo("v0.1.0");
    assertThat(state.get("kairos.init")).isEqualTo("systemd");
    assertThat(state.get("uuid")).isEqualTo("0123456789abcdef0123456789abcdef-box");
  }

  @Test
  void whatIsNotThereIsNilAndAListHasIndexes() {
    assertThat(state.get("no.such.key")).isEqualTo("<nil>");
    assertThat(state.get("addresses[99]")).isEqualTo("<nil>");
    assertThat(state.get("system.storage[0].name")).isEqualTo("sda");
    assertThatThrownBy(() -> state.get("boot.more")).hasMessageContaining("has no 'more'");
  }

  /** A superblock with a magic, the extents feature and a label (fs/ext4/ext4.h). */
  private static byte[] ext4(String label) {
    ByteBuffer device = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    device.putShort(1024 + 0x38, (short) 0xEF53);
    device.putInt(1024 + 0x60, 0x40);
    device.put(1024 + 0x78, label.getBytes(StandardCharsets.US_ASCII));
    return device.array();
  }
}
