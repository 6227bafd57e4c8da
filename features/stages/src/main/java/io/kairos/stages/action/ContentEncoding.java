package io.kairos.stages.action;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** How content that is no plain text is written in YAML, and in what platforms tell. */
public enum ContentEncoding {
  PLAIN,
  BASE64,
  GZIP,
  GZIP_BASE64;

  /** A thousandth of it may be enough to ask for that much memory. */
  private static final int LARGEST = 64 << 20;

  /**
   * The one that users and platforms call so.
   *
   * @return empty when nobody calls one so
   */
  public static Optional<ContentEncoding> named(String name) {
    return switch (name.strip().toLowerCase(Locale.ROOT)) {
      case "" -> Optional.of(PLAIN);
      case "b64", "base64" -> Optional.of(BASE64);
      case "gz", "gzip" -> Optional.of(GZIP);
      case "gz+base64", "gzip+base64", "gz+b64", "gzip+b64" -> Optional.of(GZIP_BASE64);
      default -> Optional.empty();
    };
  }

  /**
   * What the text stands for.
   *
   * @throws IOException when it is not encoded so, or unpacks to more than 64 MiB
   */
  public byte[] decode(String text) throws IOException {
    return switch (this) {
      case PLAIN -> text.getBytes(StandardCharsets.UTF_8);
      case BASE64 -> base64(text);
      case GZIP -> unzipped(text.getBytes(StandardCharsets.ISO_8859_1));
      case GZIP_BASE64 -> unzipped(base64(text));
    };
  }

  /** What the text stands for, when that is text. */
  public String decodeText(String text) throws IOException {
    return new String(decode(text), StandardCharsets.UTF_8);
  }

  /** In lines of any length. */
  private static byte[] base64(String text) throws IOException {
    try {
      return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static byte[] unzipped(byte[] zipped) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
      byte[] content = in.readNBytes(LARGEST + 1);
      if (content.length > LARGEST) {
        throw new IOException("it unpacks to more than " + (LARGEST >> 20) + " MiB");
      }
      return content;
    }
  }
}
