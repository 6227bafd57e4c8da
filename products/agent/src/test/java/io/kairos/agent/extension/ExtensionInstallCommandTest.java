package io.kairos.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.kairos.agent.node.TestImage;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.boot.ExtensionKind;
import io.kairos.boot.ExtensionProfile;
import io.kairos.images.Digest;
import io.kairos.images.RegistryAccess;
import io.kairos.plan.Progress;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionInstallCommandTest {
  private static final String STORE = "/var/lib/kairos/extensions";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ScratchHost host;
  private HttpServer server;

  @BeforeEach
  void aNodeAndAServer(@TempDir Path root) throws IOException {
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_ACTIVE\n")
            .answering("systemd-sysext", "");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String serving(String path, String content, Map<String, String> headers) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            headers.forEach(exchange.getResponseHeaders()::set);
            byte[] body = content.getBytes(StandardCharsets.UTF_8);
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, isHead ? -1 : body.length);
            if (!isHead) {
              exchange.getResponseBody().write(body);
            }
          }
        });
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void install(String source, Optional<String> sha256) {
    new ExtensionInstallCommand(
            host,
            ExtensionKind.SYSEXT,
            RegistryAccess.of(host, Map.of()),
            Progress.SILENT,
            new PrintStream(out, true, StandardCharsets.UTF_8))
        .run(source, sha256);
  }

  private void install(String source) {
    install(source, Optional.empty());
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String[] stored() {
    String[] names = host.path(STORE).toFile().list();
    return names == null ? new String[0] : names;
  }

  private static String sha256(String content) {
    return Digest.sha256(content.getBytes(StandardCharsets.UTF_8)).hex();
  }

  private String image(String... files) throws IOException {
    Map<String, String> content = new TreeMap<>();
    for (String file : files) {
      content.put(file, "of " + file);
    }
    TestImage.write(host.root().resolve("image"), content);
    return "ocifile:/image";
  }

  @Test
  void aFileOfTheNodeKeepsItsModeWithoutWhatLetsOthersWrite() throws IOException {
    host.with("/tmp/tools.raw", "image");
    Files.setPosixFilePermissions(
        host.path("/tmp/tools.raw"), PosixFilePermissions.fromString("rw-rw-rw-"));
    install("file:///tmp/tools.raw");
    assertThat(host.read(STORE + "/tools.raw")).isEqualTo("image");
    assertThat(host.permissions(STORE + "/tools.raw")).isEqualTo("rw-r--r--");
    assertThat(host.permissions("/tmp/tools.raw")).isEqualTo("rw-rw-rw-");
    assertThat(stored()).containsExactly("tools.raw");
    assertThat(out())
        .isEqualTo(
            "Installed tools.raw (5 B). To load it at each boot: kairos-agent sysext enable"
                + " tools.raw --common\n");
  }

  @Test
  void aDownloadIsNamedWithoutItsQuery() {
    install(serving("/a/tools.raw", "image", Map.of()) + "?token=geheim");
    assertThat(host.read(STORE + "/tools.raw")).isEqualTo("image");
    assertThat(host.permissions(STORE + "/tools.raw")).isEqualTo("rw-r--r--");
    assertThat(stored()).containsExactly("tools.raw");
  }

  @Test
  void theServerNamesWhatTheAddressDoesNot() {
    install(
        serving("/get", "image", Map.of("Content-Disposition", "attachment; filename=\"x.raw\"")));
    assertThat(stored()).containsExactly("x.raw");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/tools.tar.gz", "/.raw"})
  void onlyRawFilesAreExtensions(String path) {
    String address = serving(path, "image", Map.of());
    assertThatThrownBy(() -> install(address))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("has to end in .raw");
    assertThat(stored()).isEmpty();
    host.with("/tmp/tools.img", "image");
    assertThatThrownBy(() -> install("file:/tmp/tools.img")).isInstanceOf(Refused.class);
    assertThat(stored()).isEmpty();
  }

  @Test
  void aDigestThatIsNotTheFilesLeavesTheOldOneAlone() {
    host.with(STORE + "/tools.raw", "old");
    String address = serving("/tools.raw", "new", Map.of());
    assertThatThrownBy(() -> install(address, Optional.of(sha256("other"))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("sha256:" + sha256("new"));
    assertThat(host.read(STORE + "/tools.raw")).isEqualTo("old");
    assertThat(stored()).containsExactly("tools.raw");
    install(address, Optional.of("sha256:" + sha256("new").toUpperCase(Locale.ROOT)));
    assertThat(host.read(STORE + "/tools.raw")).isEqualTo("new");
    assertThatThrownBy(() -> install(address, Optional.of("abc")))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("no SHA-256 digest");
  }

  @Test
  void aFailureLeavesNothingBehindNorDoesOneThatWasCut() {
    host.with(STORE + "/.incoming/half.raw", "ha");
    String gone = serving("/x.raw", "", Map.of()).replace("/x.raw", "/gone.raw");
    assertThatThrownBy(() -> install(gone)).isInstanceOf(HostFailure.class);
    assertThat(stored()).isEmpty();
    String empty = gone.replace("gone", "x");
    assertThatThrownBy(() -> install(empty))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("x.raw is empty");
    assertThat(stored()).isEmpty();
  }

  @Test
  void allRawFilesOfAnImageAreInstalledAndNothingElse() throws IOException {
    install(image("tools.raw", "more/vim.raw", "README", "etc/os-release"));
    assertThat(stored()).containsExactlyInAnyOrder("tools.raw", "vim.raw");
    assertThat(host.read(STORE + "/vim.raw")).isEqualTo("of more/vim.raw");
    assertThat(host.permissions(STORE + "/vim.raw")).isEqualTo("rw-r--r--");
  }

  @Test
  void anImageWithoutExtensionsIsRefused() throws IOException {
    String image = image("README");
    assertThatThrownBy(() -> install(image))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("holds no extension");
    assertThat(stored()).isEmpty();
  }

  @Test
  void anImageWithOneNameTwiceIsRefused() throws IOException {
    String image = image("a/x.raw", "b/x.raw");
    assertThatThrownBy(() -> install(image))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("more than one file x.raw");
    assertThat(stored()).isEmpty();
  }

  @Test
  void aNewFileOfAnEnabledExtensionTellsHowItIsLoaded() {
    host.with(STORE + "/tools.raw", "old").with("/tmp/tools.raw", "new");
    new ExtensionCommand(host, ExtensionKind.SYSEXT, new PrintStream(out, true))
        .enable("tools", ExtensionProfile.PASSIVE, false);
    install("file:/tmp/tools.raw");
    assertThat(host.read(STORE + "/passive/tools.raw")).isEqualTo("new");
    assertThat(out())
        .contains("is enabled for passive; to load it now: kairos-agent sysext enable tools.raw");
  }

  @Test
  void imagesHaveToBeSignedWhereTheConfigurationSaysSo() throws IOException {
    String image = image("x.raw");
    host.with("/oem/a.yaml", "#cloud-config\ncosign: true\n");
    assertThatThrownBy(() -> install(image))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("no cosign-key");
    assertThat(stored()).isEmpty();
  }

  /** Assertion 105. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tools.raw",
        "ftp://x/y.raw",
        "oci:",
        "oci:UPPER CASE",
        "https:///x.raw",
        "http:x"
      })
  void whatIsNoSourceIsRefusedBeforeAnythingIsDone(String source) {
    assertThatThrownBy(() -> install(source))
        .isInstanceOfAny(Refused.class, InvalidConfig.class)
        .isInstanceOf(KairosException.class);
    assertThat(host.exists(STORE)).isFalse();
  }

  /** Assertion 105. */
  @ParameterizedTest
  @ValueSource(strings = {"oci:tools", "container:tools", "docker://tools", "oci://tools:latest"})
  void anImageWithoutATagIsTheLatest(String source) {
    assertThat(ExtensionSource.parse(source)).hasToString("oci://docker.io/library/tools:latest");
  }

  @Test
  void addressesAreToldWithoutTheirSecrets() {
    assertThat(ExtensionSource.parse("https://me:geheim@host:8443/a/b.raw?token=geheim"))
        .hasToString("https://host:8443/a/b.raw");
  }
}
