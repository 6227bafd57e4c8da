package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Output;
import io.kairos.stages.Stages;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutActionTest {
  @TempDir Path root;

  private static final String GROW =
      "layout: {device: {label: COS_PERSISTENT}, expand_partition: {size: 0}}";

  /** A disk of 20 GiB whose last partition has this many sectors. */
  private Stages disk(long sectors) {
    var node =
        new Stages(root)
            .file("/dev/vda", "")
            .file("/dev/vda4", "")
            .file("/sys/devices/b/vda/size", "41943040\n")
            .file("/sys/devices/b/vda/vda3/partition", "3\n")
            .file("/sys/devices/b/vda/vda3/start", "2048\n")
            .file("/sys/devices/b/vda/vda3/size", "1000\n")
            .file("/sys/devices/b/vda/vda4/partition", "4\n")
            .file("/sys/devices/b/vda/vda4/start", "20973568\n")
            .file("/sys/devices/b/vda/vda4/size", sectors + "\n");
    node.host
        .withLink("/dev/disk/by-label/COS_PERSISTENT", "../../vda4")
        .withLink("/sys/class/block/vda", "../../devices/b/vda")
        .withLink("/sys/class/block/vda4", "../../devices/b/vda/vda4")
        .answering("sfdisk", "")
        .answering("partx", "")
        .answering("resize2fs", "")
        .answering("blkid", command -> new Output(0, "ext4\n", ""));
    return node;
  }

  @Test
  void theLastPartitionGrowsToTheEndOfTheDisk() {
    var node = disk(1048576);
    node.step(GROW).orThrow();
    assertThat(node.host.commands())
        .contains(
            "sfdisk --relocate gpt-bak-std /dev/vda",
            "sfdisk --no-reread --no-tell-kernel -N 4 /dev/vda",
            "partx --update --nr 4 /dev/vda",
            "resize2fs /dev/vda4");
    assertThat(node.host.kernel().mounts()).isEmpty();
  }

  @Test
  void nothingToGrowIsSuccessAndTouchesNothing() {
    var node = disk(41943040 - 20973568 - 33);
    node.step(GROW).orThrow();
    assertThat(node.host.commands()).isEmpty();
    node = disk(41943040 - 20973568 - 2048);
    node.step(GROW).orThrow();
    assertThat(node.host.commands()).isEmpty();
  }

  @Test
  void anExactSizeIsReachedOnceAndMustFit() {
    var node = disk(1048576);
    String exact = "layout: {device: {path: /dev/vda}, expand_partition: {size: %d}}";
    node.step(exact.formatted(1024)).orThrow();
    assertThat(node.host.commands("sfdisk")).hasSize(2);
    node.step(exact.formatted(512)).orThrow();
    assertThat(node.host.commands("sfdisk")).hasSize(2);
    assertThat(node.step(exact.formatted(20480)).errors())
        .singleElement()
        .asString()
        .contains("/dev/vda4 cannot grow to 20.0 GiB: /dev/vda has room for 10.0 GiB");
  }

  @Test
  void whatCannotGrowIsRefusedBeforeTheTableChanges() {
    for (String type : new String[] {"swap", "vfat", ""}) {
      var node = disk(1048576);
      node.host.answering("blkid", command -> new Output(0, type + "\n", ""));
      assertThat(node.step(GROW).errors())
          .singleElement()
          .asString()
          .contains("resizing is not supported");
      assertThat(node.host.commands("sfdisk")).isEmpty();
    }
  }

  @Test
  void anUnknownLabelIsAnErrorAndNoDeviceIsAWarning() {
    var node = new Stages(root);
    assertThat(node.step(GROW).errors())
        .singleElement()
        .asString()
        .contains("there is no file system with the label COS_PERSISTENT");
    node.step("layout: {device: {}, expand_partition: {size: 0}}").orThrow();
    assertThat(node.log).anyMatch(line -> line.contains("no device is named"));
    node.step("layout: {expand_partition: {size: 0}}").orThrow();
  }
}
