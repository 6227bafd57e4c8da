package io.kairos.boot;

import io.kairos.base.HostFailure;
import io.kairos.formats.osrelease.KairosRelease;
import io.kairos.formats.osrelease.OsRelease;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.plan.Performer;
import io.kairos.plan.StepProgress;
import io.kairos.plan.Undo;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Does what {@link BootStep}s say. */
public final class BootPerformer implements Performer<BootStep> {
  private static final System.Logger LOG = System.getLogger(BootPerformer.class.getName());

  /**
   * Where the menu lies on the state partition, unless grub-install of the distribution differs.
   */
  private static final String USUAL_FOLDER = "grub2";

  private static final String MENU = "grub.cfg";
  private static final String STAGED_MENU = "grub.cfg.new";

  /** grub-probe looks for the device of this name when the machine runs from live media. */
  private static final String LIVE_ROOT = "LiveOS_rootfs";

  /** Of the modules, beside the menu; grub-install leaves its core image there. */
  private static final String BIOS_FOLDER = "i386-pc";

  private static final String BIOS_CORE = "core.img";

  private static final String FILE = "rw-r--r--";

  /** The folder of its menu, as it was linked into a distribution's signed GRUB. */
  private static final Pattern VENDOR = Pattern.compile("/EFI/([A-Za-z0-9_.-]{1,32})");

  /** What {@link BootStep.StageMenu} adds; the image's own menus name other consoles first. */
  private static final Pattern CONSOLE = Pattern.compile("console=tty1 console=(\\S+)");

  private static final String ESP_MENU =
      """
      search --no-floppy --label --set=root COS_STATE
      set prefix=($root)/grub2
      configfile ($root)/grub2/grub.cfg
      """;

  private final Host host;
  private final Function<Path, Host> roots;
  private final DurableFile durable;

  /**
   * @param roots opens a mounted image, so that its links stay inside it
   */
  public BootPerformer(Host host, Function<Path, Host> roots) {
    this.host = host;
    this.roots = roots;
    this.durable = DurableFile.forBootLoader(host.kernel());
  }

  @Override
  public Undo perform(BootStep step, StepProgress progress) {
    switch (step) {
      case BootStep.InstallBiosGrub install -> installBiosGrub(install, progress);
      case BootStep.CopyEfiModules(var image, var state, String arch) ->
          copyEfiModules(image, state, arch);
      case BootStep.CopyEfiLoaders(var image, var esp, String arch) ->
          copyEfiLoaders(image, esp, arch);
      case BootStep.StageMenu(var image, var state, var tty) -> stageMenu(image, state, tty);
      case BootStep.PublishMenu(var state, var esp) -> publishMenu(state, esp);
      case BootStep.SetTitle(var image, var state, var configured) ->
          configured
              .or(() -> titleOf(image))
              .ifPresent(
                  title ->
                      setVariables(
                          state.resolve("grub_oem_env"), Map.of("default_menu_entry", title)));
      case BootStep.SetVariables(var file, var variables) -> setVariables(file, variables);
    }
    return Undo.NOTHING;
  }

  /** Architecture as GRUB names its folders: {@code x86_64}, {@code arm64}, {@code riscv64}. */
  public static String architecture() {
    return switch (System.getProperty("os.arch")) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64" -> "arm64";
      case String other -> other;
    };
  }

  private void installBiosGrub(BootStep.InstallBiosGrub install, StepProgress progress) {
    var files = new LoaderFiles(roots.apply(install.image()));
    Path modules =
        files
            .find("modinfo.sh", BIOS_FOLDER)
            .map(Path::getParent)
            .orElseThrow(() -> missing("GRUB for BIOS (i386-pc modules)", install.image()));
    String installer =
        LoaderFiles.candidates("any.installer").stream()
            .filter(files::hasProgram)
            .findFirst()
            .orElseThrow(() -> missing("grub-install", install.image()));
    if (isThere(modules, install.state())) {
      LOG.log(System.Logger.Level.INFO, "{0} has the GRUB of the image already", install.disk());
      return;
    }
    Path liveRoot = install.image().resolve(LIVE_ROOT);
    try {
      Files.deleteIfExists(liveRoot);
      Files.createSymbolicLink(liveRoot, install.stateDevice());
      inImage(
          install.image(),
          List.of(install.state()),
          progress::detail,
          installer,
          "--directory=" + files.inside(modules),
          "--boot-directory=" + install.state(),
          "--target=i386-pc",
          "-v",
          install.disk().toString());
    } catch (IOException e) {
      throw new HostFailure("cannot prepare " + install.image() + " for grub-install", e);
    } finally {
      durable.delete(liveRoot);
    }
  }

  /**
   * Whether the machine has started through this GRUB. grub-install empties each module before it
   * writes it again, and without a module there is no boot menu: it must not run without need. It
   * does not copy Debian's {@code fdt.lst}, which is empty on a PC.
   */
  private static boolean isThere(Path modules, Path state) {
    Path installed = state.resolve(folder(state)).resolve(BIOS_FOLDER);
    if (!Files.isRegularFile(installed.resolve(BIOS_CORE))) {
      return false;
    }
    try (var files = Files.newDirectoryStream(modules, "*.{mod,lst}")) {
      for (Path module : files) {
        Path other = installed.resolve(module.getFileName());
        boolean saysNothing = Files.size(module) == 0 && !Files.exists(other);
        if (!saysNothing && (!Files.isRegularFile(other) || Files.mismatch(module, other) >= 0)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new HostFailure("cannot compare " + modules + " with " + installed, e);
    }
  }

  /** Runs a program chrooted into an image that sees the devices of this machine. */
  private void inImage(
      Path image, List<Path> bound, Consumer<String> lines, String... programAndArguments) {
    List<String> argv =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "--propagation",
                "slave",
                "sh",
                "-s",
                "--",
                image.toString()));
    for (Path folder : bound) {
      argv.addAll(List.of("--bind", folder.toString()));
    }
    argv.add("--");
    argv.addAll(List.of(programAndArguments));
    host.run(
        Command.of(argv)
            .stdin(LoaderFiles.resource("in-image.sh"))
            .within(Duration.ofMinutes(10))
            .eachLine(lines));
  }

  private void copyEfiModules(Path image, Path state, String arch) {
    var files = new LoaderFiles(roots.apply(image));
    Path target = state.resolve(folder(state)).resolve(arch + "-efi");
    boolean any = false;
    for (String module : LoaderFiles.candidates("any.modules")) {
      Optional<Path> source = files.find(module, arch);
      source.ifPresent(file -> copy(file, target.resolve(module)));
      any |= source.isPresent();
    }
    if (!any) {
      throw missing("GRUB modules for " + arch + "-efi", image);
    }
    for (String font : LoaderFiles.candidates("any.fonts")) {
      files
          .find(font, "")
          .ifPresentOrElse(
              file -> copy(file, target.resolve("fonts").resolve(font)),
              () -> LOG.log(System.Logger.Level.INFO, "no font {0} in {1}", font, image));
    }
  }

  private void copyEfiLoaders(Path image, Path esp, String arch) {
    var files = new LoaderFiles(roots.apply(image));
    String fallback = LoaderFiles.candidates(arch + ".fallback").getFirst();
    Path folder = esp.resolve("EFI/boot");
    boolean hasShim = !LoaderFiles.candidates(arch + ".shim").isEmpty();
    String grub = files.first(arch + ".grub").orElseThrow(() -> missing("GRUB for EFI", image));
    copy(files.below(grub), folder.resolve(unsigned(grub)));
    String first = grub;
    if (hasShim) {
      first = files.first(arch + ".shim").orElseThrow(() -> missing("shim for EFI", image));
      copy(files.below(first), folder.resolve(unsigned(first)));
    }
    copy(files.below(first), folder.resolve(fallback));
  }

  private static String unsigned(String candidate) {
    return candidate.substring(candidate.lastIndexOf('/') + 1).replaceAll("\\.signed$", "");
  }

  private void stageMenu(Path image, Path state, Optional<String> tty) {
    Path source = roots.apply(image).resolved("/etc/cos/grub.cfg");
    String menu;
    try {
      menu = Files.readString(source);
    } catch (IOException e) {
      throw new HostFailure("the image has no boot menu", e);
    }
    Path folder = state.resolve(folder(state));
    Optional<String> console = tty.or(() -> consoleIn(folder.resolve(MENU)));
    if (console.isPresent()) {
      menu = menu.replace("console=tty1", "console=tty1 console=" + console.get());
    }
    durable.write(folder.resolve(STAGED_MENU), menu, FILE);
  }

  /** The one that the installation added to the menu before. */
  private static Optional<String> consoleIn(Path menu) {
    try {
      return Files.exists(menu)
          ? CONSOLE
              .matcher(Files.readString(menu))
              .results()
              .map(found -> found.group(1))
              .findFirst()
          : Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("cannot read the boot menu " + menu, e);
    }
  }

  private void publishMenu(Path state, Optional<Path> esp) {
    Path folder = state.resolve(folder(state));
    durable.rename(folder.resolve(STAGED_MENU), folder.resolve(MENU));
    if (esp.isPresent()) {
      for (String vendor : menuFolders(esp.get().resolve("EFI/boot"))) {
        durable.write(esp.get().resolve("EFI").resolve(vendor).resolve(MENU), ESP_MENU, FILE);
      }
    }
  }

  /** {@code boot}, and where the loaders that lie there say that they look. */
  private static Set<String> menuFolders(Path loaders) {
    Set<String> folders = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    folders.add("boot");
    try (var files = Files.list(loaders)) {
      for (Path file : files.filter(path -> path.toString().contains("grub")).toList()) {
        if (!Files.isRegularFile(file) || file.endsWith(MENU)) {
          continue;
        }
        Matcher matcher =
            VENDOR.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
          folders.add(matcher.group(1));
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot read the boot loaders in " + loaders, e);
    }
    return folders;
  }

  private static String folder(Path state) {
    return Files.isDirectory(state.resolve("grub")) ? "grub" : USUAL_FOLDER;
  }

  private void setVariables(Path file, Map<String, String> variables) {
    new GrubVariables(host.kernel(), file).set(variables);
  }

  private Optional<String> titleOf(Path image) {
    Path release = roots.apply(image).resolved(KairosRelease.KAIROS_FILE);
    if (!Files.exists(release)) {
      return Optional.empty(); // an image that is not a Kairos one has no title of its own
    }
    try {
      return OsRelease.parse(release.toString(), Files.readString(release))
          .find("GRUB_ENTRY_NAME")
          .filter(title -> !title.isEmpty());
    } catch (IOException e) {
      throw new HostFailure("cannot read " + release, e);
    }
  }

  private void copy(Path from, Path to) {
    try {
      durable.write(to, Files.readAllBytes(from), FILE);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + from, e);
    }
  }

  private static HostFailure missing(String what, Path image) {
    return HostFailure.withRemedy(
        "the image in " + image + " holds no " + what,
        "add the boot loader packages of its distribution to the image");
  }
}
