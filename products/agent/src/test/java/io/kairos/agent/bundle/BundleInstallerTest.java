package io.kairos.agent.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.node.TestImage;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.config.BundleConfig;
import io.kairos.images.RegistryAccess;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root to unpack images")
class BundleInstallerTest {
  private static final String ROOM = "/usr/local/.kairos";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ScratchHost host;

  @BeforeEach
  void aNodeWithImages(@TempDir Path root) throws IOException {
    host = new ScratchHost(root);
    TestImage.write(root.resolve("files"), Map.of("bin/tool", "new", "etc/tool.conf", "x"));
    TestImage.write(
        root.resolve("script"),
        Map.of(
            "run.sh",
            """
            echo "target $BUNDLE_TARGET"
            test "$PWD" = "$CONTAINERDIR" && cp payload "$ROOT/installed"
            stat -c %a . > "$ROOT/mode"
            """,
            "payload",
            "from the image"));
    TestImage.write(
        root.resolve("failing"), Map.of("run.sh", "echo no luck >&2\nexit 3\n", "payload", ""));
  }

  private void install(BundleConfig... bundles) {
    new BundleInstaller(
            host,
            RegistryAccess.of(host, Map.of()),
            new BundleOutput(new PrintStream(out, true, StandardCharsets.UTF_8)))
        .install(new Bundles(Arrays.asList(bundles), true, false));
  }

  private static BundleConfig local(String root, String... targets) {
    return new BundleConfig(List.of(targets), "", root, "", true);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String[] left() {
    return host.path(ROOM).toFile().list();
  }

  @ParameterizedTest
  @ValueSource(strings = {"container", "docker"})
  void theFilesOfAnImageAreLaidOverTheRootPath(String scheme) {
    host.with("/opt/x/bin/tool", "old").with("/opt/x/bin/mine", "mine");
    install(local("/opt/x", scheme + ":///files"));
    assertThat(host.read("/opt/x/bin/tool")).isEqualTo("new");
    assertThat(host.read("/opt/x/etc/tool.conf")).isEqualTo("x");
    assertThat(host.read("/opt/x/bin/mine")).isEqualTo("mine");
    assertThat(host.path("/opt/x").toFile().list()).containsExactlyInAnyOrder("bin", "etc");
    assertThat(left()).isEmpty();
  }

  @Test
  void aScriptRunsWhereItsImageIsAndNothingOfItStays() {
    install(local("/", "run:///script"));
    assertThat(host.read("/installed")).isEqualTo("from the image");
    assertThat(host.read("/mode")).isEqualTo("700\n");
    assertThat(out()).isEqualTo("installing the bundle run:///script\ntarget /script\n");
    assertThat(left()).isEmpty();
  }

  @Test
  void allAreTriedAndAllFailuresAreTold() {
    assertThatThrownBy(
            () ->
                install(
                    local("/opt/x", "run:///failing", "container:///absent", "run:///files"),
                    new BundleConfig(List.of("package://utils/k9s", "nothing"), "", "", "", false),
                    local("/opt/x", "container:///files")))
        .isInstanceOf(HostFailure.class)
        .hasMessageStartingWith("5 of 6 bundles could not be installed:\n- run:///failing: ")
        .hasMessageContaining("exit code 3: no luck")
        .hasMessageContaining("\n- container:///absent: ")
        .hasMessageContaining("\n- run:///files: its image has no run.sh")
        .hasMessageContaining("\n- package://utils/k9s: packages are installed by luet")
        .hasMessageContaining("\n- nothing: invalid target: 'nothing'");
    assertThat(host.read("/opt/x/bin/tool")).isEqualTo("new");
    assertThat(left()).isEmpty();
  }

  @Test
  void packagesAreForLuetWithADatabaseOfTheNode() {
    host.answering("luet", "");
    install(new BundleConfig(List.of("package://utils/k9s"), "", "/opt/x", "", false));
    String places =
        " --system-dbpath %s --system-target %s"
            .formatted(host.path("/usr/local/.kairos/db"), host.path("/opt/x"));
    assertThat(host.commands("luet"))
        .containsExactly(
            "LUET_CONFIG_FROM_HOST=false luet repo add kairos-system -y --type docker --url"
                + " quay.io/kairos/packages"
                + places,
            "LUET_CONFIG_FROM_HOST=false luet install -y utils/k9s" + places);
    assertThatThrownBy(
            () -> install(new BundleConfig(List.of("x://y"), "packages", "/", "", false)))
        .hasMessageContaining("'packages' is no repository of packages");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "quay.io/x", "run://", "://x", "run://a://b"})
  void aTargetIsASchemeAndAReference(String text) {
    assertThatThrownBy(() -> BundleTarget.parse(text))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("invalid target: '" + text + "'");
  }
}
