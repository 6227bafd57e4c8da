package io.kairos.dist.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.plan.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links real runtimes: some ten seconds each. */
class RuntimeBuilderTest {
  private static final Path JDK = Path.of(System.getProperty("java.home"));

  private final Host host = LinuxHost.here();

  @TempDir Path folder;

  @Test
  void startsWhereThereIsNothingButItselfAndRepeatsToTheByte() throws IOException {
    assumeTrue(host.hasProgram("patchelf"), "needs patchelf");
    List<Path> jars = jarsOfThisTest();
    NodeRuntime first = build(jars, "first");

    assertThat(version(first)).startsWith("kairos ");
    assertThat(digests(build(jars, "second").tree()))
        .containsExactlyInAnyOrderElementsOf(digests(first.tree()));
    assertThat(build(jars, "first")).as("found again").isEqualTo(first);
  }

  @Test
  void refusesAFolderThatIsNoJdk() {
    assertThatThrownBy(
            () ->
                new RuntimeBuilder(host, Progress.SILENT)
                    .build(new RuntimeRequest(folder, List.of(), folder.resolve("cache"))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("is no JDK with jlink");
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  private NodeRuntime build(List<Path> jars, String cache) {
    return new RuntimeBuilder(host, Progress.SILENT)
        .build(new RuntimeRequest(JDK, jars, folder.resolve(cache)));
  }

  /** No libc, no shell, no /proc; -Xshare:on makes a refused class archive a failure. */
  private String version(NodeRuntime runtime) throws IOException {
    Path root = folder.resolve("root");
    Path home = Files.createDirectories(root.resolve("usr/lib")).resolve("kairos");
    Files.move(runtime.tree(), home);
    try {
      Command java =
          Command.of("unshare", "--map-root-user", "chroot", root.toString())
              .with(RuntimeData.HOME + "/bin/java", "-Xshare:on")
              .with("@" + RuntimeData.HOME + "/java.args", RuntimeData.NODE_PACKAGE + ".NodeMain")
              .with("kairos-agent", "version")
              .env("LC_ALL", "C.UTF-8");
      return host.run(java).stdout();
    } finally {
      Files.move(home, runtime.tree());
    }
  }

  private static List<String> digests(Path tree) throws IOException {
    List<String> digests = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        digests.add(
            "%s %s %08x"
                .formatted(
                    tree.relativize(path),
                    Files.getLastModifiedTime(path),
                    Arrays.hashCode(Files.readAllBytes(path))));
      }
    }
    return digests;
  }

  /** Of what a node has; in a reactor build the modules may still be folders. */
  private List<Path> jarsOfThisTest() throws IOException {
    List<String> wanted = RuntimeData.load().jars();
    List<Path> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":")) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path) && path.endsWith("target/classes")) {
        if (wanted.contains(path.getParent().getParent().getFileName().toString())) {
          jars.add(jar(path, folder.resolve(jars.size() + ".jar")));
        }
      } else if (wanted.stream()
          .anyMatch(artifact -> NodeJars.isJarOf(artifact, path.getFileName().toString()))) {
        jars.add(path);
      }
    }
    return jars;
  }

  private static Path jar(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        var out = new JarOutputStream(file)) {
      Files.walkFileTree(
          classes,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
              String name = classes.relativize(path).toString();
              if (name.startsWith("io/kairos/dist/workshop")) {
                return FileVisitResult.CONTINUE; // no part of the node's jar
              }
              out.putNextEntry(new JarEntry(name));
              Files.copy(path, out);
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return jar;
  }
}
