package io.kairos.agent.extension;

import io.kairos.base.Refused;
import io.kairos.boot.ExtensionKind;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** Finds the one extension that a user means by its name, with or without ending, or a pattern. */
final class ExtensionMatch {
  private ExtensionMatch() {}

  /**
   * @param text the whole name, which comes first, or a regular expression for any part of it
   * @throws Refused when it is no regular expression, or more than one name has such a part
   */
  static Optional<Extension> find(List<Extension> among, String text) {
    Optional<Extension> exact =
        among.stream()
            .filter(
                extension ->
                    extension.name().equals(text)
                        || extension.name().equals(text + ExtensionKind.ENDING))
            .findFirst();
    if (exact.isPresent()) {
      return exact;
    }
    Pattern pattern = pattern(text);
    List<Extension> matching =
        among.stream().filter(extension -> pattern.matcher(extension.name()).find()).toList();
    if (matching.size() > 1) {
      throw new Refused(
          "'"
              + text
              + "' may be any of "
              + matching.stream().map(Extension::name).collect(Collectors.joining(", ")),
          "give the whole name of one of them");
    }
    return matching.stream().findFirst();
  }

  private static Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new Refused(
          "'" + text + "' is neither a name nor a regular expression: " + e.getDescription(),
          "give the name of an extension");
    }
  }
}
