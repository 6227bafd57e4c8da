package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether an image is signed with a key, as {@code cosign verify --key} decides it: in the image's
 * repository, the tag {@code sha256-DIGEST.sig} names a manifest whose layers are payloads (simple
 * signing), each with its signature as an annotation. No log of transparency is asked.
 */
final class SignatureCheck {
  private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
  private static final String PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json";
  private static final String TYPE = "cosign container image signature";
  private static final int MAX_PAYLOAD = 1 << 20;

  private final RegistryConnection connection;
  private final CosignKey key;

  SignatureCheck(RegistryConnection connection, CosignKey key) {
    this.connection = connection;
    this.key = key;
  }

  /**
   * @throws Refused unless the index or the manifest is signed
   */
  void require(RemoteImage image) {
    Set<Digest> signable = new LinkedHashSet<>();
    signable.add(image.namedDigest());
    signable.add(image.digest());
    List<String> reasons = new ArrayList<>();
    boolean isSigned = false;
    for (Digest digest : signable) {
      Optional<RemoteImage.Text> signatures = signatures(digest);
      if (signatures.isPresent()) {
        isSigned = true;
        for (JsonObject layer : signatures.get().json().objects("layers")) {
          Optional<String> objection = objection(layer, digest);
          if (objection.isEmpty()) {
            return;
          }
          reasons.add(objection.get());
        }
      }
    }
    if (!isSigned) {
      throw new Refused(
          connection.reference()
              + " is not signed: there is no signature of "
              + image.namedDigest(),
          "sign it with: cosign sign --key cosign.key "
              + connection.reference().registry()
              + "/"
              + connection.reference().repository()
              + "@"
              + image.namedDigest());
    }
    throw new Refused(
        connection.reference()
            + " is not signed with the key "
            + key
            + ": "
            + (reasons.isEmpty() ? "its list of signatures is empty" : String.join("; ", reasons)),
        "use an image that the owner of this key has signed, or the key of whoever has");
  }

  private Optional<RemoteImage.Text> signatures(Digest digest) {
    String tag = digest.algorithm() + "-" + digest.hex() + ".sig";
    return RemoteImage.fetchIfThere(connection, tag);
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
