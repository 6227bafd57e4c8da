package io.kairos.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionKindTest {
  private static final String STORE = "/var/lib/kairos/extensions";

  private ScratchHost host;

  @BeforeEach
  void aNode(@TempDir Path root) {
    host = new ScratchHost(root);
  }

  @Test
  void aBootLoadsWhatIsEnabledForItFirstAndThenWhatIsForAll() {
    for (String link : List.of("active/a.raw", "common/a.raw", "common/b.raw", "passive/c.raw")) {
      host.withLink(STORE + "/" + link, STORE + "/" + link.substring(link.indexOf('/') + 1));
    }
    assertThat(ExtensionKind.SYSEXT.loaded(host, ExtensionProfile.loadedBy(BootState.ACTIVE)))
        .containsOnly(
            Map.entry("a.raw", STORE + "/active/a.raw"),
            Map.entry("b.raw", STORE + "/common/b.raw"));
    assertThat(ExtensionKind.CONFEXT.loaded(host, ExtensionProfile.loadedBy(BootState.ACTIVE)))
        .isEmpty();
  }

  /** Assertion 21 of the reference for the boot. */
  @Test
  void aResetIsARecoveryBootAndAMediumLoadsNothing() {
    assertThat(ExtensionProfile.of(BootState.AUTORESET)).contains(ExtensionProfile.RECOVERY);
    assertThat(ExtensionProfile.loadedBy(BootState.PASSIVE))
        .containsExactly(ExtensionProfile.PASSIVE, ExtensionProfile.COMMON);
    assertThat(ExtensionProfile.loadedBy(BootState.LIVE)).isEmpty();
    assertThat(ExtensionProfile.loadedBy(BootState.UNKNOWN)).isEmpty();
  }

  @Test
  void onlyRawFilesAndLinksToThemAreExtensions() {
    host.with(STORE + "/b.raw", "")
        .with(STORE + "/notes.txt", "")
        .with(STORE + "/.raw", "")
        .with(STORE + "/.a.raw.new", "")
        .with(STORE + "/.hidden.raw", "")
        .withDirectory(STORE + "/folder.raw")
        .withLink(STORE + "/a.raw", "/gone");
    assertThat(ExtensionKind.names(host.path(STORE))).containsExactly("a.raw", "b.raw");
    assertThat(ExtensionKind.names(host.path("/nothere"))).isEmpty();
    assertThat(ExtensionKind.isName("line\nbreak.raw")).isFalse();
  }
}
