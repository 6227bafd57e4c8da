package io.kairos.convert;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What went into an image: once as a lock for builders, once as an SBOM for auditors.
 *
 * @param name of the image, as in file names
 * @param source what was converted
 * @param indexes states of the repositories; empty when the source was a root
 * @param digests SHA-256 of packages, by {@code name version architecture}; not known for a root
 *     that somebody else made
 * @param runtimeDigest of the tree under /usr/lib/kairos
 */
record ImageInventory(
    String name,
    String source,
    ImageVersion version,
    Instant epoch,
    List<RepositoryIndex> indexes,
    List<InstalledPackage> packages,
    Map<String, String> digests,
    String runtimeDigest) {
  static final String LOCK = "kairos.lock.yaml";
  static final String SBOM = "sbom.spdx.json";

  /** Where the digests of a bootstrapped archive's packages are kept. */
  static Path digestsBeside(Path archive) {
    return archive.resolveSibling(archive.getFileName() + ".sha256");
  }

  /** Reads what {@code package-digests.sh} wrote. */
  static Map<String, String> readDigests(Path file) {
    var digests = new HashMap<String, String>();
    if (Files.exists(file)) {
      try {
        for (String line : Files.readAllLines(file)) {
          int last = line.lastIndexOf(' ');
          digests.put(line.substring(0, last), line.substring(last + 1));
        }
      } catch (IOException e) {
        throw new HostFailure("cannot read " + file, e);
      }
    }
    return digests;
  }

  private Optional<String> digest(InstalledPackage installed) {
    return Optional.ofNullable(
        digests.get(installed.name() + " " + installed.version() + " " + installed.architecture()));
  }

  /** YAML for builders: what to ask for to get the same image again. */
  String lock() {
    var lock = new LinkedHashMap<String, Object>();
    lock.put("version", 1);
    lock.put("image", name);
    lock.put("base", source);
    lock.put(
        "repositories",
        indexes.stream()
            .map(
                index -> {
                  var repository = new LinkedHashMap<String, Object>();
                  repository.put("uri", index.uri());
                  repository.put("suite", index.suite());
                  repository.put("date", index.date().toString());
                  repository.put("inRelease", "sha256:" + index.digest());
                  return repository;
                })
            .toList());
    lock.put(
        "packages",
        packages.stream()
            .map(
                installed -> {
                  var entry = new LinkedHashMap<String, Object>();
                  entry.put("name", installed.name());
                  entry.put("version", installed.version());
                  entry.put("architecture", installed.architecture());
                  digest(installed).ifPresent(hex -> entry.put("sha256", hex));
                  return entry;
                })
            .toList());
    var runtime = new LinkedHashMap<String, Object>();
    runtime.put("name", "kairos");
    runtime.put("version", ConvertPlanner.toolVersion());
    runtime.put("sha256", runtimeDigest);
    lock.put("components", List.of(runtime));
    return Yaml.emit(YamlNode.of(lock));
  }

  /** SPDX 2.3 as JSON (ISO/IEC 5962). */
  String sbom(String distro) {
    var document = new LinkedHashMap<String, Object>();
    document.put("spdxVersion", "SPDX-2.3");
    document.put("dataLicense", "CC0-1.0");
    document.put("SPDXID", "SPDXRef-DOCUMENT");
    document.put("name", name);
    document.put(
        "documentNamespace",
        "https://kairos.io/spdx/"
            + name
            + "-"
            + UUID.nameUUIDFromBytes(lock().getBytes(StandardCharsets.UTF_8)));
    var creation = new LinkedHashMap<String, Object>();
    creation.put("created", epoch.truncatedTo(ChronoUnit.SECONDS).toString());
    creation.put("creators", List.of("Tool: kairos-convert-" + ConvertPlanner.toolVersion()));
    document.put("creationInfo", creation);
    var entries = new ArrayList<Map<String, Object>>();
    var relations = new ArrayList<Map<String, Object>>();
    entries.add(image());
    relations.add(relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"));
    entries.add(runtime());
    relations.add(relation("SPDXRef-Image", "CONTAINS", "SPDXRef-Kairos"));
    for (InstalledPackage installed : packages) {
      Map<String, Object> entry = entry(installed, distro);
      entries.add(entry);
      relations.add(relation("SPDXRef-Image", "CONTAINS", entry.get("SPDXID").toString()));
    }
    document.put("packages", entries);
    document.put("relationships", relations);
    return Json.pretty(document);
  }

  private Map<String, Object> image() {
    var image = described("SPDXRef-Image", name, version.text());
    image.put("primaryPackagePurpose", "OPERATING-SYSTEM");
    return image;
  }

  private Map<String, Object> runtime() {
    var runtime = described("SPDXRef-Kairos", "kairos", ConvertPlanner.toolVersion());
    runtime.put("licenseDeclared", "Apache-2.0");
    runtime.put(
        "checksums", List.of(ordered("algorithm", "SHA256", "checksumValue", runtimeDigest)));
    return runtime;
  }

  private Map<String, Object> entry(InstalledPackage installed, String distro) {
    String id =
        "SPDXRef-Package-"
            + (installed.name() + "-" + installed.architecture()).replaceAll("[^A-Za-z0-9.-]", "-");
    var entry = described(id, installed.name(), installed.version());
    if (!installed.maintainer().isEmpty()) {
      entry.put("supplier", "Organization: " + installed.maintainer());
    }
    digest(installed)
        .ifPresent(
            hex ->
                entry.put(
                    "checksums", List.of(ordered("algorithm", "SHA256", "checksumValue", hex))));
    entry.put(
        "externalRefs",
        List.of(
            ordered(
                "referenceCategory",
                "PACKAGE-MANAGER",
                "referenceType",
                "purl",
                "referenceLocator",
                "pkg:deb/%s/%s@%s?arch=%s"
                    .formatted(
                        distro,
                        installed.name().replace("+", "%2B"),
                        installed.version().replace("+", "%2B").replace(":", "%3A"),
                        installed.architecture()))));
    return entry;
  }

  private static Map<String, Object> described(String id, String name, String version) {
    var entry = new LinkedHashMap<String, Object>();
    entry.put("SPDXID", id);
    entry.put("name", name);
    entry.put("versionInfo", version);
    entry.put("downloadLocation", "NOASSERTION");
    entry.put("filesAnalyzed", false);
    return entry;
  }

  private static Map<String, Object> relation(String from, String type, String to) {
    return new LinkedHashMap<>(
        ordered("spdxElementId", from, "relationshipType", type, "relatedSpdxElement", to));
  }

  private static Map<String, String> ordered(String... keysAndValues) {
    var map = new LinkedHashMap<String, String>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
