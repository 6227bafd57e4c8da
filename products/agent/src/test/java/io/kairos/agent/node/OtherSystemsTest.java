package io.kairos.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root and loop devices")
class OtherSystemsTest {
  @TempDir Path root;
  private final List<String> notes = new ArrayList<>();
  private LabNode node;
  private Lab lab;

  @BeforeEach
  void install() throws IOException {
    node = LabNode.installed(root);
    lab = node.lab();
  }

  @AfterEach
  void close() {
    node.close();
  }

  private OtherSystems mount() {
    return OtherSystems.mount(lab, notes::add);
  }

  private static List<String> versions(OtherSystems systems) throws IOException {
    List<String> versions = new ArrayList<>();
    for (Path tree : systems.trees()) {
      versions.add(
          tree.getFileName() + " " + Files.readString(tree.resolve("etc/version")).strip());
    }
    return versions;
  }

  @Test
  void anActiveSystemReadsThePassiveAndTheRecoveryOne() throws IOException {
    lab.boot("root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img");
    List<String> mounts = lab.mountsLeft();

    try (var systems = mount()) {
      assertThat(versions(systems)).containsExactly("passive.img first", "recovery.img first");
    }

    assertThat(lab.mountsLeft()).isEqualTo(mounts);
    assertThat(lab.loopsLeft()).isEmpty();
    assertThat(notes).isEmpty();
  }

  @Test
  void aRecoverySystemReadsBothOthersWhileOneIsReplaced() throws IOException {
    lab.bootRecovery("root=LABEL=COS_SYSTEM cos-img/filename=/cOS/recovery.img");

    try (var systems = mount()) {
      assertThat(versions(systems)).containsExactly("active.img first", "passive.img first");
      node.upgrade("next");
      assertThat(versions(systems)).containsExactly("active.img first", "passive.img first");
    }

    assertThat(lab.loopsLeft()).isEmpty();
    assertThat(node.look(lab.look(4).resolve("cOS/active.img"))).isEqualTo("next COS_ACTIVE");
  }

  @Test
  void whatSomebodyLeftWhoWasKilledIsReleased() throws IOException {
    lab.boot("root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img");
    List<String> mounts = lab.mountsLeft();
    var _ = mount();

    try (var systems = mount()) {
      assertThat(systems.trees()).hasSize(2);
    }

    assertThat(lab.mountsLeft()).isEqualTo(mounts);
    assertThat(lab.loopsLeft()).isEmpty();
  }

  @Test
  void oneThatCannotBeReadIsNotedAndPassedOver() throws IOException {
    lab.boot("root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img");
    Path state = root.resolve("run/initramfs/cos-state");
    lab.run(Command.of("mount", "-o", "remount,rw", state.toString()));
    try (var image = FileChannel.open(state.resolve("cOS/passive.img"), StandardOpenOption.WRITE)) {
      image.write(ByteBuffer.allocate(1 << 16), 0);
    }

    try (var systems = mount()) {
      assertThat(versions(systems)).containsExactly("recovery.img first");
    }

    assertThat(notes).singleElement().asString().contains("passive.img", "is fetched");
    assertThat(lab.loopsLeft()).isEmpty();
  }
}
