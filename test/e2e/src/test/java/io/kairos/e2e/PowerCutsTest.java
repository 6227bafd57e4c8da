package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.e2e.PowerCutRecording.Phase;
import io.kairos.e2e.SmallDisk.Part;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lives of a small disk, some of which end badly when the power is cut. */
class PowerCutsTest {
  private static final Host HOST = LinuxHost.here();
  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;

  @TempDir Path folder;
  private final List<byte[]> requests = new ArrayList<>();
  private final List<String> phases = new ArrayList<>();
  private byte[] written = new byte[0];
  private long length = SECTOR;
  private SmallDisk disk;

  @BeforeEach
  void install() throws IOException {
    disk = SmallDisk.installed(folder);
    written = new byte[(int) Files.size(disk.file())];
    begin(Phase.INSTALL);
    writeWhatIsNew();
    flush();
    begin(Phase.FIRST_BOOT);
    flush();
    begin(Phase.UPGRADE);
  }

  private void begin(Phase phase) {
    phases.add(phase + " " + length);
  }

  private void flush() {
    add(0, new byte[0], 1);
  }

  /** Each block of the disk that differs from what was written before. */
  private void writeWhatIsNew() throws IOException {
    byte[] now = Files.readAllBytes(disk.file());
    for (int at = 0; at < now.length; at += BLOCK) {
      if (!Arrays.equals(now, at, at + BLOCK, written, at, at + BLOCK)) {
        add(at, Arrays.copyOfRange(now, at, at + BLOCK), 0);
      }
    }
    written = now;
  }

  private void add(long offset, byte[] data, long flags) {
    byte[] header =
        ByteBuffer.allocate(SECTOR)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(offset / SECTOR)
            .putLong(data.length / SECTOR)
            .putLong(flags)
            .array();
    requests.add(header);
    requests.add(data);
    length += SECTOR + data.length;
  }

  private PowerCuts judged() throws IOException {
    flush();
    var recording = new PowerCutRecording(Files.createDirectories(folder.resolve("recording")));
    try (OutputStream log = Files.newOutputStream(recording.log())) {
      log.write(
          ByteBuffer.allocate(SECTOR)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(0x6a736677736872L)
              .putLong(1)
              .putLong(requests.size() / 2)
              .putInt(SECTOR)
              .array());
      for (byte[] request : requests) {
        log.write(request);
      }
    }
    Files.write(folder.resolve("recording/phases"), phases);
    return PowerCuts.of(recording, new BootableDisk(HOST, folder));
  }

  private void inState(String... requests) throws IOException {
    Path part = folder.resolve("STATE.part");
    for (String request : requests) {
      HOST.run(Command.of("debugfs", "-w", "-R", request, part.toString()));
    }
    disk.put(Part.STATE);
  }

  /** Another system than the installed one. */
  private Path next() throws IOException {
    Files.writeString(folder.resolve("system/boot/initrd"), "the next initrd");
    Path next = folder.resolve("next.img");
    disk.image(next, "COS_ACTIVE");
    return next;
  }

  @Test
  void aRotationThatFlushesBeforeItRenamesIsSafe() throws IOException {
    inState("write " + next() + " /cOS/transition.img");
    writeWhatIsNew();
    flush();
    inState("unlink /cOS/active.img", "ln /cOS/transition.img /cOS/active.img");
    inState("unlink /cOS/transition.img");
    writeWhatIsNew();

    PowerCuts cuts = judged();

    assertThat(cuts.failures()).as(cuts.report()).isEmpty();
    assertThat(cuts.report()).contains("UPGRADE").contains("0 failures");
    assertThat(cuts.chosen(3)).hasSize(3);
  }

  @Test
  void aNameThatMayComeBeforeItsContentIsFound() throws IOException {
    inState(
        "write " + next() + " /cOS/transition.img",
        "unlink /cOS/active.img",
        "ln /cOS/transition.img /cOS/active.img",
        "unlink /cOS/transition.img");
    writeWhatIsNew();

    PowerCuts cuts = judged();

    assertThat(cuts.failures())
        .as(cuts.report())
        .isNotEmpty()
        .allMatch(failure -> failure.startsWith("UPGRADE"))
        .anyMatch(failure -> failure.contains("which is not complete"));
  }

  @Test
  void aMomentWithoutAnySystemIsFound() throws IOException {
    inState("unlink /cOS/active.img", "unlink /cOS/passive.img");
    Files.delete(folder.resolve("RECOVERY/cOS/recovery.img"));
    disk.format(Part.RECOVERY);
    writeWhatIsNew();
    flush();
    SmallDisk.installed(folder);
    writeWhatIsNew();

    PowerCuts cuts = judged();

    assertThat(cuts.failures())
        .anyMatch(failure -> failure.contains("GRUB can load none of [cos, fallback, recovery]"));
  }
}
