package io.kairos.stages;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.KairosException;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.config.CloudConfigFiles;
import io.kairos.config.CommandLineConfig;
import io.kairos.config.ConfigUrl;
import io.kairos.config.Documents;
import io.kairos.config.Fetcher;
import io.kairos.host.Host;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the files of sources, each once as long as it does not change: a step may write a file that
 * a later stage of the same run has to see. A broken file is reported and disables no other.
 */
final class StageLoader {
  /** What upstream calls a document that is no file. */
  static final String DOCUMENT = "<STDIN>";

  private static final String COMMAND_LINE = "cmdline";

  private final Host host;
  private final Fetcher fetcher;
  private final ConfigUrl addresses;
  private final StageSources sources;
  private final Documents documents;
  private final Map<String, Cached> cache = new HashMap<>();
  private final Map<String, Optional<StageFile>> texts = new HashMap<>();
  private final Set<Problem> problems = new LinkedHashSet<>();
  private final Set<Problem> oddities = new LinkedHashSet<>();
  private Optional<Optional<String>> configUrl = Optional.empty();

  private record Cached(long modified, long size, Optional<StageFile> file) {}

  /** Sources in the order in which they run, each group through all parts of a stage. */
  enum Group {
    FOLDERS,
    CONFIG_URL,
    COMMAND_LINE
  }

  StageLoader(
      Host host, Fetcher fetcher, ConfigUrl addresses, StageSources sources, Documents documents) {
    this.host = host;
    this.fetcher = fetcher;
    this.addresses = addresses;
    this.sources = sources;
    this.documents = documents;
  }

  /** What could not be used so far. */
  List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** Keys that nobody reads, so far. */
  List<Problem> oddities() {
    return List.copyOf(oddities);
  }

  /** Whether the group has any source; folders always have. */
  boolean has(Group group) {
    return switch (group) {
      case FOLDERS -> true;
      case CONFIG_URL -> configUrl().isPresent();
      case COMMAND_LINE -> sources.commandLine().isPresent() && !commandLine().isEmpty();
    };
  }

  /** The sources of a group, in order; each is a graph of its own. */
  List<StageSource> load(Group group) {
    return switch (group) {
      case FOLDERS -> folders();
      case CONFIG_URL -> configUrl().map(this::argument).map(List::of).orElse(List.of());
      case COMMAND_LINE -> List.of(new StageSource(COMMAND_LINE, commandLine()));
    };
  }

  private List<StageSource> folders() {
    List<StageSource> loaded = new ArrayList<>();
    for (String path : sources.paths()) {
      located(path)
          .filter(Files::exists)
          .ifPresent(
              real ->
                  loaded.add(
                      Files.isDirectory(real)
                          ? new StageSource(
                              CloudConfigFiles.withoutSlash(path), directory(absolute(path)))
                          : file(absolute(path))));
    }
    sources.extras().forEach(extra -> loaded.add(argument(extra)));
    for (String text : sources.documents()) {
      loaded.add(once(DOCUMENT, text, () -> text));
    }
    return loaded;
  }

  private List<StageFile> directory(String path) {
    List<StageFile> files = new ArrayList<>();
    for (String file : CloudConfigFiles.below(host, path)) {
      if (CloudConfigFiles.isYaml(file)) {
        files.addAll(file(file).files());
      }
    }
    return files;
  }

  /** A folder, a file of any name, a URL, or the document itself. */
  private StageSource argument(String source) {
    if (isAddress(source)) {
      return once(source, source, () -> fetcher.fetch(uri(source)));
    }
    if (isDocument(source)) {
      return once(DOCUMENT, source, () -> source);
    }
    Optional<Path> real = located(source);
    if (real.isEmpty()) {
      return new StageSource(source, List.of());
    }
    if (Files.isDirectory(real.get())) {
      return new StageSource(source, directory(absolute(source)));
    }
    if (!Files.exists(real.get())) {
      problems.add(
          Problem.at(Position.ofSource(source), "this source of stages does not exist")
              .withRemedy("name a folder, a file or a URL"));
      return new StageSource(source, List.of());
    }
    return file(absolute(source));
  }

  /** Where a path leads on the host; links in a circle, or no path at all, are a problem. */
  private Optional<Path> located(String path) {
    try {
      return Optional.of(host.resolved(absolute(path)));
    } catch (HostFailure e) {
      problems.add(Problem.at(Position.ofSource(path), e.getMessage()));
      return Optional.empty();
    }
  }

  private static String absolute(String path) {
    return path.startsWith("/") ? path : "/" + path;
  }

  private static boolean isAddress(String source) {
    return source.startsWith("http://") || source.startsWith("https://");
  }

  /** Whether an argument can only be meant as the text of a document: no path looks like that. */
  private boolean isDocument(String source) {
    return source.contains("\n")
        || source.contains(": ")
        || source.endsWith(":")
        || source.startsWith("{")
        || (sources.notation() == StageSources.Notation.DOTTED
            && source.contains("=")
            && !Files.exists(host.resolved(absolute(source))));
  }

  private StageSource file(String path) {
    long modified = 0;
    long size = 0;
    try {
      Path real = host.resolved(path);
      modified = Files.getLastModifiedTime(real).toMillis();
      size = Files.size(real);
    } catch (IOException e) {
      problems.add(Problem.at(Position.ofSource(path), "cannot read it: " + e.getMessage()));
      return new StageSource(path, List.of());
    }
    Cached cached = cache.get(path);
    if (cached == null || cached.modified() != modified || cached.size() != size) {
      cached = new Cached(modified, size, attempt(path, () -> CloudConfigFiles.read(host, path)));
      cache.put(path, cached);
    }
    return source(path, cached.file());
  }

  private static StageSource source(String label, Optional<StageFile> file) {
    return new StageSource(label, file.map(List::of).orElse(List.of()));
  }

  private interface Text {
    String get();
  }

  /** What cannot change while a stage runs is had and read once. */
  private StageSource once(String label, String key, Text text) {
    Optional<StageFile> known = texts.get(key);
    if (known == null) {
      known = attempt(label, text);
      texts.put(key, known);
    }
    return source(label, known);
  }

  private Optional<StageFile> attempt(String source, Text text) {
    try {
      StageFile file = parse(text.get(), source);
      problems.addAll(file.problems());
      oddities.addAll(file.oddities());
      return Optional.of(file);
    } catch (InvalidConfig e) {
      problems.addAll(e.problems());
    } catch (KairosException e) {
      problems.add(Problem.at(Position.ofSource(source), e.getMessage()));
    }
    return Optional.empty();
  }

  private StageFile parse(String text, String source) {
    if (sources.notation() == StageSources.Notation.YAML) {
      return StageFile.parse(text, source, documents);
    }
    var dotted = CommandLineConfig.dotted(text, source);
    oddities.addAll(dotted.warnings());
    return StageFile.plain(dotted.config(), source);
  }

  /** The address that the command line names, rendered once; a failure is a problem. */
  private Optional<String> configUrl() {
    if (configUrl.isEmpty()) {
      configUrl =
          Optional.of(
              sources.commandLine().flatMap(CommandLineConfig::configUrl).flatMap(this::rendered));
    }
    return configUrl.get();
  }

  private Optional<String> rendered(String address) {
    try {
      return Optional.of(addresses.render(address));
    } catch (InvalidConfig e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
  }

  private static URI uri(String address) {
    try {
      return URI.create(address);
    } catch (IllegalArgumentException e) {
      throw new HostFailure("this is no address: " + e.getMessage());
    }
  }

  private List<StageFile> commandLine() {
    String text = sources.commandLine().orElse("");
    Optional<StageFile> known = texts.get(COMMAND_LINE);
    if (known == null) {
      known = Optional.empty();
      try {
        var parsed = CommandLineConfig.stages(text);
        oddities.addAll(parsed.warnings());
        if (!parsed.config().isEmpty()) {
          known = Optional.of(StageFile.plain(parsed.config(), COMMAND_LINE));
        }
      } catch (InvalidConfig e) {
        problems.addAll(e.problems());
      }
      texts.put(COMMAND_LINE, known);
    }
    return known.map(List::of).orElse(List.of());
  }
}
