package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.convert.InitramfsListing;
import io.kairos.convert.Validation;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Flattened;
import io.kairos.images.OciLayout;
import io.kairos.images.StoredImage;
import io.kairos.images.UnpackOptions;
import io.kairos.images.Unpacker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What {@code kairos init-image} makes, in the build of a container: from the packages of the demo
 * comes the image of the demo, without rights to mount, without device nodes of its own, and
 * without a network.
 */
@Tag("core")
class KairosInitIT {
  private static final Path FOLDER = DemoArtifacts.target().resolve("KairosInitIT");
  private static final Path ROOT = FOLDER.resolve("root");
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final LinuxHost HOST = LinuxHost.here();

  private static StoredImage image;
  private static Path inABuild;

  @BeforeAll
  static void aBaseImageWithTheFile() throws IOException {
    image = OciLayout.open(DemoArtifacts.image()).image();
    FileTree.delete(FOLDER);
    Files.createDirectories(FOLDER);
    inABuild = FOLDER.resolve("in-a-build.sh");
    try (var script = KairosInitIT.class.getResourceAsStream("in-a-build.sh")) {
      Files.copy(script, inABuild);
    }
    new Unpacker(HOST.kernel(), UnpackOptions.ROOT_FILE_SYSTEM)
        .unpack(Flattened.of(DemoArtifacts.distribution()), ROOT);
    Files.writeString(ROOT.resolve("etc/hostname"), ""); // as images of registries have it

    Path archive = FOLDER.resolve("kairos-init.tar");
    HOST.run(
        WorkshopHome.ofProcess()
            .program("init-image", "--output=" + archive, "--name=registry.test/kairos-init:1")
            .within(DEADLINE));
    HOST.run(
        Command.of("tar", "--extract", "--file=" + archive, "--directory=" + FOLDER)
            .with("--transform=s,^,archive/,"));
    var content = Flattened.of(OciLayout.open(FOLDER.resolve("archive")).image());
    assertThat(content.list("/")).containsExactly("kairos-init");
    assertThat(content.find("/kairos-init").orElseThrow().mode() & 07777).isEqualTo(0755);
    new Unpacker(HOST.kernel(), UnpackOptions.ROOT_FILE_SYSTEM)
        .unpack(content, FOLDER.resolve("tool"));
    Files.copy(
        FOLDER.resolve("tool/kairos-init"),
        ROOT.resolve("kairos-init"),
        StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** The order of a Dockerfile, with a mishap between. */
  @Test
  void theLayersOfADockerfileAreTheImageThatIsMadeFromOutside() throws Exception {
    run("true"); // makes the folders on which builders mount
    Set<String> before = times();
    assertThat(run("/kairos-init", "-s", "install", "-p", "k3s", "--version", "1.2.3").exitCode())
        .isEqualTo(1);
    var changed = times();
    changed.removeAll(before);
    assertThat(changed).as("what is refused changes nothing").isEmpty();

    convert("install");
    assertThat(ROOT.resolve("boot/initrd")).doesNotExist();
    stopWhileItBuildsTheInitramfs();
    convert("init");
    Output validated = run("/kairos-init", "validate", "-t", "false");
    assertThat(validated.exitCode()).as(validated.stdout()).isZero();
    run("rm", "/kairos-init");

    assertThat(Validation.of(HOST, HOST.at(ROOT)).check())
        .noneMatch(finding -> finding.verdict() == Validation.Verdict.FAIL);
    Path outside = FOLDER.resolve("outside");
    new Unpacker(HOST.kernel(), UnpackOptions.ROOT_FILE_SYSTEM)
        .unpack(Flattened.of(image), outside);
    // Hosts of an initramfs: of the base image from outside, ours where the builder has mounted
    // its.
    assertThat(differences(ROOT, outside)).containsExactly("/boot/initrd");
    assertThat(initramfs(ROOT)).isEqualTo(initramfs(outside));
    FileTree.delete(FOLDER); // two gigabytes that only a failure is read from
  }

  private static void convert(String stage) {
    Output output = run(words(stage));
    assertThat(output.exitCode()).as(output.stdout() + output.stderr()).isZero();
    assertNothingIsLeft();
  }

  /** As the operator's Dockerfile has them. */
  private static String[] words(String stage) {
    return new String[] {
      "/kairos-init",
      "-l",
      "debug",
      "-s",
      stage,
      "-m",
      "generic",
      "-t",
      "false",
      "--version",
      BuildVersion.read()
    };
  }

  private static Output run(String... words) {
    return HOST.run(inABuild(words).within(DEADLINE).expectingAny());
  }

  private static Command inABuild(String... words) {
    return Command.of("sh", inABuild.toString(), ROOT.toString())
        .with(words)
        .env("SOURCE_DATE_EPOCH", "" + image.config().createdAt().orElseThrow().getEpochSecond());
  }

  private static void assertNothingIsLeft() {
    assertThat(ROOT.resolve("var/tmp")).isEmptyDirectory();
    assertThat(ROOT.resolve("tmp")).isEmptyDirectory();
    assertThat(ROOT.resolve("dev")).isEmptyDirectory();
  }

  private static void stopWhileItBuildsTheInitramfs() throws Exception {
    Command command = inABuild(words("init"));
    var builder = new ProcessBuilder(command.argv()).redirectErrorStream(true);
    builder.environment().putAll(command.environment());
    Process process = builder.start();
    var said = new ArrayList<String>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
        if (line.contains("Including modules done")) {
          head(process).destroy();
        }
      }
    }
    assertThat(process.waitFor()).as(String.join("\n", said)).isEqualTo(143);
    assertThat(ROOT.resolve("var/tmp")).isEmptyDirectory();
  }

  /** The shell that waits for Java, which alone gets the signal. */
  private static ProcessHandle head(Process process) {
    return process
        .descendants()
        .filter(each -> each.info().command().orElse("").endsWith("/bin/dash"))
        .filter(each -> String.join(" ", arguments(each)).startsWith("/kairos-init"))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> arguments(ProcessHandle process) {
    return List.of(process.info().arguments().orElse(new String[0]));
  }

  /** Each path with when it was last changed. */
  private static Set<String> times() throws IOException {
    var times = new TreeSet<String>();
    for (Path path : walk(ROOT)) {
      if (!path.equals(ROOT) && !path.endsWith("var/tmp")) {
        times.add(path + " " + Files.getAttribute(path, "unix:ctime", LinkOption.NOFOLLOW_LINKS));
      }
    }
    return times;
  }

  /** Its names, without the device nodes, which only dracut outside of a container makes. */
  private static Set<String> initramfs(Path root) {
    var names =
        new TreeSet<>(InitramfsListing.names(HOST, root.resolve("boot/initrd")).orElseThrow());
    assertThat(names).contains("usr/bin/immucore", "etc/hosts");
    names.removeIf(name -> name.startsWith("dev/"));
    return names;
  }

  /** Paths that one tree has and not the other, or with another kind, owner, mode or content. */
  private static List<String> differences(Path one, Path other) throws IOException {
    var paths = new TreeSet<String>();
    for (Path root : List.of(one, other)) {
      walk(root).forEach(path -> paths.add("/" + root.relativize(path)));
    }
    var differences = new ArrayList<String>();
    for (String path : paths) {
      Path left = one.resolve(path.substring(1));
      Path right = other.resolve(path.substring(1));
      if (!described(left).equals(described(right)) || !haveEqualContent(left, right)) {
        differences.add(path);
      }
    }
    return differences;
  }

  private static String described(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return "nothing";
    }
    Map<String, Object> facts =
        Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
    return facts + (Files.isSymbolicLink(path) ? " to " + Files.readSymbolicLink(path) : "");
  }

  private static boolean haveEqualContent(Path left, Path right) throws IOException {
    return !Files.isRegularFile(left, LinkOption.NOFOLLOW_LINKS) || Files.mismatch(left, right) < 0;
  }

  private static List<Path> walk(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.toList();
    }
  }
}
