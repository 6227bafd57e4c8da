package io.kairos.operator.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A P-256 key and a certificate over it that it has signed itself (RFC 5280, X.690 DER), for a
 * server whose callers do not check it. Valid from a day ago for ten years.
 */
record SelfSignedCertificate(PrivateKey key, X509Certificate certificate) {
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int UTF8_STRING = 0x0c;
  private static final int GENERALIZED_TIME = 0x18;
  private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03}; // 2.5.4.3
  private static final byte[] ECDSA_WITH_SHA256 = {
    0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02 // 1.2.840.10045.4.3.2
  };
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  static SelfSignedCertificate of(String commonName) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      byte[] algorithm = der(SEQUENCE, der(OBJECT_IDENTIFIER, ECDSA_WITH_SHA256));
      byte[] content = content(commonName, pair, algorithm);
      var signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(pair.getPrivate());
      signer.update(content);
      byte[] signature = der(BIT_STRING, joined(new byte[] {0}, signer.sign()));
      byte[] encoded = der(SEQUENCE, joined(content, algorithm, signature));
      var certificate =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoded));
      return new SelfSignedCertificate(pair.getPrivate(), (X509Certificate) certificate);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with P-256", e);
    }
  }

  /** TBSCertificate of version 1, whose fields are all that such a certificate needs. */
  private static byte[] content(String commonName, KeyPair pair, byte[] algorithm) {
    Instant now = Instant.now();
    byte[] serial = der(INTEGER, new BigInteger(127, new SecureRandom()).toByteArray());
    byte[] name =
        der(
            SEQUENCE,
            der(
                SET,
                der(
                    SEQUENCE,
                    joined(
                        der(OBJECT_IDENTIFIER, COMMON_NAME),
                        der(UTF8_STRING, commonName.getBytes(StandardCharsets.UTF_8))))));
    byte[] validity =
        der(
            SEQUENCE,
            joined(time(now.minus(Duration.ofDays(1))), time(now.plus(Duration.ofDays(3650)))));
    return der(
        SEQUENCE, joined(serial, algorithm, name, validity, name, pair.getPublic().getEncoded()));
  }

  private static byte[] time(Instant at) {
    return der(GENERALIZED_TIME, TIME.format(at).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] der(int tag, byte[] content) {
    var out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      byte[] length = BigInteger.valueOf(content.length).toByteArray();
      int zero = length[0] == 0 ? 1 : 0; // the sign
      out.write(0x80 | (length.length - zero));
      out.write(length, zero, length.length - zero);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
