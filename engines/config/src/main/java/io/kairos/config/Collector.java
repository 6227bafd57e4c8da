package io.kairos.config;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.Host;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * Gathers the configs of a node: directories, then documents from memory, then the kernel command
 * line, then documents that replace whole keys. Later sources win. A source that is broken spoils
 * no other; it is reported in {@link Config#failures}.
 */
public final class Collector {
  /** Where users put configs, in order. */
  public static final List<String> USER_DIRECTORIES =
      List.of("/run/initramfs/live", "/etc/kairos", "/usr/local/cloud-config", "/oem");

  /** The user's directories and the image's own, whose {@code strict} and paths stages obey. */
  public static final List<String> STAGE_DIRECTORIES =
      List.of(
          "/run/initramfs/live", "/etc/kairos", "/usr/local/cloud-config", "/oem", "/system/oem");

  private static final long LARGEST = 2L << 20;
  private static final int LONGEST_CHAIN = 10;

  /** For all remote configs of a scan together; after it no further one is begun. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Host host;
  private final Fetcher fetcher;
  private final UnaryOperator<String> addressTemplate;
  private final LongSupplier nanoTime;
  private final List<String> directories = new ArrayList<>();
  private final List<String> readers = new ArrayList<>();
  private final List<String> overwrites = new ArrayList<>();
  private Documents documents = new Documents();
  private Optional<String> commandLine = Optional.empty();

  public Collector(Host host) {
    this(host, new HttpFetcher(), new ConfigUrl(host)::render);
  }

  /**
   * @param addressTemplate renders a {@code config_url} before it is fetched
   */
  public Collector(Host host, Fetcher fetcher, UnaryOperator<String> addressTemplate) {
    this(host, fetcher, addressTemplate, System::nanoTime); // clocks are set during a boot
  }

  Collector(
      Host host, Fetcher fetcher, UnaryOperator<String> addressTemplate, LongSupplier nanoTime) {
    this.host = host;
    this.fetcher = fetcher;
    this.addressTemplate = addressTemplate;
    this.nanoTime = nanoTime;
  }

  /** Adds directories; those that do not exist are passed over. */
  public Collector directories(List<String> more) {
    directories.addAll(more);
    return this;
  }

  /** Adds a document from memory, YAML or JSON, without a header: flags, events, standard input. */
  public Collector reader(String document) {
    readers.add(document);
    return this;
  }

  /** Adds the text of {@code /proc/cmdline}. */
  public Collector commandLine(String text) {
    commandLine = Optional.of(text);
    return this;
  }

  /** Adds a document whose top-level keys replace those of all others. */
  public Collector overwrites(String document) {
    overwrites.add(document);
    return this;
  }

  /** Shares what is parsed with other readers of the same files. */
  public Collector documents(Documents shared) {
    documents = shared;
    return this;
  }

  public Config collect() {
    return new Collection().run();
  }

  /** One run; it owns what it gathers. */
  private final class Collection {
    private YamlMap merged = YamlMap.empty(Position.ofSource("config"));
    private final List<String> sources = new ArrayList<>();
    private final List<Problem> failures = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final long begin = nanoTime.getAsLong();

    Config run() {
      for (String directory : directories) {
        for (String file : CloudConfigFiles.below(host, directory)) {
          addFile(file);
        }
      }
      for (String document : readers) {
        parsed(document, "reader").ifPresent(map -> add(map, "reader", false));
      }
      commandLine.ifPresent(
          text -> {
            var parsed = CommandLineConfig.parse(text);
            warnings.addAll(parsed.warnings());
            add(parsed.config(), "cmdline", true);
          });
      for (String document : overwrites) {
        parsed(document, "overwrites")
            .ifPresent(
                map -> {
                  for (YamlMap.Entry entry : map.entries()) {
                    merged = merged.with(entry);
                  }
                });
      }
      return new Config(merged, sources, failures, warnings);
    }

    private void addFile(String file) {
      if (!CloudConfigFiles.isYaml(file)) {
        return; // an ISO's root is such a directory, and full of other things
      }
      String text;
      try {
        if (Files.size(host.resolved(file)) >= LARGEST) {
          skipped(file, "it is larger than 2 MiB");
          return;
        }
        text = CloudConfigFiles.read(host, file);
      } catch (IOException | HostFailure e) {
        skipped(file, e.getMessage());
        return;
      }
      if (!CloudConfigFiles.hasHeader(text)) {
        skipped(file, "it has no valid header, such as #cloud-config");
        return;
      }
      add(parsed(text, file).orElseGet(() -> YamlMap.empty(Position.ofSource(file))), file, false);
    }

    private void skipped(String file, String reason) {
      warnings.add(Problem.at(Position.ofSource(file), "skipped, because " + reason));
    }

    /** A broken document is reported and empty; a bare word among the readers is none. */
    private Optional<YamlMap> parsed(String text, String source) {
      try {
        YamlNode node = documents.parse(text, source);
        if (node instanceof YamlMap map) {
          return Optional.of(map);
        }
        if (node.isNull()) {
          return Optional.of(YamlMap.empty(node.position()));
        }
        var problem =
            Problem.at(node.position(), "a config must be a map, not " + node.described());
        boolean isWord = node instanceof YamlScalar && source.equals("reader");
        (isWord ? warnings : failures).add(problem);
      } catch (InvalidConfig e) {
        failures.addAll(e.problems());
      }
      return Optional.empty();
    }

    private void add(YamlMap document, String source, boolean isTexts) {
      sources.add(source);
      YamlMap whole = withRemotes(document, new LinkedHashSet<>());
      try {
        merged = isTexts ? Merge.convertingMaps(merged, whole) : Merge.maps(merged, whole);
      } catch (InvalidConfig e) {
        failures.addAll(e.problems());
      }
    }

    /** Lays over a document what its {@code config_url} leads to, and so on. */
    private YamlMap withRemotes(YamlMap document, Set<String> visited) {
      Optional<YamlNode> address =
          document
              .get("config_url")
              .filter(
                  node ->
                      node instanceof YamlScalar scalar
                          && scalar.kind() == YamlScalar.Kind.TEXT
                          && !scalar.text().isBlank());
      if (address.isEmpty()) {
        return document;
      }
      Position where = address.get().position();
      try {
        String url = addressTemplate.apply(((YamlScalar) address.get()).text());
        if (!visited.add(url) || visited.size() > LONGEST_CHAIN) {
          warnings.add(Problem.at(where, "config_url leads in a circle: " + url));
          return document;
        }
        if (nanoTime.getAsLong() - begin > PATIENCE.toNanos()) {
          failures.add(
              Problem.at(
                      where,
                      "gave up before fetching "
                          + url
                          + ": the configs before it took more than "
                          + PATIENCE.toMinutes()
                          + " minutes")
                  .withRemedy("look at the servers that the other config_urls name"));
          return document;
        }
        String text = fetcher.fetch(URI.create(url));
        if (!CloudConfigFiles.hasHeader(text)) {
          failures.add(
              Problem.at(where, "what " + url + " answers is no config: it has no valid header"));
          return document;
        }
        Optional<YamlMap> remote = parsed(text, url);
        sources.add(url);
        return remote.isEmpty()
            ? document
            : Merge.maps(document, withRemotes(remote.get(), visited));
      } catch (HostFailure | IllegalArgumentException e) {
        failures.add(Problem.at(where, e.getMessage()));
      } catch (InvalidConfig e) {
        failures.addAll(e.problems());
      }
      return document;
    }
  }
}
