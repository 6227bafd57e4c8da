package io.kairos.immucore;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A file, link or folder, as far as it tells whether somebody changed it. Times do not: tools touch
 * files without changing them.
 *
 * @param mode permission bits, 0 to 07777
 * @param content SHA-256 of a file, target of a link; empty for a folder
 */
record SeedEntry(Kind kind, int mode, int uid, int gid, String content) {
  enum Kind {
    FILE,
    LINK,
    FOLDER
  }

  /**
   * What is at a path, links not followed; empty when nothing is there, or a socket or a device.
   */
  static Optional<SeedEntry> at(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    Kind kind;
    String content = "";
    if (Files.isSymbolicLink(path)) {
      kind = Kind.LINK;
      content = Files.readSymbolicLink(path).toString();
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      kind = Kind.FOLDER;
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      kind = Kind.FILE;
      content = digest(path);
    } else {
      return Optional.empty();
    }
    Map<String, Object> facts =
        Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
    return Optional.of(
        new SeedEntry(
            kind,
            kind == Kind.LINK ? 0 : (int) facts.get("mode") & 07777,
            (int) facts.get("uid"),
            (int) facts.get("gid"),
            content));
  }

  private static String digest(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  boolean isFolder() {
    return kind == Kind.FOLDER;
  }

  /** As manifests have it: {@code file 644 0 0 sha256}. */
  String text() {
    return "%s %o %d %d %s"
        .formatted(kind.name().toLowerCase(Locale.ROOT), mode, uid, gid, content)
        .strip();
  }

  /**
   * @throws IllegalArgumentException when it is no text of an entry
   */
  static SeedEntry parse(String text) {
    String[] words = text.split(" ", 5);
    if (words.length < 4) {
      throw new IllegalArgumentException("no entry of a manifest: '" + text + "'");
    }
    return new SeedEntry(
        Kind.valueOf(words[0].toUpperCase(Locale.ROOT)),
        Integer.parseInt(words[1], 8),
        Integer.parseInt(words[2]),
        Integer.parseInt(words[3]),
        words.length > 4 ? words[4] : "");
  }
}
