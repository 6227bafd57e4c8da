package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import io.kairos.stages.account.Accounts;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code authorized_keys}: lets users in with ssh keys, written out or fetched. */
final class AuthorizedKeysAction implements Action {
  private record Keys(Map<String, List<String>> byUser) implements Work {
    @Override
    public String summary() {
      return "authorized_keys: " + byUser.size();
    }

    @Override
    public void perform(StepContext context) {
      context.each(
          byUser.entrySet(), entry -> authorize(context, entry.getKey(), entry.getValue()));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("authorized_keys");
  }

  @Override
  public Optional<Work> read(Section step) {
    Optional<YamlNode> node =
        step.anything("authorized_keys", "lists of ssh keys by user").optional();
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (!(node.get() instanceof YamlMap map)) {
      step.report("authorized_keys", "must be a map of lists, not " + node.get().described());
      return Optional.empty();
    }
    Map<String, List<String>> byUser = new LinkedHashMap<>();
    for (YamlMap.Entry entry : map.entries()) {
      if (entry.value().isNull()) {
        continue;
      }
      if (!(entry.value() instanceof YamlList list)
          || list.items().stream().anyMatch(item -> !(item instanceof YamlScalar))) {
        step.report("authorized_keys", "must hold a list of keys for '" + entry.key() + "'");
        continue;
      }
      byUser.put(
          entry.key(), list.items().stream().map(item -> ((YamlScalar) item).asText()).toList());
    }
    return byUser.isEmpty() ? Optional.empty() : Optional.of(new Keys(byUser));
  }

  /** Adds the keys that the user does not have yet. */
  static void authorize(StepContext context, String name, List<String> keys) {
    Host host = context.host();
    var account =
        new Accounts(host)
            .find(name)
            .orElseThrow(() -> new HostFailure("there is no user '" + name + "' to authorize"));
    String home = HostFiles.normalized(account.home());
    if (!Files.isDirectory(host.resolved(home))) {
      throw new HostFailure("user '" + name + "' has no home " + home);
    }
    String directory = home + "/.ssh";
    HostFiles.createDirectories(host, directory, 0700);
    host.kernel().changeOwner(host.resolved(directory), account.uid(), account.gid());
    String file = directory + "/authorized_keys";
    context.each(keys, key -> add(context, file, key));
    if (Files.exists(host.resolved(file))) {
      host.kernel().changeOwner(host.resolved(file), account.uid(), account.gid());
    }
  }

  private static void add(StepContext context, String file, String key) {
    Host host = context.host();
    String fetched = address(key).map(context.fetcher()::fetch).orElse(key);
    String text = HostFiles.read(host, file).orElse("");
    List<String> known = List.of(text.split("\n"));
    var added = new StringBuilder();
    for (String line : fetched.split("\n")) {
      if (!line.isBlank() && !known.contains(line.strip())) {
        added.append(line.strip()).append('\n');
      }
    }
    if (!added.isEmpty()) {
      String gap = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
      HostFiles.write(host, file, text + gap + added, HostFiles.mode(host, file, 0600));
    }
  }

  /** Where the keys are, when the text is not the key itself. */
  private static Optional<URI> address(String key) {
    for (String site : new String[] {"github", "gitlab"}) {
      if (key.startsWith(site + ":")) {
        String user = key.substring(site.length() + 1).replace("/", "");
        return Optional.of(URI.create("https://" + site + ".com/" + user + ".keys"));
      }
    }
    return key.startsWith("https://") || key.startsWith("http://")
        ? Optional.of(URI.create(key.strip()))
        : Optional.empty();
  }

  /** Whether the key has to be fetched from a site that needs the network. */
  static boolean needsNetwork(String key) {
    return key.startsWith("github") || key.startsWith("gitlab");
  }

  /** Splits keys by whether they need the network. */
  static List<String> only(List<String> keys, boolean network) {
    List<String> wanted = new ArrayList<>();
    for (String key : keys) {
      if (needsNetwork(key) == network) {
        wanted.add(key);
      }
    }
    return wanted;
  }
}
