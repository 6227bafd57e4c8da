package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.ForwardingHost;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logins, certificates and mirrors, as a machine is set up. */
class RegistryAccessTest {
  private static final String PASSWORD = "changeit";

  @TempDir Path folder;
  private Path layout;

  @BeforeEach
  void anImage() {
    layout = TestImages.Stack.of(TestImages.file("a", "content")).layout(folder);
  }

  private Digest pull(RegistryAccess access, ImageReference reference) {
    return new ImagePull(access)
        .pull(
            new PullRequest(reference, TestImages.AMD64, folder.resolve("store")),
            StepProgress.IGNORED)
        .image()
        .digest();
  }

  private static RegistryAccess access(RegistryLogins logins) {
    return RegistryAccess.with(logins).with(new RetryPolicy(1, Duration.ZERO, Duration.ZERO));
  }

  private RegistryAccess access(RegistrySettings settings, Path certificates) {
    RegistryAccess usual = access(RegistryLogins.none()).with(settings);
    return new RegistryAccess(
        usual.logins(),
        settings,
        new RegistryAccess.Certificates(List.of(certificates), List.of()),
        usual.resolve(),
        false,
        usual.proxies(),
        usual.retries(),
        usual.deadlines());
  }

  // ---- certificates

  /** A certificate for this machine that nobody else knows. */
  private SSLContext server(Path certificate) throws Exception {
    Path store = folder.resolve("server.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin/keytool").toString();
    List<String> common =
        List.of(keytool, "-keystore", store.toString(), "-storepass", PASSWORD, "-alias", "server");
    List<String> make = new ArrayList<>(common);
    make.addAll(
        List.of(
            "-genkeypair",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=registry",
            "-ext",
            "san=ip:127.0.0.1",
            "-storetype",
            "PKCS12"));
    List<String> export = new ArrayList<>(common);
    export.addAll(List.of("-exportcert", "-rfc", "-file", certificate.toString()));
    LinuxHost.here().run(Command.of(make));
    LinuxHost.here().run(Command.of(export));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static RegistrySettings settings(FakeRegistry registry, String tls) {
    return RegistrySettings.parse(
        """
        mirrors:
          registry.example: {endpoint: ["https://%s"]}
        configs:
          "%s": {tls: {%s}}
        """
            .formatted(registry.host(), registry.host(), tls),
        "registries.yaml");
  }

  @Test
  void aPrivateCertificateIsBelievedWhereItIsNamedOrTheSystemHasIt() throws Exception {
    Path certificate = folder.resolve("ca.pem");
    Path nowhere = folder.resolve("absent.pem");
    var reference = ImageReference.parse("registry.example/test/image:1");
    try (var registry =
        new FakeRegistry(false, Optional.of(server(certificate))).push("1", layout)) {
      Digest digest = OciLayout.open(layout).image().digest();
      assertThat(pull(access(settings(registry, "ca_file: " + certificate), nowhere), reference))
          .isEqualTo(digest);
      assertThat(pull(access(settings(registry, ""), certificate), reference)).isEqualTo(digest);
      assertThat(pull(access(settings(registry, "insecure_skip_verify: true"), nowhere), reference))
          .isEqualTo(digest);
      assertThat(pull(access(settings(registry, ""), nowhere).allowingInsecure(true), reference))
          .isEqualTo(digest);

      assertThatThrownBy(() -> pull(access(settings(registry, ""), nowhere), reference))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining(registry.host() + ": TLS failed");
      assertThatThrownBy(
              () -> pull(access(settings(registry, "ca_file: " + nowhere), nowhere), reference))
          .hasMessageContaining("cannot read the certificates in " + nowhere);
    }
  }

  @Test
  void aPrivateCertificateIsBelievedInAFolderThatTheEnvironmentNames() throws Exception {
    Path trusted = Files.createDirectories(folder.resolve("trusted"));
    Files.writeString(trusted.resolve("README"), "not a certificate\n");
    try (var registry =
        new FakeRegistry(false, Optional.of(server(trusted.resolve("ca.crt")))).push("1", layout)) {
      var reference = ImageReference.parse("registry.example/test/image:1");
      RegistryAccess access =
          RegistryAccess.of(
                  LinuxHost.here(), Map.of("SSL_CERT_DIR", folder.resolve("no") + ":" + trusted))
              .with(settings(registry, ""))
              .with(new RetryPolicy(1, Duration.ZERO, Duration.ZERO));

      assertThat(pull(access, reference)).isEqualTo(OciLayout.open(layout).image().digest());

      Files.writeString(trusted.resolve("broken.pem"), "not a certificate\n");
      assertThatThrownBy(() -> pull(access, reference))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("broken.pem holds no certificates");
    }
  }

  @Test
  void plainHttpIsTakenOnlyWhereItMayBe() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout)) {
      String port = registry.host().replaceFirst(".*:", "");
      // a name that is this machine, but not one of those for which everybody uses plain HTTP
      var reference = ImageReference.parse("127.0.0.2:" + port + "/test/image:1");
      assertThatThrownBy(() -> pull(access(RegistryLogins.none()), reference))
          .isInstanceOf(HostFailure.class);
    }
  }

  // ---- logins

  private RegistryLogins logins(String json) throws IOException {
    return new RegistryLogins(Files.writeString(folder.resolve("config.json"), json));
  }

  private static String header(RegistryLogins logins, String registry, String repository) {
    return logins
        .find(registry, repository)
        .map(login -> ((RegistryLogin.Basic) login).text())
        .orElse("nothing");
  }

  @Test
  void theMostExactNameOfALoginCounts() throws IOException {
    RegistryLogins logins =
        logins(
            """
            {"auths": {
              "registry.example": {"auth": "QQ=="},
              "registry.example/team": {"auth": "Qg=="},
              "https://other.example/v1/": {"username": "u", "password": "p"},
              "https://index.docker.io/v1/": {"auth": "RA=="}}}
            """);
    assertThat(header(logins, "registry.example", "team/app")).isEqualTo("Basic Qg==");
    assertThat(header(logins, "registry.example", "else")).isEqualTo("Basic QQ==");
    assertThat(header(logins, "other.example", "x")).isEqualTo("Basic dTpw");
    assertThat(header(logins, "docker.io", "library/debian")).isEqualTo("Basic RA==");
    assertThat(header(logins, "nobody.example", "x")).isEqualTo("nothing");
  }

  @Test
  void aHelperIsAskedForWhatItKeeps() throws IOException {
    List<Command> asked = new ArrayList<>();
    var host =
        new ForwardingHost(LinuxHost.here()) {
          @Override
          public boolean hasProgram(String name) {
            return name.equals("docker-credential-ecr");
          }

          @Override
          public Output run(Command command) {
            asked.add(command);
            return new Output(0, "{\"Username\": \"me\", \"Secret\": \"geheim\"}", "");
          }
        };
    Path file =
        Files.writeString(
            folder.resolve("config.json"),
            "{\"credHelpers\": {\"a.example\": \"ecr\", \"b.example\": \"gone\"}}");
    var logins = new RegistryLogins(List.of(file), Optional.of(host));
    assertThat(header(logins, "a.example", "x")).isEqualTo(FakeRegistry.USER);
    assertThat(asked.getFirst().argv()).containsExactly("docker-credential-ecr", "get");
    assertThat(asked.getFirst().stdin()).isEqualTo(new Command.Stdin.Text("a.example"));
    assertThatThrownBy(() -> logins.find("b.example", "x"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("docker-credential-gone, which is missing");
  }

  @Test
  void anIdentityTokenIsExchangedForOthers() throws IOException {
    try (var registry = new FakeRegistry(true).push("1", layout)) {
      RegistryLogins logins =
          logins(
              "{\"auths\": {\"%s\": {\"auth\": \"MDA=\", \"identitytoken\": \"%s\"}}}"
                  .formatted(registry.host(), FakeRegistry.IDENTITY_TOKEN));
      assertThat(pull(access(logins), registry.image("1")))
          .isEqualTo(OciLayout.open(layout).image().digest());
    }
  }

  @Test
  void aLoginOfTheSettingsComesFirst() throws IOException {
    try (var registry = new FakeRegistry(true).push("1", layout)) {
      RegistrySettings settings =
          RegistrySettings.parse(
              "configs: {\"%s\": {auth: {username: me, password: geheim}}}"
                  .formatted(registry.host()),
              "registries.yaml");
      assertThat(pull(access(RegistryLogins.none()).with(settings), registry.image("1")))
          .isEqualTo(OciLayout.open(layout).image().digest());
      assertThat(settings.toString()).doesNotContain("geheim");
    }
  }

  // ---- settings

  @Test
  void theFilesOfAMachineAreFound() throws IOException {
    Path root = folder.resolve("root");
    Files.createDirectories(root.resolve("etc/rancher/k3s"));
    Files.createDirectories(root.resolve("root/.docker"));
    Files.writeString(
        root.resolve("etc/rancher/k3s/registries.yaml"),
        "mirrors: {docker.io: {endpoint: [\"https://m.example/v2\", n.example:5000]}}");
    Files.writeString(
        root.resolve("root/.docker/config.json"), "{\"auths\": {\"r\": {\"auth\": \"QQ==\"}}}");
    RegistryAccess access = RegistryAccess.of(LinuxHost.here().at(root), Map.of());
    assertThat(access.settings().mirror("docker.io").orElseThrow().endpoints())
        .map(Object::toString)
        .containsExactly("https://m.example", "https://n.example:5000");
    assertThat(header(access.logins(), "r", "x")).isEqualTo("Basic QQ==");
  }

  @Test
  void aMirrorMayKeepRepositoriesUnderOtherNames() {
    RegistrySettings settings =
        RegistrySettings.parse(
            "mirrors: {docker.io: {endpoint: [https://m], rewrite: {\"^library/(.*)\": \"hub/$1\"}}}",
            "registries.yaml");
    RegistrySettings.Mirror mirror = settings.mirror("docker.io").orElseThrow();
    assertThat(mirror.repository("library/debian")).isEqualTo("hub/debian");
    assertThat(mirror.repository("other")).isEqualTo("other");
  }

  @Test
  void whatCannotBeUnderstoodIsToldWithItsPlace() {
    assertThatThrownBy(
            () ->
                RegistrySettings.parse(
                    """
                    mirror: {}
                    mirrors:
                      a.example:
                        endpoints: []
                        endpoint: ["ftp://x"]
                    configs:
                      b.example:
                        tls: {cert_file: /x}
                    """,
                    "registries.yaml"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("registries.yaml:1:1: unknown key mirror")
        .hasMessageContaining("registries.yaml:4:5: unknown key endpoints")
        .hasMessageContaining("no address of a registry: 'ftp://x'")
        .hasMessageContaining("certificates of clients are not supported");
    assertThat(RegistrySettings.parse("", "registries.yaml").mirrors()).isEmpty();
  }

  @Test
  void challengesAreReadAsServersWriteThem() {
    var challenge =
        RegistryChallenge.parse(
            "Bearer realm=\"https://auth/token\", service=reg, scope=\"repository:a/b:pull,push\"");
    assertThat(challenge.scheme()).isEqualTo("bearer");
    assertThat(challenge.parameter("realm")).contains("https://auth/token");
    assertThat(challenge.parameter("service")).contains("reg");
    assertThat(challenge.parameter("scope")).contains("repository:a/b:pull,push");
    assertThat(RegistryChallenge.parse("").scheme()).isEmpty();
  }

  @Test
  void pausesGrowAndListenToTheServer() {
    var policy = new RetryPolicy(9, Duration.ofSeconds(1), Duration.ofSeconds(20));
    assertThat(policy.pause(1, Duration.ZERO).toMillis()).isBetween(750L, 1250L);
    assertThat(policy.pause(3, Duration.ZERO).toMillis()).isBetween(3000L, 5000L);
    assertThat(policy.pause(1, Duration.ofSeconds(10)).toMillis()).isBetween(7500L, 12_500L);
    assertThat(policy.pause(60, Duration.ofDays(1)).toMillis()).isBetween(15_000L, 25_000L);
  }
}
