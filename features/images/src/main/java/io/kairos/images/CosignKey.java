package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A public key that images are signed with: {@code cosign.pub}, ECDSA on P-256. */
public final class CosignKey {
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN PUBLIC KEY-----\\s*([A-Za-z0-9+/=\\s]+?)-----END PUBLIC KEY-----");

  private final String source;
  private final PublicKey key;

  private CosignKey(String source, PublicKey key) {
    this.source = source;
    this.key = key;
  }

  /**
   * @throws InvalidConfig when the file holds no such key
   */
  public static CosignKey read(Path file) {
    try {
      return parse(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString());
    } catch (IOException e) {
      throw new HostFailure("cannot read the key " + file, e);
    }
  }

  /**
   * @param source what messages call the key
   */
  public static CosignKey parse(String pem, String source) {
    if (pem.contains("PRIVATE KEY")) {
      throw invalid(source, "this is a private key, which has no place on a node");
    }
    Matcher matcher = PEM.matcher(pem);
    if (!matcher.find()) {
      throw invalid(source, "no public key in PEM format");
    }
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(matcher.group(1));
      PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
      if (!(key instanceof ECPublicKey ec)
          || ec.getParams().getCurve().getField().getFieldSize() != 256) {
        throw invalid(source, "the key is on another curve than P-256");
      }
      return new CosignKey(source, key);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw invalid(source, "the key is none of ECDSA on P-256");
    }
  }

  private static InvalidConfig invalid(String source, String what) {
    return new InvalidConfig(
        Problem.at(Position.ofSource(source), what)
            .withRemedy("use the file cosign.pub that 'cosign generate-key-pair' makes"));
  }

  /** Whether this key's owner signed these octets (ECDSA with SHA-256, in DER). */
  boolean hasSigned(byte[] content, byte[] signature) {
    try {
      Signature check = Signature.getInstance("SHA256withECDSA");
      check.initVerify(key);
      check.update(content);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // not even the form of a signature
    }
  }

  @Override
  public String toString() {
    return source;
  }
}
