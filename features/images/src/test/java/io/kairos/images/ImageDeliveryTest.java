package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Refused;
import io.kairos.host.Kernel.MountFlag;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDeliveryTest {
  @TempDir Path folder;
  private Path target;
  private ImageDelivery delivery;

  @BeforeEach
  void makeTarget() throws IOException {
    target = Files.createDirectory(folder.resolve("target"));
    delivery =
        new ImageDelivery(
            TestImages.KERNEL,
            UnpackOptions.TO_LOOK_AT,
            new ImagePull(RegistryAccess.with(new RegistryLogins(folder.resolve("absent")))));
  }

  private Path image(TestImages.Member... members) {
    return TestImages.Stack.of(members).layout(folder);
  }

  private void deliver(ImageSource source) {
    delivery.deliver(source, TestImages.AMD64, target);
  }

  /** As a node: read-only, with a file system mounted in it that is not. */
  @Test
  void whatIsMountedInAReadOnlyTargetIsFilledFromElsewhere() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "needs root to mount");
    Path room = Files.createDirectory(folder.resolve("room"));
    Path local = Files.createDirectories(target.resolve("usr/local"));
    Files.createDirectory(target.resolve("etc"));
    Path fine =
        image(
            TestImages.directory("usr"),
            TestImages.file("usr/local/bin/tool", "tool"),
            TestImages.symlink("usr/local/link", "bin/tool"));
    TestImages.KERNEL.mount(target.toString(), target, "", Set.of(MountFlag.BIND), "");
    try {
      TestImages.KERNEL.mount(
          "", target, "", Set.of(MountFlag.BIND, MountFlag.REMOUNT, MountFlag.READ_ONLY), "");
      TestImages.KERNEL.mount("tmpfs", local, "tmpfs", Set.of(), "");
      deliver(fine, room);
      assertThat(local.resolve("bin/tool")).hasContent("tool");
      assertThat(Files.readSymbolicLink(local.resolve("link"))).hasToString("bin/tool");
      assertThat(Files.getPosixFilePermissions(local.resolve("bin/tool")))
          .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
      assertThat(local.toFile().list()).containsExactlyInAnyOrder("bin", "link");

      Path other = Files.createDirectory(folder.resolve("other"));
      Path wrong =
          TestImages.Stack.of(
                  TestImages.file("etc/conf", "x"), TestImages.file("usr/local/more", "x"))
              .layout(other);
      assertThatThrownBy(() -> deliver(wrong, room))
          .isInstanceOf(Refused.class)
          .hasMessageContaining(target.resolve("etc") + " is read-only");
      assertThat(local.resolve("more")).doesNotExist();
      assertThat(room).isEmptyDirectory();
    } finally {
      TestImages.KERNEL.detach(target);
    }
  }

  private void deliver(Path layout, Path room) {
    delivery.deliver(
        new ImageSource.OciFile(layout), TestImages.AMD64, target, room, StepProgress.IGNORED);
  }

  private List<String> names() throws IOException {
    try (var entries = Files.list(target)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void layersOfALayoutComeOverWhatIsThereAndTheRestStays() throws IOException {
    Files.writeString(target.resolve("mine"), "mine");
    Files.writeString(target.resolve("bin"), "old");
    Path kept = Files.createDirectory(target.resolve("etc"));
    Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rwx------"));
    Path layout =
        TestImages.Stack.of(
                TestImages.file("bin", "one"),
                TestImages.directory("etc"),
                TestImages.file("etc/gone", "x"),
                TestImages.file("etc/conf", "1"))
            .layer(TestImages.file("etc/conf", "2"), TestImages.whiteout("etc/.wh.gone"))
            .layout(folder);
    for (int i = 0; i < 2; i++) {
      deliver(new ImageSource.OciFile(layout));
      assertThat(names()).containsExactly("bin", "etc", "mine");
      assertThat(target.resolve("bin")).hasContent("one");
      assertThat(target.resolve("etc/conf")).hasContent("2");
      assertThat(target.resolve("etc/gone")).doesNotExist();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
        .isEqualTo("rwx------");
  }

  @Test
  void anImageOfARegistryIsPulledAndUnpacked() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", image(TestImages.file("a", "A")))) {
      deliver(new ImageSource.OciImage(registry.image("1")));
    }
    assertThat(names()).containsExactly("a");
  }

  @Test
  void aLinkIsNotFollowedAndNothingIsHalfDone() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(target.resolve("lib"), outside);
    Path layout =
        image(
            TestImages.file("a", "A"),
            TestImages.directory("lib"),
            TestImages.file("lib/evil", "x"));
    assertThatThrownBy(() -> deliver(new ImageSource.OciFile(layout)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("target/lib is no directory");
    assertThat(outside).isEmptyDirectory();
    assertThat(names()).containsExactly("lib");
  }

  @Test
  void anotherPlatformOrAnotherKindOfImageLeavesNothingBehind() throws IOException {
    Path layout = image(TestImages.file("a", "A"));
    assertThatThrownBy(
            () ->
                delivery.deliver(
                    new ImageSource.Directory(layout), Platform.linux("arm64"), target))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("arm64");
    assertThatThrownBy(() -> deliver(new ImageSource.ImageFile(Path.of("/x.img"))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("cannot be unpacked");
    assertThat(names()).isEmpty();
  }
}
