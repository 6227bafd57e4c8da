package io.kairos.immucore;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.formats.dotenv.DotEnv;
import org.junit.jupiter.api.Test;

class LayoutTest {
  @Test
  void customPathsAreMergedHereAndNotByARacingStage() {
    var layout =
        Layout.of(
            DotEnv.parse(
                """
                RW_PATHS="/var /etc  /var"
                PERSISTENT_STATE_PATHS="/var/log /etc/ssl/certs /opt"
                CUSTOM_BIND_MOUNTS=/mnt/data
                """),
            DotEnv.parse("PERSISTENT_STATE_PATHS=/snap\nRW_PATHS=/ignored\n"),
            DotEnv.parse("CUSTOM_BIND_MOUNTS=/var/lib/longhorn/\nCUSTOM_EPHEMERAL_MOUNTS=/srv\n"));
    assertThat(layout.ephemeral()).containsExactly("/var", "/etc", "/srv");
    assertThat(layout.persistent())
        .containsExactly(
            "/opt", "/snap", "/var/log", "/mnt/data", "/etc/ssl/certs", "/var/lib/longhorn");
  }

  @Test
  void anEmptyLayoutIsThatOfRecovery() {
    var layout = Layout.of(DotEnv.parse("OVERLAY=tmpfs:25%"), DotEnv.parse(""), DotEnv.parse(""));
    assertThat(layout.ephemeral())
        .containsExactly("/etc", "/root", "/home", "/opt", "/srv", "/usr/local", "/var");
    assertThat(layout.persistent()).isEmpty();
    assertThat(layout.persistentTarget()).isEqualTo("/usr/local/.state");
    assertThat(layout.overlay()).contains("tmpfs:25%");
  }

  @Test
  void theDirectoryOfAKeptPathIsNamedAfterIt() {
    assertThat(Layout.stateName("/etc/ssl/certs")).isEqualTo("etc-ssl-certs");
  }
}
