package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Name of an image in a registry (distribution, reference grammar).
 *
 * @param registry host with optional port; {@code docker.io} when the text has none
 * @param repository {@code kairos/debian}; Docker's own images are below {@code library/}
 * @param tag {@code latest} when the text has neither tag nor digest
 * @param digest of the manifest
 */
public record ImageReference(
    String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
  private static final String DOCKER = "docker.io";
  private static final Pattern COMPONENT = Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*");
  private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");
  private static final Pattern REGISTRY =
      Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9a-fA-F:]+\\])(:\\d+)?");

  /**
   * @throws InvalidConfig when the text is no reference
   */
  public static ImageReference parse(String text) {
    String rest = text;
    Optional<Digest> digest = Optional.empty();
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest = Digest.parse(rest.substring(at + 1));
      if (digest.isEmpty()) {
        throw invalid(text, "what follows '@' is no sha256 digest");
      }
      rest = rest.substring(0, at);
    }
    Optional<String> tag = Optional.empty();
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag = Optional.of(rest.substring(colon + 1));
      if (!TAG.matcher(tag.get()).matches()) {
        throw invalid(text, "'" + tag.get() + "' is no tag");
      }
      rest = rest.substring(0, colon);
    }
    int slash = rest.indexOf('/');
    String first = slash < 0 ? "" : rest.substring(0, slash);
    boolean hasRegistry = first.contains(".") || first.contains(":") || first.equals("localhost");
    String registry = hasRegistry ? first : DOCKER;
    String repository = hasRegistry ? rest.substring(slash + 1) : rest;
    if (!REGISTRY.matcher(registry).matches()) {
      throw invalid(text, "'" + registry + "' is no registry host");
    }
    for (String component : repository.split("/", -1)) {
      if (!COMPONENT.matcher(component).matches()) {
        throw invalid(text, "'" + component + "' is no part of a repository name");
      }
    }
    if (registry.equals(DOCKER) && !repository.contains("/")) {
      repository = "library/" + repository;
    }
    if (tag.isEmpty() && digest.isEmpty()) {
      tag = Optional.of("latest");
    }
    return new ImageReference(registry, repository, tag, digest);
  }

  private static InvalidConfig invalid(String text, String why) {
    return new InvalidConfig(
        Problem.at(Position.ofSource(text), "no image reference: " + why)
            .withRemedy("write it as registry/repository:tag, in lower case"));
  }

  @Override
  public String toString() {
    return registry
        + "/"
        + repository
        + tag.map(t -> ":" + t).orElse("")
        + digest.map(d -> "@" + d).orElse("");
  }
}
