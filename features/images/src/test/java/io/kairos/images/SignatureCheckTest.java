package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures as cosign makes them, here by openssl. */
class SignatureCheckTest {
  private static final LinuxHost HOST = LinuxHost.here();
  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String IMAGE = "https://sigstore.dev/cosign/sign/v1";
  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);

  private final List<Object> referrers = new ArrayList<>();

  @TempDir Path folder;
  private FakeRegistry registry;
  private Path store;
  private Digest index;

  @BeforeEach
  void anImageAndTwoKeys() throws IOException {
    assumeTrue(HOST.hasProgram("openssl"), "openssl is not installed");
    Path layout = TestImages.Stack.of(TestImages.file("a", "content")).layout(folder);
    registry = new FakeRegistry(false).push("1", layout);
    index = registry.manifestDigest("1");
    store = folder.resolve("store");
    makeKey("ours", "prime256v1");
    makeKey("theirs", "prime256v1");
  }

  @AfterEach
  void close() {
    if (registry != null) {
      registry.close();
    }
  }

  private void makeKey(String name, String curve) {
    openssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", at(name + ".key"));
    openssl("ec", "-in", at(name + ".key"), "-pubout", "-out", at(name + ".pub"));
  }

  private static void openssl(String... arguments) {
    HOST.run(Command.of("openssl").with(arguments));
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private CosignKey key(String name) {
    return CosignKey.read(folder.resolve(name + ".pub"));
  }

  private static byte[] payload(Digest digest) {
    return """
        {"critical":{"identity":{"docker-reference":"registry.example/test/image"},\
        "image":{"docker-manifest-digest":"%s"},"type":"cosign container image signature"},\
        "optional":null}"""
        .formatted(digest)
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Publishes a signature for a digest.
   *
   * @param signed what the key signs
   * @param published what the registry has
   */
  private void sign(Digest digest, String key, byte[] signed, byte[] published) throws IOException {
    byte[] signature = signature(key, signed);
    Descriptor config =
        Descriptor.of(MediaTypes.CONFIG, registry.blob("{}".getBytes(StandardCharsets.UTF_8)), 2);
    Descriptor layer =
        new Descriptor(
            "application/vnd.dev.cosign.simplesigning.v1+json",
            registry.blob(published),
            published.length,
            Optional.empty(),
            Map.of(
                "dev.cosignproject.cosign/signature",
                Base64.getEncoder().encodeToString(signature)));
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaTypes.MANIFEST);
    manifest.put("config", config.toJson());
    manifest.put("layers", List.of(layer.toJson()));
    registry.manifest(
        "sha256-" + digest.hex() + ".sig", Json.write(manifest).getBytes(StandardCharsets.UTF_8));
  }

  private byte[] signature(String key, byte[] signed) throws IOException {
    Path file = Files.write(folder.resolve("payload"), signed);
    openssl("dgst", "-sha256", "-sign", at(key + ".key"), "-out", at("signature"), file.toString());
    return Files.readAllBytes(folder.resolve("signature"));
  }

  private static String statement(Digest digest, String predicate) {
    return "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":\"%s\",\"predicate\":{}}"
        .formatted(digest.hex(), predicate);
  }

  /** Publishes a bundle that refers to the index, as cosign 3 does. */
  private void bundle(String key, String signed, String published) throws IOException {
    String type = "application/vnd.in-toto+json";
    String pae = "DSSEv1 " + type.length() + " " + type + " " + signed.length() + " " + signed;
    Base64.Encoder base64 = Base64.getEncoder();
    byte[] signature = signature(key, pae.getBytes(StandardCharsets.UTF_8));
    String envelope =
        Json.write(
            Map.of(
                "mediaType",
                BUNDLE,
                "dsseEnvelope",
                Map.of(
                    "payload",
                    base64.encodeToString(published.getBytes(StandardCharsets.UTF_8)),
                    "payloadType",
                    type,
                    "signatures",
                    List.of(Map.of("sig", base64.encodeToString(signature))))));
    byte[] content = envelope.getBytes(StandardCharsets.UTF_8);
    Descriptor layer = Descriptor.of(BUNDLE, registry.blob(content), content.length);
    byte[] artifact =
        Json.write(
                Map.of(
                    "schemaVersion",
                    2L,
                    "artifactType",
                    BUNDLE,
                    "config",
                    Descriptor.of("application/vnd.oci.empty.v1+json", registry.blob(EMPTY), 2)
                        .toJson(),
                    "layers",
                    List.of(layer.toJson())))
            .getBytes(StandardCharsets.UTF_8);
    Digest digest = registry.manifest("unnamed", artifact);
    Map<String, Object> entry =
        new LinkedHashMap<>(Descriptor.of(MediaTypes.MANIFEST, digest, artifact.length).toJson());
    entry.put("artifactType", "application/vnd.oci.empty.v1+json"); // as clients without the API do
    referrers.add(entry);
    registry.manifest(
        "sha256-" + index.hex(),
        Json.write(Map.of("schemaVersion", 2L, "manifests", referrers))
            .getBytes(StandardCharsets.UTF_8));
  }

  private PulledImage pull(String key) {
    return new ImagePull(RegistryAccess.with(RegistryLogins.none()).with(RegistryTest.AT_ONCE))
        .pull(
            new PullRequest(registry.image("1"), TestImages.AMD64, store).signedWith(key(key)),
            StepProgress.IGNORED);
  }

  private Digest manifest() {
    return OciLayout.open(folder.resolve("layout")).image().digest();
  }

  @Test
  void aSignedIndexIsPulled() throws IOException {
    sign(index, "ours", payload(index), payload(index));
    assertThat(pull("ours").named()).isEqualTo(index);
  }

  @Test
  void aSignedManifestBehindAnUnsignedIndexIsPulled() throws IOException {
    sign(manifest(), "ours", payload(manifest()), payload(manifest()));
    assertThat(pull("ours").image().digest()).isEqualTo(manifest());
  }

  @Test
  void aBundleThatRefersToTheIndexCounts() throws IOException {
    bundle("ours", statement(index, IMAGE), statement(index, IMAGE));
    assertThat(pull("ours").named()).isEqualTo(index);
    assertThat(registry.requests()).contains("/v2/test/image/referrers/DIGEST");
  }

  @Test
  void aRegistryThatListsReferrersIsAskedForThem() throws IOException {
    registry.knowingReferrers();
    assertThatThrownBy(() -> pull("ours")).hasMessageContaining("is not signed: there is no");
    bundle("ours", statement(index, IMAGE), statement(index, IMAGE));
    assertThat(pull("ours").named()).isEqualTo(index);
  }

  @Test
  void oneGoodBundleAmongOthersIsEnough() throws IOException {
    bundle("theirs", statement(index, IMAGE), statement(index, IMAGE));
    bundle("ours", statement(index, IMAGE), statement(index, IMAGE));
    assertThat(pull("ours").named()).isEqualTo(index);
  }

  @Test
  void aBundleThatProvesSomethingElseIsNoSignature() throws IOException {
    String provenance = statement(index, "https://slsa.dev/provenance/v1");
    bundle("ours", provenance, provenance);
    assertThatThrownBy(() -> pull("ours")).hasMessageContaining("is not signed: there is no");
    Digest other = Digest.sha256(new byte[] {1});
    bundle("ours", statement(other, IMAGE), statement(other, IMAGE));
    assertThatThrownBy(() -> pull("ours"))
        .hasMessageContaining("a bundle is for another image: " + other.hex());
    bundle("theirs", statement(index, IMAGE), statement(index, IMAGE));
    bundle("ours", statement(other, IMAGE), statement(index, IMAGE));
    assertThatThrownBy(() -> pull("ours"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("a bundle is of another key, or was changed");
  }

  @Test
  void anUnsignedImageIsRefusedWithHowToSignIt() {
    assertThatThrownBy(() -> pull("ours"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("is not signed: there is no signature of " + index)
        .hasMessageContaining("cosign sign --key cosign.key " + registry.host() + "/test/image@");
    assertThat(registry.blobRequests()).as("no octet of the image is fetched").isZero();
  }

  @Test
  void aSignatureOfAnotherKeyIsRefused() throws IOException {
    sign(index, "theirs", payload(index), payload(index));
    assertThatThrownBy(() -> pull("ours"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("is not signed with the key " + at("ours.pub"))
        .hasMessageContaining("a signature is of another key, or its payload was changed");
  }

  @Test
  void aSignatureOfAnotherImageIsRefused() throws IOException {
    Digest other = Digest.sha256(new byte[] {1});
    sign(index, "ours", payload(other), payload(other));
    assertThatThrownBy(() -> pull("ours"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("a signature is for another image: " + other);
  }

  @Test
  void aPayloadThatWasChangedIsRefused() throws IOException {
    sign(index, "ours", payload(Digest.sha256(new byte[] {1})), payload(index));
    assertThatThrownBy(() -> pull("ours"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("its payload was changed");
    sign(index, "ours", payload(index), payload(index));
    registry.corrupt(Digest.sha256(payload(index)));
    store = folder.resolve("other");
    assertThatThrownBy(() -> pull("ours")).hasMessageContaining("is damaged");
  }

  @Test
  void aSignatureOfSomethingThatIsNoImageIsRefused() throws IOException {
    byte[] payload =
        new String(payload(index), StandardCharsets.UTF_8)
            .replace("cosign container image signature", "a tree")
            .getBytes(StandardCharsets.UTF_8);
    sign(index, "ours", payload, payload);
    assertThatThrownBy(() -> pull("ours")).hasMessageContaining("is for no image");
  }

  @Test
  void onlyPublicKeysOnP256AreKeys() throws IOException {
    makeKey("large", "secp384r1");
    openssl("genrsa", "-out", at("rsa.key"), "2048");
    openssl("rsa", "-in", at("rsa.key"), "-pubout", "-out", at("rsa.pub"));
    for (String name : new String[] {"large", "rsa"}) {
      assertThatThrownBy(() -> key(name))
          .isInstanceOf(InvalidConfig.class)
          .hasMessageContaining("P-256");
    }
    assertThatThrownBy(() -> CosignKey.read(folder.resolve("ours.key")))
        .hasMessageContaining("private key");
    assertThatThrownBy(() -> CosignKey.parse("nothing", "cosign.pub"))
        .hasMessageContaining("cosign.pub: no public key in PEM format");
  }
}
