package io.kairos.convert;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A package of a root.
 *
 * @param source name of the source package
 * @param maintainer as the package manager has it
 * @param complete false when its installation did not come to its end
 */
public record InstalledPackage(
    String name,
    String version,
    String architecture,
    String source,
    String maintainer,
    boolean complete) {

  /**
   * Reads dpkg's database (deb-status, dpkg(1)).
   *
   * @return sorted by name and architecture
   */
  public static List<InstalledPackage> ofDpkgStatus(String status) {
    var packages = new ArrayList<InstalledPackage>();
    for (String paragraph : status.split("\n\n")) {
      Map<String, String> fields = fields(paragraph);
      String state = fields.getOrDefault("Status", "");
      if (!fields.containsKey("Package")
          || state.endsWith(" not-installed")
          || state.endsWith(" config-files")) {
        continue;
      }
      String name = fields.get("Package");
      packages.add(
          new InstalledPackage(
              name,
              fields.getOrDefault("Version", ""),
              fields.getOrDefault("Architecture", ""),
              fields.getOrDefault("Source", name).replaceFirst(" .*", ""),
              fields.getOrDefault("Maintainer", ""),
              state.equals("install ok installed") || state.equals("hold ok installed")));
    }
    packages.sort(
        Comparator.comparing(InstalledPackage::name).thenComparing(InstalledPackage::architecture));
    return List.copyOf(packages);
  }

  private static Map<String, String> fields(String paragraph) {
    var fields = new HashMap<String, String>();
    for (String line : paragraph.split("\n")) {
      int colon = line.indexOf(':');
      if (colon > 0 && !Character.isWhitespace(line.charAt(0))) {
        fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    return fields;
  }

  /** The version without epoch and revision, as its authors count. */
  String upstreamVersion() {
    return version.replaceFirst("^\\d+:", "").replaceFirst("-[^-]*$", "");
  }

  static Optional<InstalledPackage> find(List<InstalledPackage> packages, String name) {
    return packages.stream().filter(candidate -> candidate.name().equals(name)).findFirst();
  }
}
