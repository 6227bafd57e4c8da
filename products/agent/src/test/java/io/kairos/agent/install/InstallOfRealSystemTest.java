package io.kairos.agent.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.node.Lab;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Bytes;
import io.kairos.host.Command;
import io.kairos.plan.ConsoleProgress;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The image's own grub-install at work. Needs an unpacked system with {@code etc/cos/grub.cfg}. */
@EnabledIfSystemProperty(named = "kairos.rootfs", matches = "/.+")
class InstallOfRealSystemTest {
  @Test
  void grubOfTheImageBootsTheDisk(@TempDir Path root) throws Exception {
    try (Lab lab = Lab.withDisk(root, Bytes.ofMib(20_000))) {
      var progress = new ConsoleProgress(new PrintStream(System.out), false, false, 100);

      new Installer(lab, lab::at, (_, _, _) -> {}, progress)
          .install(
              InstallRequest.onto(lab.disk().toString())
                  .withSource(new SystemSource.Tree(Path.of(System.getProperty("kairos.rootfs")))),
              _ -> {});

      assertThat(lab.mountsLeft()).isEmpty();
      byte[] start = new byte[512];
      try (var disk = Files.newInputStream(lab.backing())) {
        assertThat(disk.readNBytes(start, 0, 512)).isEqualTo(512);
      }
      assertThat(new String(start, java.nio.charset.StandardCharsets.ISO_8859_1)).contains("GRUB");
      Path state = lab.look(4);
      assertThat(state.resolve("grub/i386-pc/core.img")).exists();
      assertThat(state.resolve("grub/grub.cfg")).exists();
      String keep = System.getProperty("kairos.keep");
      if (keep != null) { // for a look at it in an emulator
        lab.run(Command.of("cp", "--sparse=always", lab.backing().toString(), keep));
      }
    }
  }
}
