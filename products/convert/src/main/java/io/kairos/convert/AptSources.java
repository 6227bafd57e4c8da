package io.kairos.convert;

import java.util.List;

/** Repositories as apt reads them (sources.list(5), deb822 style). */
final class AptSources {
  /** As in Debian's own images; other tools edit it there. */
  static final String FILE = "debian.sources";

  private AptSources() {}

  static String render(List<DistroDescriptor.Repository> repositories, String keyring) {
    var text = new StringBuilder();
    for (DistroDescriptor.Repository repository : repositories) {
      if (!text.isEmpty()) {
        text.append('\n');
      }
      text.append("Types: deb\nURIs: ")
          .append(repository.uri())
          .append("\nSuites: ")
          .append(String.join(" ", repository.suites()))
          .append("\nComponents: ")
          .append(String.join(" ", repository.components()))
          .append("\nSigned-By: ")
          .append(keyring)
          .append('\n');
    }
    return text.toString();
  }
}
