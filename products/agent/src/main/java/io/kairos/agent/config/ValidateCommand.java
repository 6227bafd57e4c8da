package io.kairos.agent.config;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.config.CloudConfigFiles;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.config.Fetcher;
import io.kairos.config.Validation;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code kairos-agent validate}: everything that is wrong with a cloud-config, at once. A good one
 * prints nothing.
 */
public final class ValidateCommand {
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
      out.print(Json.pretty(CloudConfigCheck.asTree(errors, warnings)));
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
    var check = new CloudConfigCheck(host);
    try {
      Optional<Config> directory = directory(source);
      if (directory.isPresent()) {
        return check.of(directory.get());
      }
      String label = label(source);
      return check.ofDocument(text(source, label), label);
    } catch (InvalidConfig e) {
      return CloudConfigCheck.unreadable(e);
    }
  }

  private Optional<Config> directory(String source) {
    return path(source)
        .filter(path -> Files.isDirectory(host.resolved(path)))
        .map(path -> new Collector(host).directories(List.of(path)).collect());
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
}
