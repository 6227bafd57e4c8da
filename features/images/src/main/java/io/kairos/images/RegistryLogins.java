package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Logins of registries, in the files that docker and podman write: {@code auths.NAME.auth} is the
 * base64 of user and password, {@code identitytoken} a token, {@code credHelpers} and {@code
 * credsStore} name programs {@code docker-credential-…} that know them. Nothing of it is ever
 * printed.
 *
 * @param files may be absent; the first that knows a registry counts
 * @param helpers where those programs are run, if they may be
 */
public record RegistryLogins(List<Path> files, Optional<Host> helpers) {
  /** For Docker's own registry, whose login has this name since its first version. */
  private static final String DOCKER = "https://index.docker.io/v1/";

  private static final Duration HELPER = Duration.ofSeconds(30);

  public RegistryLogins {
    files = List.copyOf(files);
  }

  public RegistryLogins(Path file) {
    this(List.of(file), Optional.empty());
  }

  public static RegistryLogins none() {
    return new RegistryLogins(List.of(), Optional.empty());
  }

  /**
   * Where docker and podman keep the logins of root (containers-auth.json(5)); a node's own come
   * first.
   *
   * @param environment of this process
   */
  public static RegistryLogins of(Host host, Map<String, String> environment) {
    List<Path> files = new ArrayList<>();
    files.add(host.resolved("/etc/kairos/registry-auth.json"));
    named(environment, "REGISTRY_AUTH_FILE").ifPresent(file -> files.add(host.resolved(file)));
    files.add(
        host.resolved(
            named(environment, "DOCKER_CONFIG").orElse("/root/.docker") + "/config.json"));
    files.add(host.resolved("/root/.config/containers/auth.json"));
    files.add(host.resolved("/run/containers/0/auth.json"));
    return new RegistryLogins(files, Optional.of(host));
  }

  private static Optional<String> named(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(path -> path.startsWith("/"));
  }

  /** For messages: where a login can be put. */
  String places() {
    return files.isEmpty()
        ? "no file of logins is set up"
        : files.stream().map(Path::toString).collect(Collectors.joining(" or "));
  }

  /**
   * @param registry host with optional port
   * @param repository podman also keeps logins of a part of a registry
   */
  Optional<RegistryLogin> find(String registry, String repository) {
    for (Path file : files) {
      if (Files.isRegularFile(file)) {
        Optional<RegistryLogin> found = find(read(file), file, registry, repository);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static JsonObject read(Path file) {
    try {
      return Json.parseObject(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  private Optional<RegistryLogin> find(
      JsonObject json, Path file, String registry, String repository) {
    List<String> names = names(registry, repository);
    Map<String, String> programs = json.textMap("credHelpers");
    for (String name : names) {
      if (programs.containsKey(name)) {
        return ask(programs.get(name), name, file);
      }
    }
    Optional<JsonObject> auths = json.object("auths");
    for (String name : names) {
      Optional<RegistryLogin> login = auths.flatMap(all -> all.object(name)).flatMap(this::login);
      if (login.isPresent()) {
        return login;
      }
    }
    return json.text("credsStore")
        .filter(program -> !program.isEmpty())
        .flatMap(program -> ask(program, names.getFirst(), file));
  }

  /** Names under which a login may stand, the most exact first. */
  private static List<String> names(String registry, String repository) {
    List<String> names = new ArrayList<>();
    if (registry.equals("docker.io")) {
      names.add(DOCKER);
      names.add("index.docker.io");
    }
    for (String part = repository; !part.isEmpty(); ) {
      names.add(registry + "/" + part);
      part = part.substring(0, Math.max(0, part.lastIndexOf('/')));
    }
    names.addAll(
        List.of(
            registry,
            "https://" + registry,
            "https://" + registry + "/v1/",
            "https://" + registry + "/v2/",
            "http://" + registry));
    return names;
  }

  private Optional<RegistryLogin> login(JsonObject entry) {
    Optional<RegistryLogin> token =
        entry.text("identitytoken").filter(t -> !t.isEmpty()).map(RegistryLogin.IdentityToken::of);
    return token
        .or(
            () ->
                entry
                    .text("auth")
                    .filter(text -> !text.isEmpty())
                    .map(RegistryLogin.Basic::ofEncoded))
        .or(
            () ->
                entry
                    .text("username")
                    .map(user -> RegistryLogin.Basic.of(user, entry.text("password").orElse(""))));
  }

  /** As docker-credential-helpers define it: the name on standard input, JSON back. */
  private Optional<RegistryLogin> ask(String helper, String name, Path file) {
    String program = "docker-credential-" + helper;
    if (helpers.isEmpty() || !helpers.get().hasProgram(program)) {
      throw new Refused(
          file
              + " leaves the login of "
              + name
              + " to the program "
              + program
              + ", which is missing",
          "install it, or put the login itself into the file");
    }
    var output =
        helpers
            .get()
            .run(
                Command.of(program, "get")
                    .env("HOME", "/root")
                    .stdin(name)
                    .within(HELPER)
                    .expecting(0, 1));
    if (!output.succeeded()) {
      return Optional.empty();
    }
    JsonObject answer = Json.parseObject(program, output.stdout().getBytes(StandardCharsets.UTF_8));
    String user = answer.text("Username").orElse("");
    String secret = answer.text("Secret").orElse("");
    return Optional.of(
        user.equals("<token>")
            ? RegistryLogin.IdentityToken.of(secret)
            : RegistryLogin.Basic.of(user, secret));
  }
}
