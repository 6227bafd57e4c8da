package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Position;
import io.kairos.base.Suggestion;
import io.kairos.config.Findings;
import io.kairos.config.Section;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.Output;
import io.kairos.stages.StagesCheck;
import io.kairos.stages.StepContext;
import io.kairos.stages.action.Action;
import io.kairos.stages.action.Actions;
import io.kairos.stages.action.HostFiles;
import io.kairos.stages.action.Shell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * {@code datasource}: asks where this machine runs what it should be. Drives come first, in the
 * order in which they are written; then the platform that the firmware names; then all others at
 * once, of which the first in writing wins. What is found is stored under {@code /run/config} and
 * acted on: host name, ssh keys of root, a script.
 */
public final class DatasourceAction implements Action {
  private static final String FOLDER = "/run/config";
  private static final String CDROM = "cdrom";
  private static final String CONFIG_DRIVE = "config-drive";
  private static final List<String> OWN_CLASS =
      List.of("hetzner", "packet", "scaleway", "maas", "vmware", CDROM, CONFIG_DRIVE, "file");

  private final Supplier<MetadataClient> clients;
  private final Drives drives;

  public DatasourceAction() {
    this(() -> new MetadataClient(UnaryOperator.identity()), new MountedDrives());
  }

  /**
   * @param clients of each search
   */
  DatasourceAction(Supplier<MetadataClient> clients, Drives drives) {
    this.clients = clients;
    this.drives = drives;
  }

  private record Request(
      List<String> providers, String path, String userDataName, boolean isOptional) {
    static Request read(Section datasource) {
      return new Request(
          datasource.texts("providers", "platforms to ask").orElse(List.of()),
          datasource.text("path", "file of the provider file, folder of all others").orElse(""),
          datasource
              .text("userdata_name", "name of the file that a cloud-config is stored in")
              .orElse("userdata.yaml"),
          datasource.flag("optional", "finding nothing is no error").orElse(false));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("datasource");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.section("datasource", "where to get user data", Request::read)
        .optional()
        .filter(request -> !request.providers().isEmpty())
        .map(Search::new);
  }

  /** A datasource and what it had. */
  private record Found(String name, UserData data) {}

  private final class Search implements Work {
    private final Request request;
    private final MetadataClient client = clients.get();

    Search(Request request) {
      this.request = request;
    }

    @Override
    public String summary() {
      return "datasource: " + String.join(" ", request.providers());
    }

    @Override
    public void perform(StepContext context) {
      HostFiles.createDirectories(context.host(), FOLDER, 0755);
      Optional<Found> found = search(context);
      if (found.isPresent()) {
        context.log().info("datasource: " + found.get().name() + " knows this machine");
        new Acting(context, found.get().data()).all();
        return;
      }
      String nothing =
          "no metadata/userdata found; asked: " + String.join(", ", request.providers());
      if (!request.isOptional()) {
        throw new HostFailure(nothing);
      }
      context.log().info("datasource: " + nothing);
    }

    /** Drives first: with user data on one of them nobody has to know any platform. */
    private Optional<Found> search(StepContext context) {
      Set<String> names = new LinkedHashSet<>(request.providers());
      for (String name : names) {
        Optional<Found> found = drive(name).flatMap(drive -> ask(drive, context));
        if (found.isPresent()) {
          return found;
        }
      }
      names.removeIf(name -> drive(name).isPresent());
      return names.isEmpty() ? Optional.empty() : elsewhere(names, context);
    }

    private Optional<Found> elsewhere(Set<String> names, StepContext context) {
      Map<String, Platform> platforms = Platform.all();
      Map<String, Datasource> wanted = new LinkedHashMap<>();
      for (String name : names) {
        datasource(name, platforms)
            .ifPresentOrElse(
                datasource -> wanted.put(name, datasource), () -> warnOf(name, platforms, context));
      }
      if (!Network.isThere(context.host()) && wanted.values().removeIf(Datasource::needsNetwork)) {
        context.log().info("datasource: there is no network yet, so no platform is asked over it");
      }
      for (String name : Platform.identified(context.host(), platforms)) {
        if (wanted.containsKey(name)) {
          context.log().info("datasource: the firmware says that this is " + name);
          Optional<Found> found = ask(wanted.remove(name), context);
          if (found.isPresent()) {
            return found;
          }
        }
      }
      return firstOf(wanted, context);
    }

    private Optional<Datasource> drive(String name) {
      return Optional.ofNullable(
          switch (name) {
            case CDROM -> ConfigurationDrive.cdrom(drives);
            case CONFIG_DRIVE -> ConfigurationDrive.openstack(drives);
            default -> null;
          });
    }

    private void warnOf(String name, Map<String, Platform> platforms, StepContext context) {
      List<String> known = new ArrayList<>(platforms.keySet());
      known.addAll(OWN_CLASS);
      context
          .log()
          .warn(
              "datasource: there is no provider '"
                  + name
                  + "'"
                  + Suggestion.didYouMean(name, known).map(text -> "; " + text).orElse(""));
    }

    /** All at once; of those that know something the first in writing wins. */
    private Optional<Found> firstOf(Map<String, Datasource> wanted, StepContext context) {
      Map<String, Found> answers = new ConcurrentHashMap<>();
      SideBySide.each(
          wanted.entrySet(),
          entry ->
              ask(entry.getValue(), context)
                  .ifPresent(found -> answers.put(entry.getKey(), found)));
      List<Found> inOrder =
          wanted.keySet().stream().filter(answers::containsKey).map(answers::get).toList();
      return inOrder.stream()
          .filter(found -> found.data().text().isPresent())
          .findFirst()
          .or(() -> inOrder.stream().findFirst());
    }

    private Optional<Found> ask(Datasource datasource, StepContext context) {
      try {
        return datasource
            .fetch(context)
            .filter(data -> !data.isEmpty())
            .map(data -> new Found(datasource.name(), data));
      } catch (KairosException e) {
        context.log().warn("datasource: " + datasource.name() + ": " + e.getMessage());
        return Optional.empty();
      }
    }

    private Optional<Datasource> datasource(String name, Map<String, Platform> platforms) {
      Platform platform = platforms.get(name);
      if (platform != null && platform.isPlain()) {
        var plain = new PlainPlatform(platform, client);
        return Optional.of(name.equals("azure") ? new AzurePlatform(plain, client) : plain);
      }
      return Optional.ofNullable(
          switch (name) {
            case "hetzner" -> new HetznerPlatform(client);
            case "packet" -> new PacketPlatform(client);
            case "scaleway" -> new ScalewayPlatform(client);
            case "maas" -> new MaasPlatform(client);
            case "vmware" -> new VmwareGuest();
            case "file" -> request.path().isEmpty() ? null : new UserDataFile(request.path());
            default -> null;
          });
    }

    /** What is done with what was found. */
    private final class Acting {
      private final StepContext context;
      private final UserData data;

      Acting(StepContext context, UserData data) {
        this.context = context;
        this.data = data;
      }

      void all() {
        List<Runnable> parts = new ArrayList<>();
        parts.add(this::storeFacts);
        data.text().map(MultipartUserData::unwrapped).ifPresent(text -> parts.add(() -> use(text)));
        parts.add(this::apply);
        context.each(parts, Runnable::run);
      }

      private void storeFacts() {
        List<Object> files = new ArrayList<>();
        data.files().forEach((name, text) -> files.add(file(FOLDER + "/" + name, text, 0644)));
        data.hostname().ifPresent(name -> files.add(file(FOLDER + "/hostname", name, 0644)));
        if (!data.keys().isEmpty()) {
          HostFiles.createDirectories(context.host(), FOLDER + "/ssh", 0755);
          String keys = String.join("\n", data.keys()) + "\n";
          files.add(file(FOLDER + "/ssh/authorized_keys", keys, 0600));
        }
        perform(Map.of("files", files));
      }

      /** A cloud-config is stored for later stages, a script runs, anything else is only kept. */
      private void use(String text) {
        String folder = folder();
        HostFiles.createDirectories(context.host(), folder, 0755);
        String raw = folder + "/userdata";
        if (text.startsWith("#!")) {
          perform(Map.of("files", List.of(file(raw, text, 0744))));
          Output output = Shell.run(context.host(), raw);
          context.log().info("datasource: the script said: " + output.stdout().strip());
          if (!output.succeeded()) {
            throw new HostFailure(
                "the script of the user data failed: exit status "
                    + output.exitCode()
                    + ": "
                    + output.stderr().strip());
          }
          return;
        }
        List<Object> files = new ArrayList<>(List.of(file(raw, text, 0644)));
        if (StagesCheck.isUsable(text, raw)) {
          files.add(file(folder + "/" + request.userDataName(), text, 0644));
        } else {
          context.log().warn("datasource: the user data is neither a cloud-config nor a script");
        }
        perform(Map.of("files", files));
      }

      /** The path is a folder unless it names the file of the provider {@code file}. */
      private String folder() {
        return request.path().isEmpty() || request.providers().contains("file")
            ? FOLDER
            : HostFiles.normalized(request.path());
      }

      private void apply() {
        Map<String, Object> step = new LinkedHashMap<>();
        data.hostname().ifPresent(name -> step.put("hostname", name));
        List<String> keys = data.keys().stream().filter(key -> !key.startsWith("#")).toList();
        if (!keys.isEmpty()) {
          step.put("authorized_keys", Map.of("root", keys));
        }
        perform(step);
      }

      private Map<String, Object> file(String path, String content, int mode) {
        return Map.of("path", path, "content", content, "permissions", mode);
      }

      /** As if the user had written this step. */
      private void perform(Map<String, Object> step) {
        if (YamlNode.of(step, Position.ofSource("datasource")) instanceof YamlMap map) {
          List<Work> works = Section.read(map, "datasource", new Findings(), Actions::read);
          context.each(works, work -> work.perform(context));
        }
      }
    }
  }
}
