package io.kairos.formats.grubenv;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The variables of one environment block (GRUB manual, "Environment block"). A block has exactly
 * 1024 octets, because GRUB's {@code save_env} writes into the sectors of the file as it finds
 * them.
 *
 * @param variables sorted by name; an empty value is the same as none
 */
public record GrubEnvironment(SortedMap<String, String> variables) {
  public static final GrubEnvironment EMPTY = new GrubEnvironment(new TreeMap<>());

  private static final int SIZE = 1024;
  private static final String SIGNATURE = "# GRUB Environment Block\n";

  public GrubEnvironment {
    var checked = new TreeMap<String, String>();
    variables.forEach(
        (name, value) -> {
          if (name.isEmpty() || name.startsWith("#") || name.contains("=") || hasLineEnd(name)) {
            throw new IllegalArgumentException("not a name of a GRUB variable: '" + name + "'");
          }
          if (hasLineEnd(value)) {
            throw new IllegalArgumentException(
                "the value of GRUB variable '" + name + "' must be one line");
          }
          if (!value.isEmpty()) {
            checked.put(name, value);
          }
        });
    variables = java.util.Collections.unmodifiableSortedMap(checked);
  }

  private static boolean hasLineEnd(String text) {
    return text.indexOf('\n') >= 0 || text.indexOf('\0') >= 0;
  }

  /** New values win; empty ones remove. */
  public GrubEnvironment with(Map<String, String> changes) {
    var merged = new TreeMap<>(variables);
    merged.putAll(changes);
    return new GrubEnvironment(merged);
  }

  /**
   * Reads blocks of any size, also those that older tools padded to more than one block.
   *
   * @throws IllegalArgumentException for a line that is no assignment
   */
  public static GrubEnvironment parse(byte[] block) {
    var variables = new TreeMap<String, String>();
    for (String line : new String(block, StandardCharsets.UTF_8).split("\n", -1)) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("invalid format for " + line);
      }
      variables.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return new GrubEnvironment(variables);
  }

  /**
   * @throws IllegalArgumentException when the variables do not fit into one block
   */
  public byte[] toBlock() {
    var text = new StringBuilder(SIGNATURE);
    variables.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    byte[] used = text.toString().getBytes(StandardCharsets.UTF_8);
    if (used.length > SIZE) {
      throw new IllegalArgumentException(
          "GRUB variables need %d octets, but a block has room for %d"
              .formatted(used.length, SIZE));
    }
    byte[] block = Arrays.copyOf(used, SIZE);
    Arrays.fill(block, used.length, SIZE, (byte) '#');
    return block;
  }
}
