package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Signatures as cosign makes them since its version 3: each is a Sigstore bundle in an artifact
 * that refers to the image (OCI distribution-spec 1.1, "Listing Referrers", with its fallback by
 * tag). In the bundle, a DSSE envelope (github.com/secure-systems-lab/dsse, protocol.md) has an
 * in-toto statement about the digest.
 */
record SigstoreBundles(RegistryConnection connection, CosignKey key) implements SignatureFormat {
  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle";
  private static final String STATEMENT = "https://in-toto.io/Statement/v1";
  private static final String IMAGE_SIGNATURE = "https://sigstore.dev/cosign/sign/v1";

  /** With certificates and receipts of logs; those that were seen have 4 KiB. */
  private static final int MAX_BUNDLE = 1 << 20;

  @Override
  public Stream<Optional<String>> objections(Digest digest) {
    return referrers(digest).stream()
        .flatMap(this::bundles)
        .flatMap(bundle -> objections(bundle, digest).stream());
  }

  private List<JsonObject> referrers(Digest digest) {
    List<JsonObject> all = new ArrayList<>();
    RemoteImage.fetchIfThere(connection, RegistryRequest.get("referrers/" + digest))
        .or(() -> RemoteImage.fetchIfThere(connection, digest.algorithm() + "-" + digest.hex()))
        .ifPresent(index -> all.addAll(index.json().objects("manifests")));
    return all;
  }

  /**
   * What else refers to the image is passed by. The index does not tell them apart: clients write
   * the type of the configuration there.
   */
  private Stream<Descriptor> bundles(JsonObject referrer) {
    Digest artifact = Descriptor.read(referrer).digest();
    return RemoteImage.fetch(connection, artifact.toString(), Optional.of(artifact))
        .json()
        .objects("layers")
        .stream()
        .map(Descriptor::read)
        .filter(layer -> layer.mediaType().startsWith(BUNDLE));
  }

  /** Nothing for what claims to be no signature of an image. */
  private Optional<Optional<String>> objections(Descriptor bundle, Digest digest) {
    if (bundle.size() > MAX_BUNDLE) {
      return Optional.of(Optional.of("a bundle is too large"));
    }
    try {
      byte[] content = RemoteImage.fetchBlob(connection, bundle.digest());
      Optional<JsonObject> envelope = Json.parseObject("bundle", content).object("dsseEnvelope");
      if (envelope.isEmpty()) {
        return Optional.empty();
      }
      byte[] payload = base64(envelope.get(), "payload");
      JsonObject statement = Json.parseObject("statement", payload);
      if (!statement.text("predicateType").equals(Optional.of(IMAGE_SIGNATURE))) {
        return Optional.empty(); // an attestation, of provenance or what is inside
      }
      return Optional.of(
          isSigned(envelope.get(), payload)
              ? mismatch(statement, digest)
              : Optional.of("a bundle is of another key, or was changed"));
    } catch (InvalidConfig e) {
      return Optional.of(Optional.of("a bundle cannot be read: " + e.getMessage()));
    }
  }

  private boolean isSigned(JsonObject envelope, byte[] payload) {
    byte[] signed = preAuthenticated(envelope.requiredText("payloadType"), payload);
    return envelope.objects("signatures").stream()
        .anyMatch(signature -> key.hasSigned(signed, base64(signature, "sig")));
  }

  /** PAE of DSSE version 1: kind and content with their lengths, so that neither can be shifted. */
  private static byte[] preAuthenticated(String type, byte[] payload) {
    var octets = new ByteArrayOutputStream();
    byte[] kind = type.getBytes(StandardCharsets.UTF_8);
    octets.writeBytes(("DSSEv1 " + kind.length + " ").getBytes(StandardCharsets.US_ASCII));
    octets.writeBytes(kind);
    octets.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
    octets.writeBytes(payload);
    return octets.toByteArray();
  }

  private static Optional<String> mismatch(JsonObject statement, Digest digest) {
    if (!statement.requiredText("_type").equals(STATEMENT)) {
      return Optional.of("a bundle has no statement: " + statement.requiredText("_type"));
    }
    List<String> signed =
        statement.objects("subject").stream()
            .flatMap(subject -> subject.requiredObject("digest").text(digest.algorithm()).stream())
            .toList();
    return signed.contains(digest.hex())
        ? Optional.empty()
        : Optional.of("a bundle is for another image: " + String.join(", ", signed));
  }

  private static byte[] base64(JsonObject json, String key) {
    try {
      return Base64.getDecoder().decode(json.requiredText(key));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfig(Problem.of("bundle: " + json.path() + key + " is no base64"));
    }
  }
}
