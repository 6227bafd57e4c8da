package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A repository, reached through its mirrors and its registry, with as many attempts as the policy
 * has. For concurrent use; interrupting a thread ends what it does here.
 */
final class RegistryConnection implements AutoCloseable {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  private final RegistryAccess access;
  private final ImageReference reference;
  private final RegistryHttp http;
  private final String verb;

  /** Mirrors first; one that cannot be reached moves to the end. Owned by this object's lock. */
  private final List<RegistryEndpoint> endpoints = new ArrayList<>();

  private final RegistryEndpoint own;

  private RegistryConnection(RegistryAccess access, ImageReference reference, String actions) {
    this.access = access;
    this.reference = reference;
    this.http = new RegistryHttp(access);
    this.verb = actions.equals("pull") ? "pull" : "push";
    if (actions.equals("pull")) {
      access.settings().mirror(reference.registry()).ifPresent(this::addMirrors);
    }
    own =
        endpoint(
            ways(reference.registry(), reference.repository()),
            () -> login(reference.registry(), reference.repository()),
            reference.repository(),
            actions,
            Optional.empty());
    endpoints.add(own);
  }

  static RegistryConnection forPull(RegistryAccess access, ImageReference reference) {
    return new RegistryConnection(access, reference, "pull");
  }

  static RegistryConnection forPush(RegistryAccess access, ImageReference reference) {
    return new RegistryConnection(access, reference, "pull,push");
  }

  private void addMirrors(RegistrySettings.Mirror mirror) {
    for (URI address : mirror.endpoints()) {
      String repository = mirror.repository(reference.repository());
      String host = address.getAuthority();
      endpoints.add(
          endpoint(
              List.of(URI.create(address + "/v2/" + repository + "/")),
              () -> login(host, repository),
              repository,
              "pull",
              host.equals(reference.registry())
                  ? Optional.empty()
                  : Optional.of(reference.registry())));
    }
  }

  private Optional<RegistryLogin> login(String host, String repository) {
    return access.settings().host(host).login().or(() -> access.logins().find(host, repository));
  }

  private RegistryEndpoint endpoint(
      List<URI> bases,
      Supplier<Optional<RegistryLogin>> login,
      String repository,
      String actions,
      Optional<String> namespace) {
    return new RegistryEndpoint(
        http,
        access.deadlines(),
        bases,
        login,
        "repository:" + repository + ":" + actions,
        namespace);
  }

  /** Plain HTTP for this machine, as everybody does it, unless its certificate is spoken of. */
  private List<URI> ways(String registry, String repository) {
    String server = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
    URI https = URI.create("https://" + server + "/v2/" + repository + "/");
    URI http = URI.create("http://" + server + "/v2/" + repository + "/");
    RegistrySettings.HostSettings host = access.settings().host(registry);
    boolean speaksTls = host.authority().isPresent() || host.skipsVerification();
    if (LOCAL.contains(registry.replaceFirst(":\\d+$", "")) && !speaksTls) {
      return List.of(http);
    }
    return access.allowsInsecure() ? List.of(https, http) : List.of(https);
  }

  ImageReference reference() {
    return reference;
  }

  RegistryAccess access() {
    return access;
  }

  /**
   * An answer together with who gave it, who may turn out to be wrong.
   *
   * @param endpoint that gave it
   */
  record Reply(HttpAnswer answer, RegistryEndpoint endpoint) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      answer.close();
    }
  }

  /**
   * Asks one endpoint after the other, and again after a pause, until one answers as expected.
   *
   * @throws Refused when the registry has no such thing, or does not let us
   * @throws HostFailure when it cannot be reached, or is not well
   */
  Reply send(RegistryRequest request) {
    Outcome outcome = attempt(request);
    return outcome.reply().orElseThrow(() -> verdict(outcome));
  }

  /** As {@link #send}; nothing when nobody has such a thing. */
  Optional<Reply> sendIfThere(RegistryRequest request) {
    Outcome outcome = attempt(request);
    if (outcome.reply().isEmpty() && !isMissing(outcome)) {
      throw verdict(outcome);
    }
    return outcome.reply();
  }

  /**
   * What came of the last round.
   *
   * @param failures by endpoint, the registry's own last where it was asked
   */
  private record Outcome(Optional<Reply> reply, List<RegistryFailure> failures, int attempts) {}

  private Outcome attempt(RegistryRequest request) {
    for (int failures = 1; ; failures++) {
      List<RegistryFailure> round = new ArrayList<>();
      RegistryFailure ownFailure = null;
      for (RegistryEndpoint endpoint : order()) {
        try {
          return new Outcome(
              Optional.of(new Reply(endpoint.send(request), endpoint)), List.of(), failures);
        } catch (RegistryFailure e) {
          if (endpoint == own) {
            ownFailure = e;
          } else {
            round.add(e);
          }
          if (e.status().isEmpty()) {
            moveToEnd(endpoint);
          }
        } catch (InterruptedIOException e) {
          throw interrupted();
        } catch (IOException e) {
          round.add(RegistryFailure.ofLine(endpoint.host(), e));
        }
      }
      if (ownFailure != null) {
        round.add(ownFailure);
      }
      if (failures >= access.retries().attempts()
          || round.stream().noneMatch(RegistryFailure::mayPass)) {
        return new Outcome(Optional.empty(), round, failures);
      }
      pause(
          failures,
          round.stream()
              .map(RegistryFailure::pause)
              .max(Duration::compareTo)
              .orElse(Duration.ZERO));
    }
  }

  private synchronized List<RegistryEndpoint> order() {
    return List.copyOf(endpoints);
  }

  /** Others are asked before this one from now on. */
  synchronized void moveToEnd(RegistryEndpoint endpoint) {
    if (endpoints.remove(endpoint)) {
      endpoints.add(endpoint);
    }
  }

  /**
   * An endpoint has sent something wrong.
   *
   * @return whether there is another one to ask
   */
  synchronized boolean distrust(RegistryEndpoint endpoint) {
    if (endpoints.size() > 1) {
      endpoints.remove(endpoint);
      return true;
    }
    return false;
  }

  /**
   * Waits before the next attempt.
   *
   * @param asked by the server, or zero
   */
  void pause(int failures, Duration asked) {
    try {
      Thread.sleep(access.retries().pause(failures, asked));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
  }

  HostFailure interrupted() {
    return new HostFailure("interrupted: cannot " + verb + " " + reference);
  }

  private static boolean isMissing(Outcome outcome) {
    return outcome.failures().getLast().isStatus(404)
        && outcome.failures().stream().noneMatch(RegistryFailure::mayPass);
  }

  private KairosException verdict(Outcome outcome) {
    List<RegistryFailure> all = outcome.failures();
    RegistryFailure main = all.getLast();
    int attempts = outcome.attempts();
    if (main.isStatus(401, 403) && !main.mayPass()) {
      return new Refused(
          "the registry does not let us " + verb + " " + reference + ": " + main.getMessage(),
          "check the name, or log in: " + access.logins().places());
    }
    if (isMissing(outcome)) {
      return new Refused("there is no image " + reference, "check its name and tag");
    }
    String what =
        all.stream().map(Throwable::getMessage).distinct().collect(Collectors.joining("; "));
    HostFailure failure =
        new HostFailure(
            "cannot "
                + verb
                + " "
                + reference
                + (attempts > 1 ? " after " + attempts + " attempts: " : ": ")
                + what);
    all.forEach(failure::addSuppressed);
    return failure;
  }

  @Override
  public void close() {
    http.close();
  }
}
