package io.kairos.agent.bus;

import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.config.Config;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * All providers of a node: executables called {@code agent-provider-NAME} on the search path and in
 * the folders of providers. Each gets every event.
 */
public final class ProviderBus {
  static final String PREFIX = "agent-provider-";

  private static final String SEARCH_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final List<String> FOLDERS =
      List.of("/system/providers", "/usr/local/system/providers");

  private final Host host;
  private final List<Provider> providers;
  private final PrintStream out;
  private final boolean isDebugged;

  private ProviderBus(Host host, List<Provider> providers, PrintStream out, boolean isDebugged) {
    this.host = host;
    this.providers = List.copyOf(providers);
    this.out = out;
    this.isDebugged = isDebugged;
  }

  /**
   * Those that are there now.
   *
   * @param config {@code providers.paths} replaces the folders of providers
   * @param environment {@code PATH}; {@code BUS_DEBUG=true} shows every answer, but not its data,
   *     which may be secret
   * @param out where the states that providers tell are printed
   */
  public static ProviderBus of(
      Host host, Config config, Map<String, String> environment, PrintStream out) {
    List<String> folders =
        new ArrayList<>(List.of(environment.getOrDefault("PATH", SEARCH_PATH).split(":")));
    folders.addAll(config.agent().providerPaths().orElse(FOLDERS));
    Map<String, Provider> found = new TreeMap<>();
    for (String folder : folders) {
      if (folder.startsWith("/")) {
        in(host, folder).forEach(provider -> found.putIfAbsent(provider.name(), provider));
      }
    }
    boolean isDebugged = "true".equals(environment.get("BUS_DEBUG"));
    return new ProviderBus(host, List.copyOf(found.values()), out, isDebugged);
  }

  private static List<Provider> in(Host host, String folder) {
    List<Provider> providers = new ArrayList<>();
    try (var files = Files.newDirectoryStream(host.resolved(folder), PREFIX + "*")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String program = (folder.endsWith("/") ? folder : folder + "/") + name;
        Path real = host.resolved(program);
        if (Files.isRegularFile(real) && Files.isExecutable(real)) {
          providers.add(new Provider(name.substring(PREFIX.length()), program));
        }
      }
    } catch (IOException noFolder) {
      return List.of();
    }
    return providers;
  }

  public List<Provider> providers() {
    return providers;
  }

  /**
   * Tells all providers at once, waits for all, and prints the states that they tell.
   *
   * @throws HostFailure when one of them failed; the others have been told
   */
  public List<Provider.Answer> publish(ProviderEvent event, Map<String, Object> payload) {
    return told(event, payload, true);
  }

  /** The same for states that are texts for people: whoever asks shows them. */
  public List<Provider.Answer> ask(ProviderEvent event, Map<String, Object> payload) {
    return told(event, payload, false);
  }

  private List<Provider.Answer> told(
      ProviderEvent event, Map<String, Object> payload, boolean printsStates) {
    List<Provider.Answer> answers = new ArrayList<>();
    Optional<KairosException> failure = Optional.empty();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Provider.Answer>> told =
          providers.stream()
              .map(
                  provider -> (Callable<Provider.Answer>) () -> provider.tell(host, event, payload))
              .map(threads::submit)
              .toList();
      for (Future<Provider.Answer> future : told) {
        try {
          answers.add(heard(event, future.get(), printsStates));
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof KairosException known)) {
            throw new IllegalStateException(e.getCause());
          }
          failure.ifPresent(known::addSuppressed);
          failure = Optional.of(known);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while providers were told of " + event.word());
    }
    failure.ifPresent(
        known -> {
          throw known;
        });
    return answers;
  }

  private Provider.Answer heard(ProviderEvent event, Provider.Answer answer, boolean printsState) {
    if (isDebugged) {
      out.println(
          "[provider event: %s] %s at %s: state '%s', %d characters of data, log: %s"
              .formatted(
                  event.word(),
                  answer.provider().name(),
                  answer.provider().program(),
                  answer.state(),
                  answer.data().length(),
                  answer.log()));
    }
    if (printsState && !answer.state().isEmpty()) {
      out.println("[provider event: " + event.word() + "] " + answer.state());
    }
    out.flush();
    return answer;
  }
}
