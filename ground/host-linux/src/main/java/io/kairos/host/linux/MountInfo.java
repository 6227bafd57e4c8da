package io.kairos.host.linux;

import io.kairos.host.Kernel.MountEntry;
import java.nio.file.Path;
import java.util.List;

/** Reads {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)). */
final class MountInfo {
  private MountInfo() {}

  static List<MountEntry> parse(String text) {
    return text.lines().map(MountInfo::parseLine).toList();
  }

  private static MountEntry parseLine(String line) {
    String[] fields = line.split(" ");
    int separator = 6;
    while (!fields[separator].equals("-")) {
      separator++; // any number of optional fields
    }
    return new MountEntry(
        fields[2],
        unescaped(fields[3]),
        Path.of(unescaped(fields[4])),
        fields[5],
        fields[separator + 1],
        unescaped(fields[separator + 2]),
        fields.length > separator + 3 ? fields[separator + 3] : "");
  }

  /** The kernel writes space, tab, newline and backslash as three octal digits. */
  private static String unescaped(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    var plain = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        plain.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(field.charAt(i));
      }
    }
    return plain.toString();
  }
}
