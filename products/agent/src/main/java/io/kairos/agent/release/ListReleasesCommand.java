package io.kairos.agent.release;

import io.kairos.agent.bus.Provider;
import io.kairos.agent.bus.ProviderBus;
import io.kairos.agent.bus.ProviderEvent;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.KairosException;
import io.kairos.base.Problem;
import io.kairos.boot.Sentinel;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.formats.json.Json;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Host;
import io.kairos.images.ArtifactName;
import io.kairos.images.ImageReference;
import io.kairos.images.ReleaseTags;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code kairos-agent upgrade list-releases}: the images that this node could become. */
public final class ListReleasesCommand {
  /** Where images come from when neither the image nor the user says it. */
  public static final String USUAL_REGISTRY = "quay.io/kairos";

  private final Host host;
  private final Function<ImageReference, List<String>> tags;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param tags asks a registry for the tags of a repository
   */
  public ListReleasesCommand(
      Host host,
      Function<ImageReference, List<String>> tags,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err) {
    this.host = host;
    this.tags = tags;
    this.environment = Map.copyOf(environment);
    this.out = out;
    this.err = err;
  }

  /**
   * The command line.
   *
   * @param registry host and organisation, wins over what the image says
   * @param all older ones too
   * @param withPreReleases release candidates and the like too
   * @param asJson for programs
   */
  public record Arguments(
      Optional<String> registry, boolean all, boolean withPreReleases, boolean asJson) {}

  /** What was found. */
  private record Found(String source, List<String> images) {}

  /**
   * @throws KairosException when the node does not know what it runs, or no registry answers
   */
  public void run(Arguments arguments) {
    KairosRelease release = release();
    String registry =
        arguments
            .registry()
            .or(() -> release.find("REGISTRY_AND_ORG").filter(text -> !text.isBlank()))
            .orElse(USUAL_REGISTRY);
    ArtifactName own = ArtifactName.of(release);
    if (isUnified()) {
      tell(arguments, registry, Optional.empty(), new Found("none", List.of()));
      err.println(
          "note: this node boots a unified kernel image, and their tags do not tell which of them"
              + " fit it: choose one at "
              + registry
              + "/"
              + own.flavor());
      return;
    }
    String current = current(own, registry);
    Found found =
        ofProviders(arguments.withPreReleases())
            .orElseGet(() -> ofRegistry(arguments, own, registry));
    tell(arguments, registry, Optional.of(current), found);
  }

  private static String current(ArtifactName own, String registry) {
    try {
      return own.container(registry);
    } catch (InvalidConfig e) {
      throw new InvalidConfig(
          Problem.of("this node does not say what it runs: " + e.getMessage())
              .withRemedy("look into " + KairosRelease.KAIROS_FILE + ", or upgrade by --source"));
    }
  }

  private boolean isUnified() {
    return Sentinel.UKI_BOOT_MODE.isPresent(host)
        || text("/proc/cmdline").orElse("").contains("rd.immucore.uki");
  }

  private Found ofRegistry(Arguments arguments, ArtifactName own, String registry) {
    String repository = registry + "/" + own.flavor();
    var releases = new ReleaseTags(own);
    List<String> listed = tags.apply(ImageReference.parse(repository));
    List<ReleaseTags.Release> chosen =
        arguments.all()
            ? releases.others(listed, arguments.withPreReleases())
            : releases.newer(listed, arguments.withPreReleases());
    return new Found(
        "registry", chosen.stream().map(release -> repository + ":" + release.tag()).toList());
  }

  /** What providers offer comes before what the registry has. */
  private Optional<Found> ofProviders(boolean withPreReleases) {
    Config config = new Collector(host).directories(Collector.USER_DIRECTORIES).collect();
    try {
      List<String> offered = new ArrayList<>();
      for (Provider.Answer answer :
          ProviderBus.of(host, config, environment, err)
              .publish(
                  ProviderEvent.AVAILABLE_RELEASES,
                  Map.of("config", "IncludePreReleases: " + withPreReleases))) {
        offered.addAll(offered(answer));
      }
      return offered.isEmpty()
          ? Optional.empty()
          : Optional.of(new Found("provider", offered.stream().distinct().toList()));
    } catch (KairosException e) {
      err.println("WARNING: " + e.getMessage() + "; asking the registry instead");
      return Optional.empty();
    }
  }

  private static List<String> offered(Provider.Answer answer) {
    if (!answer.data().strip().startsWith("[")) {
      return List.of(); // it has nothing to say
    }
    Object data =
        Json.parse(
            "releases of provider " + answer.provider().name(),
            answer.data().getBytes(StandardCharsets.UTF_8));
    return ((List<?>) data)
        .stream().filter(String.class::isInstance).map(String.class::cast).toList();
  }

  private void tell(Arguments arguments, String registry, Optional<String> current, Found found) {
    if (arguments.asJson()) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("registry", registry);
      tree.put("current", current.orElse(null));
      tree.put("source", found.source());
      tree.put("releases", found.images());
      out.println(Json.pretty(tree));
      out.flush();
      return;
    }
    out.println("Using registry: " + registry);
    current.ifPresent(
        image -> {
          out.println("Current image:\n" + image + "\n");
          out.println(heading(arguments, found));
          found.images().forEach(out::println);
        });
    out.flush();
  }

  /** Scripts match these. */
  private static String heading(Arguments arguments, Found found) {
    if (found.source().equals("provider")) {
      return "Available releases from provider:";
    }
    if (found.images().isEmpty()) {
      return arguments.all() ? "No other releases found" : "No newer releases found";
    }
    return arguments.all()
        ? "Available releases (all):"
        : "Available releases with higher version:";
  }

  private KairosRelease release() {
    return new KairosRelease(parsed(KairosRelease.KAIROS_FILE), parsed(KairosRelease.OS_FILE));
  }

  private Optional<OsRelease> parsed(String file) {
    return text(file).map(content -> OsRelease.parse(file, content));
  }

  private Optional<String> text(String file) {
    Path path = host.resolved(file);
    try {
      return Optional.of(Files.readString(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("cannot read " + path, e);
    }
  }
}
