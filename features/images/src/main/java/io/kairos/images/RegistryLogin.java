package io.kairos.images;

import io.kairos.base.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What opens a registry. Its text form says nothing. */
sealed interface RegistryLogin {
  /** User and password, as the header has them. */
  record Basic(Secret header) implements RegistryLogin {
    static Basic of(String user, String password) {
      return ofEncoded(
          Base64.getEncoder()
              .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * @param encoded base64 of user, colon and password
     */
    static Basic ofEncoded(String encoded) {
      return new Basic(Secret.of("Basic " + encoded));
    }

    String text() {
      return reveal(header);
    }
  }

  /** A token that is exchanged for others (OAuth 2, refresh token). */
  record IdentityToken(Secret token) implements RegistryLogin {
    static IdentityToken of(String text) {
      return new IdentityToken(Secret.of(text));
    }

    String text() {
      return reveal(token);
    }
  }

  private static String reveal(Secret secret) {
    return new String(secret.reveal(), StandardCharsets.UTF_8);
  }
}
