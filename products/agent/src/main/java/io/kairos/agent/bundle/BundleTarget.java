package io.kairos.agent.bundle;

import io.kairos.base.Refused;

/**
 * One thing to install, as users write it: {@code scheme://reference}.
 *
 * @param scheme as written
 * @param reference of an image, the path of its archive, or the name of a package
 */
public record BundleTarget(String scheme, String reference) {
  /** How it gets onto the node. */
  enum Kind {
    /** The files of an image are laid over the root path. */
    FILES,
    /** An image is unpacked somewhere, and its {@code run.sh} does the rest. */
    SCRIPT,
    /** A package of a repository, which luet installs. */
    PACKAGE
  }

  /**
   * @throws Refused when the text has no scheme, or nothing behind it
   */
  public static BundleTarget parse(String text) {
    String[] parts = text.strip().split("://", -1);
    if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw new Refused(
          "invalid target: '" + text + "'",
          "write it as container://IMAGE, run://IMAGE or package://NAME");
    }
    return new BundleTarget(parts[0], parts[1]);
  }

  Kind kind() {
    return switch (scheme) {
      case "container", "docker" -> Kind.FILES;
      case "run" -> Kind.SCRIPT;
      default -> Kind.PACKAGE;
    };
  }

  @Override
  public String toString() {
    return scheme + "://" + reference;
  }
}
