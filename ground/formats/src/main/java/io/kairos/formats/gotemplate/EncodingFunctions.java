package io.kairos.formats.gotemplate;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.Adler32;

/** sprig's codecs and digests. */
final class EncodingFunctions implements FunctionSet {
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  @Override
  public Set<String> names() {
    return Set.of(
        "b64enc",
        "b64dec",
        "b32enc",
        "b32dec",
        "sha256sum",
        "sha512sum",
        "sha1sum",
        "adler32sum",
        "toJson",
        "mustToJson",
        "toRawJson",
        "mustToRawJson",
        "toPrettyJson",
        "mustToPrettyJson",
        "fromJson",
        "mustFromJson");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "b64enc" -> Base64.getEncoder().encodeToString(bytes(a.expect(1).text(0)));
      case "b64dec" -> {
        try {
          yield text(Base64.getDecoder().decode(a.expect(1).text(0)));
        } catch (IllegalArgumentException e) {
          yield "illegal base64 data at input byte " + firstIllegal(a.text(0));
        }
      }
      case "b32enc" -> base32(bytes(a.expect(1).text(0)));
      case "b32dec" -> fromBase32(a.expect(1).text(0));
      case "sha256sum" -> digest("SHA-256", a.expect(1).text(0));
      case "sha512sum" -> digest("SHA-512", a.expect(1).text(0));
      case "sha1sum" -> digest("SHA-1", a.expect(1).text(0));
      case "adler32sum" -> {
        var sum = new Adler32();
        sum.update(bytes(a.expect(1).text(0)));
        yield Long.toString(sum.getValue());
      }
      case "toJson", "mustToJson" -> escaped(Json.write(ordered(a.expect(1).get(0))));
      case "toRawJson", "mustToRawJson" -> Json.write(ordered(a.expect(1).get(0)));
      case "toPrettyJson", "mustToPrettyJson" ->
          escaped(Json.pretty(ordered(a.expect(1).get(0))).stripTrailing());
      case "fromJson" -> {
        try {
          yield floats(Json.parse("fromJson", a.expect(1).text(0)));
        } catch (InvalidConfig malformed) {
          yield null; // as sprig has it
        }
      }
      case "mustFromJson" -> {
        try {
          yield floats(Json.parse("fromJson", a.expect(1).text(0)));
        } catch (InvalidConfig malformed) {
          throw Failure.execute("error calling mustFromJson: " + malformed.getMessage());
        }
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static int firstIllegal(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 128 || (!Character.isLetterOrDigit(c) && c != '+' && c != '/')) {
        return i;
      }
    }
    return text.length();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String digest(String algorithm, String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes(text)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** RFC 4648, chapter 6. */
  private static String base32(byte[] bytes) {
    var out = new StringBuilder();
    long buffer = 0;
    int bits = 0;
    for (byte b : bytes) {
      buffer = (buffer << 8) | (b & 0xFF);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        out.append(BASE32.charAt((int) (buffer >> bits) & 31));
      }
    }
    if (bits > 0) {
      out.append(BASE32.charAt((int) (buffer << (5 - bits)) & 31));
    }
    return out.append("=".repeat((8 - out.length() % 8) % 8)).toString();
  }

  private static String fromBase32(String text) {
    String digits = text.replaceFirst("=+$", "");
    byte[] bytes = new byte[digits.length() * 5 / 8];
    long buffer = 0;
    int bits = 0;
    int count = 0;
    for (int i = 0; i < digits.length(); i++) {
      int value = BASE32.indexOf(digits.charAt(i));
      if (value < 0) {
        return "illegal base32 data at input byte " + i;
      }
      buffer = (buffer << 5) | value;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[count++] = (byte) (buffer >> bits);
      }
    }
    return text(bytes);
  }

  /** Sorted keys, whole floats without a point, as Go writes them. */
  private static Object ordered(Object value) {
    return switch (Values.of(value)) {
      case Map<?, ?> map -> {
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, item) -> sorted.put(String.valueOf(key), ordered(item)));
        yield sorted;
      }
      case List<?> list -> {
        List<Object> items = new ArrayList<>();
        list.forEach(item -> items.add(ordered(item)));
        yield items;
      }
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e18 ->
          number.longValue();
      case null -> Optional.empty();
      case Object scalar
          when scalar instanceof String || scalar instanceof Boolean || scalar instanceof Number ->
          scalar;
      case Object other -> other.toString();
    };
  }

  /** Go escapes what HTML would take for its own. */
  private static String escaped(String json) {
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }

  private static Object floats(Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case List<?> list -> {
        List<Object> items = new ArrayList<>();
        list.forEach(item -> items.add(floats(item)));
        yield items;
      }
      case Map<?, ?> map -> {
        Map<String, Object> members = new TreeMap<>();
        map.forEach((key, item) -> members.put((String) key, floats(item)));
        yield members;
      }
      case null, default -> value;
    };
  }
}
