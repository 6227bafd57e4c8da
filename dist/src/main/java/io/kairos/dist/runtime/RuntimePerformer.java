package io.kairos.dist.runtime;

import io.kairos.base.HostFailure;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.runtime.RuntimeStep.AddCLibrary;
import io.kairos.dist.runtime.RuntimeStep.ArchiveClasses;
import io.kairos.dist.runtime.RuntimeStep.CheckModules;
import io.kairos.dist.runtime.RuntimeStep.CopyJars;
import io.kairos.dist.runtime.RuntimeStep.Drop;
import io.kairos.dist.runtime.RuntimeStep.LinkModules;
import io.kairos.dist.runtime.RuntimeStep.PatchNatives;
import io.kairos.dist.runtime.RuntimeStep.PrepareFolder;
import io.kairos.dist.runtime.RuntimeStep.Publish;
import io.kairos.dist.runtime.RuntimeStep.RecordClasses;
import io.kairos.dist.runtime.RuntimeStep.Settle;
import io.kairos.dist.runtime.RuntimeStep.StripNatives;
import io.kairos.dist.runtime.RuntimeStep.WriteArguments;
import io.kairos.dist.runtime.RuntimeStep.WriteDocument;
import io.kairos.dist.runtime.RuntimeStep.WriteLauncher;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.plan.Performer;
import io.kairos.plan.StepProgress;
import io.kairos.plan.Undo;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Makes a node runtime on this machine. Needs no root. */
final class RuntimePerformer implements Performer<RuntimeStep> {
  /** A directory that every system has and nobody works below. */
  private static final String PLACE = "/boot";

  private static final Duration DEADLINE = Duration.ofMinutes(5);

  /** Of each training run. */
  private static final int RECORDINGS = 3;

  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

  private final Host host;
  private final RuntimeData data;

  RuntimePerformer(Host host, RuntimeData data) {
    this.host = host;
    this.data = data;
  }

  @Override
  public Undo perform(RuntimeStep step, StepProgress progress) {
    try {
      return act(step);
    } catch (IOException e) {
      throw new HostFailure("cannot " + step.summary(), e);
    }
  }

  private Undo act(RuntimeStep step) throws IOException {
    switch (step) {
      case PrepareFolder(var scratch) -> {
        FileTree.delete(scratch);
        Files.createDirectories(scratch.resolve("ready"));
        return () -> FileTree.delete(scratch);
      }
      case LinkModules(var jdk, var modules, var tree) -> link(jdk, modules, tree);
      case Drop(var tree, var names) -> {
        for (String name : names) {
          FileTree.delete(tree.resolve(name));
        }
      }
      case StripNatives(var tree) -> onFiles(natives(tree), "strip", "--strip-unneeded");
      case CopyJars(var jars, var tree) -> {
        Path folder = Files.createDirectories(tree.resolve("lib/kairos"));
        for (Path jar : jars) {
          Files.copy(jar, folder.resolve(jar.getFileName().toString()));
        }
        Files.write(tree.resolve("lib/kairos/class-path"), names(jars));
      }
      case CheckModules(var jdk, var modules, var tree) -> checkModules(jdk, modules, tree);
      case Settle(var tree) -> SettledTree.settle(tree);
      case RecordClasses(var tree, var run, var list) -> record(tree, run, list);
      case ArchiveClasses(var tree, var lists) -> archive(tree, lists);
      case WriteDocument(var tree, var document) -> write(tree, document);
      case AddCLibrary(var library, var embedded, var tree) -> add(library, embedded, tree);
      case PatchNatives(var tree, var unpatched) -> patch(tree, unpatched);
      case WriteArguments(var tree) -> writeArguments(tree);
      case WriteLauncher(var launcher) -> {
        Files.writeString(launcher, data.launcher());
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      case Publish(var ready, var target) -> publish(ready, target);
    }
    return Undo.NOTHING;
  }

  private void link(Path jdk, List<String> modules, Path tree) {
    host.run(
        Command.of(
                jdk.resolve("bin/jlink").toString(),
                "--add-modules",
                String.join(",", modules),
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--vm",
                "server",
                "--output",
                tree.toString())
            .within(DEADLINE));
  }

  private void checkModules(Path jdk, List<String> modules, Path tree) throws IOException {
    List<Path> jars =
        jars(tree).stream().map(jar -> tree.resolve("lib/kairos").resolve(jar)).toList();
    List<String> missing =
        JdkModules.neededBy(host, jdk, jars).stream()
            .filter(module -> !modules.contains(module))
            .toList();
    if (!missing.isEmpty()) {
      throw HostFailure.withRemedy(
          "the node's jars need JDK modules that its runtime lacks: " + String.join(", ", missing),
          "do without them, or add them to modules.list");
    }
  }

  private void record(Path tree, List<String> run, Path list) throws IOException {
    for (int i = 0; i < RECORDINGS; i++) {
      Path recording = recording(list, i);
      Path folder = Files.createDirectories(Path.of(recording + ".folder"));
      List<String> words = new ArrayList<>(run);
      words.replaceAll(word -> word.equals("{folder}") ? folder.toString() : word);
      host.run(java(tree).with("-XX:DumpLoadedClassList=" + recording).with(program(tree, words)));
    }
  }

  private static Path recording(Path list, int number) {
    return Path.of(list + "." + number);
  }

  private void write(Path tree, List<String> document) throws IOException {
    String text =
        host.run(java(tree).with(program(tree, document.subList(1, document.size())))).stdout();
    Path file = tree.resolve(document.getFirst());
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Class path, class and arguments of a program of the node. */
  private static String[] program(Path tree, List<String> run) throws IOException {
    List<String> words = new ArrayList<>(List.of("-cp", classPath(tree, "")));
    words.add(RuntimeData.NODE_PACKAGE + "." + run.getFirst());
    words.addAll(run.subList(1, run.size()));
    return words.toArray(String[]::new);
  }

  private void archive(Path tree, List<Path> lists) throws IOException {
    List<ClassList> recorded = new ArrayList<>();
    for (Path list : lists) {
      List<ClassList> runs = new ArrayList<>();
      for (int i = 0; i < RECORDINGS; i++) {
        if (Files.exists(recording(list, i))) { // a run that failed has none
          runs.add(ClassList.read(recording(list, i)));
        }
      }
      recorded.add(ClassList.ofMost(runs));
    }
    Path merged = lists.getFirst().resolveSibling("classes");
    Files.write(merged, ClassList.merged(data.classes(), data.unsteady(), recorded));
    Path archive = tree.resolve("kairos.jsa");
    Path again = lists.getFirst().resolveSibling("again.jsa");
    long begin = ArchiveNoise.clock();
    dump(tree, merged, archive);
    dump(tree, merged, again);
    ArchiveNoise.remove(archive, again, begin, ArchiveNoise.clock());
    host.run(
        java(tree)
            .with("-Xshare:on", "-XX:SharedArchiveFile=" + archive)
            .with("-cp", classPath(tree, ""), "-version"));
  }

  /** Classes and calls are linked in the archive already: a start takes three quarters then. */
  private void dump(Path tree, Path classes, Path archive) throws IOException {
    host.run(
        java(tree)
            .with("-Xshare:dump", "-XX:+AOTClassLinking", "-XX:SharedClassListFile=" + classes)
            .with("-XX:SharedArchiveFile=" + archive, "-cp", classPath(tree, "")));
  }

  private static void add(CLibrary library, List<EmbeddedPath> embedded, Path tree)
      throws IOException {
    for (Path file : library.files()) {
      byte[] content = Files.readAllBytes(file);
      String name = file.getFileName().toString();
      for (EmbeddedPath path : embedded) {
        if (path.file().equals(name)) {
          path.redirectIn(content);
        }
      }
      Path copy = Files.write(tree.resolve("lib").resolve(name), content);
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path locale = tree.resolve("C.utf8");
    for (Path source : SettledTree.walk(library.locale())) {
      Files.copy(source, locale.resolve(library.locale().relativize(source).toString()));
    }
  }

  private void patch(Path tree, List<String> unpatched) throws IOException {
    List<Path> natives =
        natives(tree).stream()
            .filter(file -> !unpatched.contains(file.getFileName().toString()))
            .toList();
    String lib = RuntimeData.HOME + "/lib";
    onFiles(natives, "patchelf", "--force-rpath", "--set-rpath", lib + ":" + lib + "/server");
    onFiles(
        List.of(tree.resolve("bin/java"), tree.resolve("lib/jspawnhelper")),
        "patchelf",
        "--set-interpreter",
        lib + "/ld-linux-x86-64.so.2");
  }

  private void writeArguments(Path tree) throws IOException {
    List<String> arguments = new ArrayList<>(data.options());
    arguments.add("-XX:SharedArchiveFile=" + RuntimeData.HOME + "/kairos.jsa");
    arguments.add("-D" + BuildVersion.PROPERTY + "=" + BuildVersion.read());
    arguments.add("-cp");
    arguments.add(classPath(tree, RuntimeData.HOME + "/"));
    Files.write(tree.resolve("java.args"), arguments);
  }

  private static void publish(Path ready, Path target) throws IOException {
    try {
      Files.move(ready, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      // Another build with the same inputs was faster; theirs is as good.
    }
  }

  /**
   * Java as it will be started on a node, except that it runs in the tree with a relative class
   * path, and that it sees the tree at the same place wherever that is.
   */
  private Command java(Path tree) {
    List<String> command = new ArrayList<>(List.of("unshare", "--map-root-user", "--mount"));
    command.addAll(List.of("sh", "-ec", data.atOnePlace(), "sh", PLACE, tree.toString()));
    command.add("bin/java");
    command.addAll(data.options());
    command.addAll(data.recordingOptions());
    return Command.of(command).env("LC_ALL", "C.UTF-8").within(DEADLINE);
  }

  private static String classPath(Path tree, String prefix) throws IOException {
    return jars(tree).stream()
        .map(jar -> prefix + "lib/kairos/" + jar)
        .collect(Collectors.joining(":"));
  }

  private static List<String> jars(Path tree) throws IOException {
    return Files.readAllLines(tree.resolve("lib/kairos/class-path"));
  }

  private static List<String> names(List<Path> jars) {
    return jars.stream().map(jar -> jar.getFileName().toString()).toList();
  }

  private void onFiles(List<Path> files, String... command) {
    host.run(
        Command.of(command)
            .with(files.stream().map(Path::toString).toArray(String[]::new))
            .within(DEADLINE));
  }

  private static List<Path> natives(Path tree) throws IOException {
    List<Path> natives = new ArrayList<>();
    for (Path file : SettledTree.walk(tree)) {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        try (var in = Files.newInputStream(file)) {
          if (Arrays.equals(in.readNBytes(ELF.length), ELF)) {
            natives.add(file);
          }
        }
      }
    }
    return natives;
  }
}
