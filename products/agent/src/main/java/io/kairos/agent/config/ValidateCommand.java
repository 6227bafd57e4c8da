package io.kairos.agent.config;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.config.CloudConfigFiles;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.config.Fetcher;
import io.kairos.config.ProviderSchemas;
import io.kairos.config.Validation;
import io.kairos.formats.json.Json;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.Host;
import io.kairos.stages.AdminUser;
import io.kairos.stages.StagesCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code kairos-agent validate}: everything that is wrong with a cloud-config, at once. A good one
 * prints nothing.
 */
public final class ValidateCommand {
  /** Scripts match this text. */
  static final String NO_HEADER = "missing #cloud-config header";

  private static final String INLINE = "inline";
  private static final String STANDARD_INPUT = "stdin";

  private final Host host;
  private final Fetcher fetcher;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  public ValidateCommand(
      Host host, Fetcher fetcher, InputStream in, PrintStream out, PrintStream err) {
    this.host = host;
    this.fetcher = fetcher;
    this.in = in;
    this.out = out;
    this.err = err;
  }

  /**
   * @param source a URL, a file, a directory whose files are merged, {@code -} for standard input,
   *     or the document itself
   * @param isStrict warnings are errors
   * @param asJson problems are one JSON list on standard output
   * @return the exit code: 0 unless there is an error
   * @throws InvalidConfig with all errors, unless they are told as JSON
   */
  public int run(String source, boolean isStrict, boolean asJson) {
    Validation found = judge(source);
    List<Problem> errors = new ArrayList<>(found.errors());
    errors.addAll(found.doubts());
    List<Problem> warnings = found.warnings();
    if (isStrict) {
      errors.addAll(warnings);
      warnings = List.of();
    }
    if (asJson) {
      out.print(Json.pretty(asTree(errors, warnings)));
      out.flush();
      return errors.isEmpty() ? 0 : 1;
    }
    warnings.forEach(problem -> err.println("WARNING: " + problem.render()));
    if (!errors.isEmpty()) {
      throw new InvalidConfig(errors);
    }
    return 0;
  }

  private Validation judge(String source) {
    try {
      Optional<Config> directory = directory(source);
      Config config = directory.isPresent() ? directory.get() : document(source);
      Validation validation = Validation.of(config, ProviderSchemas.on(host), new StagesCheck());
      List<Problem> warnings = new ArrayList<>(validation.warnings());
      adminUser(config).ifPresent(warnings::add);
      return new Validation(validation.errors(), validation.doubts(), warnings);
    } catch (InvalidConfig e) {
      return new Validation(e.problems(), List.of(), List.of());
    }
  }

  private static Optional<Problem> adminUser(Config config) {
    Optional<YamlMap> install = config.merged().map("install");
    if (install.isEmpty() || AdminUser.exists(config.merged())) {
      return Optional.empty();
    }
    boolean waived = install.get().text("nousers").filter("true"::equals).isPresent();
    return waived
        ? Optional.empty()
        : Optional.of(
            Problem.at(
                    install.get().position(),
                    "no user belongs to the group 'admin', so an installation will refuse")
                .withRemedy("add 'admin' to the groups of a user, or set install.nousers"));
  }

  private Optional<Config> directory(String source) {
    return path(source)
        .filter(path -> Files.isDirectory(host.resolved(path)))
        .map(path -> new Collector(host).directories(List.of(path)).collect());
  }

  private Config document(String source) {
    String label = label(source);
    String text = text(source, label);
    if (!CloudConfigFiles.beginsWithHeader(text)) {
      throw new InvalidConfig(
          withSyntax(
              text,
              label,
              Problem.at(new Position(label, 1, 1), NO_HEADER)
                  .withRemedy("begin it with a line #cloud-config")));
    }
    YamlNode node = Yaml.parse(text, label);
    YamlMap map =
        switch (node) {
          case YamlMap document -> document;
          case YamlNode empty when empty.isNull() -> YamlMap.empty(node.position());
          default ->
              throw new InvalidConfig(
                  Problem.at(node.position(), "a config must be a map, not " + node.described()));
        };
    return new Config(map, List.of(label), List.of(), List.of());
  }

  /** A text without a header may be broken too; both are told. */
  private static List<Problem> withSyntax(String text, String label, Problem noHeader) {
    List<Problem> problems = new ArrayList<>(List.of(noHeader));
    try {
      var _ = Yaml.parse(text, label);
    } catch (InvalidConfig e) {
      problems.addAll(e.problems());
    }
    return problems;
  }

  private String label(String source) {
    if (source.equals("-")) {
      return STANDARD_INPUT;
    }
    boolean isNamed =
        isAddress(source) || path(source).filter(p -> Files.exists(host.resolved(p))).isPresent();
    return isNamed ? source : INLINE;
  }

  private String text(String source, String label) {
    if (isAddress(source)) {
      return fetcher.fetch(address(source));
    }
    try {
      return switch (label) {
        case INLINE -> source;
        case STANDARD_INPUT -> CloudConfigFiles.read(in, STANDARD_INPUT);
        default -> CloudConfigFiles.read(host, path(source).orElseThrow());
      };
    } catch (IOException e) {
      throw new HostFailure("cannot read standard input", e);
    }
  }

  private static boolean isAddress(String source) {
    return source.startsWith("http://") || source.startsWith("https://");
  }

  private static URI address(String source) {
    try {
      return URI.create(source);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfig(Problem.of("'" + source + "' is no address: " + e.getMessage()));
    }
  }

  /** Of the host; empty when the text cannot be one. */
  private static Optional<String> path(String source) {
    if (source.isEmpty() || source.length() > 4096 || source.indexOf('\n') >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(source).toAbsolutePath().normalize().toString());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static List<Object> asTree(List<Problem> errors, List<Problem> warnings) {
    List<Object> tree = new ArrayList<>();
    errors.forEach(problem -> tree.add(asTree("error", problem)));
    warnings.forEach(problem -> tree.add(asTree("warning", problem)));
    return tree;
  }

  private static Map<String, Object> asTree(String severity, Problem problem) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("severity", severity);
    tree.put("message", problem.what());
    problem
        .where()
        .ifPresent(
            where -> {
              tree.put("source", where.source());
              tree.put("line", where.line());
              tree.put("column", where.column());
            });
    problem.remedy().ifPresent(remedy -> tree.put("try", remedy));
    return tree;
  }
}
