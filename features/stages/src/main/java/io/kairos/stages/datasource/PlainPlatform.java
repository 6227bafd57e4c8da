package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.stages.StepContext;
import io.kairos.stages.action.ContentEncoding;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** A platform that is asked for one text after another, at the addresses of its entry. */
final class PlainPlatform implements Datasource {
  private final Platform platform;
  private final MetadataClient client;
  private final URI base;

  PlainPlatform(Platform platform, MetadataClient client) {
    this.platform = platform;
    this.client = client;
    this.base = URI.create(platform.data().text("base").orElseThrow());
  }

  @Override
  public String name() {
    return platform.name();
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    Map<String, String> headers = new LinkedHashMap<>(platform.texts("headers"));
    try {
      token().ifPresent(token -> headers.put(token.getKey(), token.getValue()));
      if (client.get(address("probe").orElseThrow(), headers).isEmpty()) {
        return Optional.empty();
      }
    } catch (HostFailure notHere) {
      context.log().debug(name() + ": " + notHere.getMessage());
      return Optional.empty();
    }
    Map<String, URI> wanted = new LinkedHashMap<>();
    for (String key : List.of("hostname", "keys", "userdata")) {
      address(key).ifPresent(address -> wanted.put(key, address));
    }
    platform.texts("files").forEach((file, path) -> wanted.put("/" + file, base.resolve(path)));
    return Optional.of(userData(answers(wanted, headers, context)));
  }

  private Optional<URI> address(String key) {
    return platform.data().text(key).map(base::resolve);
  }

  /** A session, where the platform knows them; older services answer without. */
  private Optional<Map.Entry<String, String>> token() {
    return platform
        .data()
        .map("token")
        .flatMap(
            token -> {
              var lifetime = token.map("lifetime").orElseThrow();
              return client
                  .send(
                      "PUT",
                      base.resolve(token.text("url").orElseThrow()),
                      Map.of(
                          lifetime.text("header").orElseThrow(),
                          lifetime.text("value").orElseThrow()),
                      "")
                  .map(text -> Map.entry(token.text("header").orElseThrow(), text.strip()));
            });
  }

  /** All questions at once: together they take as long as the slowest. */
  private Map<String, String> answers(
      Map<String, URI> wanted, Map<String, String> headers, StepContext context) {
    Map<String, String> answers = new ConcurrentSkipListMap<>();
    SideBySide.each(
        wanted.entrySet(),
        question -> {
          try {
            client
                .get(question.getValue(), headers)
                .ifPresent(text -> answers.put(question.getKey(), text));
          } catch (HostFailure e) {
            context.log().debug(name() + ": " + e.getMessage());
          }
        });
    return answers;
  }

  private UserData userData(Map<String, String> answers) {
    Map<String, String> files = new LinkedHashMap<>();
    answers.forEach(
        (key, text) -> {
          if (key.startsWith("/")) {
            files.put(key.substring(1), text);
          }
        });
    return new UserData(
        Optional.ofNullable(answers.get("userdata")).map(this::decoded),
        Optional.ofNullable(answers.get("hostname")),
        keys(answers.getOrDefault("keys", "")),
        files);
  }

  private String decoded(String text) {
    if (!platform.data().text("userdata-is").orElse("text").equals("base64")) {
      return text;
    }
    try {
      return ContentEncoding.BASE64.decodeText(text);
    } catch (IOException e) {
      throw new HostFailure("the user data of " + name() + " is not base64", e);
    }
  }

  private List<String> keys(String text) {
    boolean hasUsers = platform.data().text("keys-are").orElse("lines").equals("user:key");
    return text.lines()
        .map(line -> hasUsers ? line.substring(line.indexOf(':') + 1) : line)
        .toList();
  }
}
