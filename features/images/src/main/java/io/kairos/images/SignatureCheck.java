package io.kairos.images;

import io.kairos.base.Refused;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether an image is signed with a key, as {@code cosign verify --key} decides it. No log of
 * transparency is asked.
 */
final class SignatureCheck {
  private final RegistryConnection connection;
  private final CosignKey key;
  private final List<SignatureFormat> formats;

  SignatureCheck(RegistryConnection connection, CosignKey key) {
    this.connection = connection;
    this.key = key;
    this.formats =
        List.of(new SimpleSigning(connection, key), new SigstoreBundles(connection, key));
  }

  /**
   * @throws Refused unless the index or the manifest is signed
   */
  void require(RemoteImage image) {
    Set<Digest> signable = new LinkedHashSet<>();
    signable.add(image.namedDigest());
    signable.add(image.digest());
    List<String> reasons = new ArrayList<>();
    for (Digest digest : signable) {
      for (SignatureFormat format : formats) {
        for (var found = format.objections(digest).iterator(); found.hasNext(); ) {
          Optional<String> objection = found.next();
          if (objection.isEmpty()) {
            return; // the others need not be fetched
          }
          reasons.add(objection.get());
        }
      }
    }
    if (reasons.isEmpty()) {
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
            + String.join("; ", reasons),
        "use an image that the owner of this key has signed, or the key of whoever has");
  }
}
