package io.kairos.stages;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.KairosException;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.config.CloudConfigFiles;
import io.kairos.config.CommandLineConfig;
import io.kairos.config.ConfigUrl;
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
  private final Host host;
  private final Fetcher fetcher;
  private final ConfigUrl addresses;
  private final Map<String, Cached> cache = new HashMap<>();
  private final Set<Problem> problems = new LinkedHashSet<>();
  private final Set<Problem> oddities = new LinkedHashSet<>();
  private Optional<Optional<StageFile>> remote = Optional.empty();

  private record Cached(long modified, long size, Optional<StageFile> file) {}

  StageLoader(Host host, Fetcher fetcher, ConfigUrl addresses) {
    this.host = host;
    this.fetcher = fetcher;
    this.addresses = addresses;
  }

  /** What could not be used so far. */
  List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** Keys that nobody reads, so far. */
  List<Problem> oddities() {
    return List.copyOf(oddities);
  }

  /** The files of each source, in order; each source is a graph of its own. */
  List<List<StageFile>> load(StageSources sources) {
    List<List<StageFile>> loaded = new ArrayList<>();
    for (String path : sources.paths()) {
      loaded.add(directory(path));
    }
    for (String path : sources.extras()) {
      loaded.add(extra(path));
    }
    sources
        .commandLine()
        .ifPresent(
            text -> {
              remote(text).ifPresent(file -> loaded.add(List.of(file)));
              loaded.add(commandLine(text));
            });
    return loaded;
  }

  private List<StageFile> directory(String path) {
    List<StageFile> files = new ArrayList<>();
    for (String file : CloudConfigFiles.below(host, path)) {
      if (CloudConfigFiles.isYaml(file)) {
        file(file).ifPresent(files::add);
      }
    }
    return files;
  }

  /** Like {@link #directory}, but it has to be there; a file may have any name. */
  private List<StageFile> extra(String path) {
    Path real = host.resolved(path.startsWith("/") ? path : "/" + path);
    if (Files.isDirectory(real)) {
      return directory(path);
    }
    if (!Files.exists(real)) {
      problems.add(Problem.at(Position.ofSource(path), "this source of stages does not exist"));
      return List.of();
    }
    return file(path).map(List::of).orElse(List.of());
  }

  private Optional<StageFile> file(String path) {
    long modified = 0;
    long size = 0;
    try {
      Path real = host.resolved(path);
      modified = Files.getLastModifiedTime(real).toMillis();
      size = Files.size(real);
    } catch (IOException e) {
      problems.add(Problem.at(Position.ofSource(path), "cannot read it: " + e.getMessage()));
      return Optional.empty();
    }
    Cached cached = cache.get(path);
    if (cached == null || cached.modified() != modified || cached.size() != size) {
      cached = new Cached(modified, size, attempt(path, () -> CloudConfigFiles.read(host, path)));
      cache.put(path, cached);
    }
    return cached.file();
  }

  private interface Text {
    String get();
  }

  private Optional<StageFile> attempt(String source, Text text) {
    try {
      StageFile file = StageFile.parse(text.get(), source);
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

  private Optional<StageFile> remote(String commandLine) {
    if (remote.isEmpty()) {
      remote = Optional.of(CommandLineConfig.configUrl(commandLine).flatMap(this::fetched));
    }
    return remote.get();
  }

  /** A config URL may also be a file or a directory's only file. */
  private Optional<StageFile> fetched(String address) {
    try {
      String rendered = addresses.render(address);
      if (rendered.startsWith("/")) {
        return extra(rendered).stream().findFirst();
      }
      return attempt(rendered, () -> fetcher.fetch(uri(rendered)));
    } catch (InvalidConfig e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
  }

  private static URI uri(String address) {
    try {
      return URI.create(address);
    } catch (IllegalArgumentException e) {
      throw new HostFailure("config_url is no address: " + e.getMessage());
    }
  }

  private List<StageFile> commandLine(String text) {
    try {
      var parsed = CommandLineConfig.stages(text);
      oddities.addAll(parsed.warnings());
      return parsed.config().isEmpty()
          ? List.of()
          : List.of(StageFile.plain(parsed.config(), "cmdline"));
    } catch (InvalidConfig e) {
      problems.addAll(e.problems());
      return List.of();
    }
  }
}
