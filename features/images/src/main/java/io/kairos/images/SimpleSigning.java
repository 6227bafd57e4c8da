package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Signatures as cosign made them before its version 3: the tag {@code sha256-DIGEST.sig} names a
 * manifest whose layers are payloads (simple signing), each with its signature as an annotation.
 */
record SimpleSigning(RegistryConnection connection, CosignKey key) implements SignatureFormat {
  private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
  private static final String PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json";
  private static final String TYPE = "cosign container image signature";
  private static final int MAX_PAYLOAD = 1 << 20;

  @Override
  public Stream<Optional<String>> objections(Digest digest) {
    String tag = digest.algorithm() + "-" + digest.hex() + ".sig";
    return RemoteImage.fetchIfThere(connection, tag)
        .map(signatures -> signatures.json().objects("layers"))
        .orElse(List.of())
        .stream()
        .map(layer -> objection(layer, digest));
  }

  /** Why a signature does not count; nothing when it does. */
  private Optional<String> objection(JsonObject layer, Digest digest) {
    Descriptor payload = Descriptor.read(layer);
    if (!payload.mediaType().equals(PAYLOAD)) {
      return Optional.of("there is something else than a signature: " + payload.mediaType());
    }
    Optional<byte[]> signature = signature(payload);
    if (signature.isEmpty()) {
      return Optional.of("a payload has no signature");
    }
    if (payload.size() > MAX_PAYLOAD) {
      return Optional.of("a payload is too large");
    }
    byte[] content = RemoteImage.fetchBlob(connection, payload.digest());
    if (!key.hasSigned(content, signature.get())) {
      return Optional.of("a signature is of another key, or its payload was changed");
    }
    return mismatch(content, digest);
  }

  private static Optional<byte[]> signature(Descriptor payload) {
    try {
      return Optional.ofNullable(payload.annotations().get(SIGNATURE))
          .map(Base64.getDecoder()::decode);
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // no base64
    }
  }

  /** What was signed may be something else. */
  private static Optional<String> mismatch(byte[] content, Digest digest) {
    try {
      JsonObject critical = Json.parseObject("payload", content).requiredObject("critical");
      String signed = critical.requiredObject("image").requiredText("docker-manifest-digest");
      if (!critical.text("type").orElse("").equals(TYPE)) {
        return Optional.of(
            "a signature is for no image, but for a '" + critical.text("type").orElse("") + "'");
      }
      return signed.equals(digest.toString())
          ? Optional.empty()
          : Optional.of("a signature is for another image: " + signed);
    } catch (InvalidConfig e) {
      return Optional.of("a payload cannot be read: " + e.getMessage());
    }
  }
}
