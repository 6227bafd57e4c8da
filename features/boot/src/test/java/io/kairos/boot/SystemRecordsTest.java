package io.kairos.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemRecordsTest {
  private static final Instant NOW = Instant.parse("2026-07-21T09:51:00Z");

  @TempDir Path images;

  private SystemRecords records() {
    return new SystemRecords(LinuxHost.here().kernel(), images);
  }

  private static SystemRecord record(String source) {
    return SystemRecord.of(source, Optional.of("sha256:1f"), Optional.empty(), NOW);
  }

  private void make(String name) throws IOException {
    Path image = images.resolve(name);
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    LinuxHost.here().run(Command.of("mkfs.ext2", "-q", image.toString()));
  }

  @Test
  void aRecordGoesWithItsImage() throws IOException {
    make("active.img");
    records().put("active.img", record("oci://a"));
    Files.move(images.resolve("active.img"), images.resolve("passive.img"));
    make("active.img");

    assertThat(records().of("passive.img")).contains(record("oci://a"));
    assertThat(records().of("active.img")).isEmpty();
  }

  @Test
  void everythingThatIsKnownIsReadAgain() throws IOException {
    make("active.img");
    SystemRecord all = record("oci://a").failed(NOW, "k3s: \"not\" ready").passed(NOW);
    SystemRecord failed =
        new SystemRecord(
            "dir:///x",
            Optional.empty(),
            Optional.of("v1"),
            NOW,
            Optional.of(NOW),
            Optional.of(new SystemRecord.Failure(NOW, "no")));
    records().put("active.img", all);
    assertThat(records().of("active.img")).contains(all);
    records().put("active.img", failed);
    assertThat(records().of("active.img")).contains(failed);
  }

  @Test
  void systemsThatAreGoneAreForgotten() throws IOException {
    make("active.img");
    make("passive.img");
    records().put("active.img", record("oci://a"));
    records().put("passive.img", record("oci://b"));
    Files.delete(images.resolve("passive.img"));
    make("passive.img");
    records().put("passive.img", record("oci://c"));

    assertThat(images.resolve(SystemRecords.FILE))
        .content()
        .contains("oci://a", "oci://c")
        .doesNotContain("oci://b");
  }

  @Test
  void aFileThatNobodyUnderstandsIsNoKnowledge() throws IOException {
    make("active.img");
    Files.writeString(images.resolve(SystemRecords.FILE), "{\"x\": ");
    assertThat(records().of("active.img")).isEmpty();
    records().put("active.img", record("oci://a"));
    assertThat(records().of("active.img")).contains(record("oci://a"));
  }

  @Test
  void whatIsNoImageHasNoRecord() throws IOException {
    Files.writeString(images.resolve("active.img"), "no file system");
    assertThat(records().of("active.img")).isEmpty();
    assertThat(records().of("passive.img")).isEmpty();
  }
}
