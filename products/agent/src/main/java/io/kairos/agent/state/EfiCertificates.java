package io.kairos.agent.state;

import io.kairos.host.Host;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whose signatures the firmware trusts (UEFI 2.10, 32.4.1: EFI_SIGNATURE_LIST). */
final class EfiCertificates {
  private static final String GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
  private static final String SECURITY = "d719b2cb-3d3a-4596-a3bc-dad00e67656f";

  /** EFI_CERT_X509_GUID as it lies in memory. */
  private static final byte[] X509 = HexFormat.of().parseHex("a159c0a5e494a74a87b5ab155c2bf072");

  private EfiCertificates() {}

  /** Common names of the issuers, by PK, KEK and DB; without EFI the lists are empty. */
  static Map<String, Object> observe(Host host) {
    Map<String, Object> names = new LinkedHashMap<>();
    names.put("PK", issuers(host, "PK-" + GLOBAL));
    names.put("KEK", issuers(host, "KEK-" + GLOBAL));
    names.put("DB", issuers(host, "db-" + SECURITY));
    return names;
  }

  private static List<Object> issuers(Host host, String variable) {
    try {
      return issuers(Files.readAllBytes(host.path("/sys/firmware/efi/efivars/" + variable)));
    } catch (IOException absent) {
      return List.of();
    }
  }

  /**
   * @param variable four octets of attributes, then signature lists
   */
  static List<Object> issuers(byte[] variable) {
    List<Object> names = new ArrayList<>();
    ByteBuffer lists = ByteBuffer.wrap(variable).order(ByteOrder.LITTLE_ENDIAN);
    try {
      lists.getInt();
      while (lists.remaining() >= 28) {
        byte[] type = new byte[16];
        int start = lists.position();
        lists.get(type);
        int listSize = lists.getInt();
        int headerSize = lists.getInt();
        int size = lists.getInt();
        int end = start + listSize;
        if (size <= 16 || headerSize < 0 || listSize < 28 || end > lists.limit()) {
          return names; // what is malformed tells nothing
        }
        lists.position(lists.position() + headerSize);
        while (lists.position() + size <= end) {
          byte[] signature = new byte[size];
          lists.get(signature);
          if (Arrays.equals(type, X509)) {
            commonName(Arrays.copyOfRange(signature, 16, size)).ifPresent(names::add);
          }
        }
        lists.position(end);
      }
    } catch (BufferUnderflowException | IllegalArgumentException malformed) {
      return names;
    }
    return names;
  }

  private static Optional<String> commonName(byte[] der) {
    try {
      var certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      String name = certificate.getIssuerX500Principal().getName();
      for (String part : name.split("(?<!\\\\),")) {
        if (part.startsWith("CN=")) {
          return Optional.of(part.substring(3));
        }
      }
      return Optional.of(name);
    } catch (CertificateException malformed) {
      return Optional.empty();
    }
  }
}
