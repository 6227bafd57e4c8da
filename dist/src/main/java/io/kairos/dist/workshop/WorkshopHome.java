package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The clone of the project that was built and runs.
 *
 * @param root holds {@code ./kairos}
 */
public record WorkshopHome(Path root) {
  /** Set by the launcher and by the tests of {@code test/e2e}. */
  public static final String PROPERTY = "kairos.home";

  /**
   * @throws Refused when nobody set the property
   */
  public static WorkshopHome ofProcess() {
    String home = System.getProperty(PROPERTY, "");
    if (home.isEmpty()) {
      throw new Refused("this Java was not started by ./kairos", "start it with ./kairos");
    }
    return new WorkshopHome(Path.of(home).toAbsolutePath().normalize());
  }

  /** Of the JDK that runs, which also links the nodes' runtime. */
  public Path jdk() {
    return Path.of(System.getProperty("java.home"));
  }

  public Path launcher() {
    return root.resolve("kairos");
  }

  /** Our jars and those they use, in a class path's syntax. */
  public String classPath() {
    return Stream.of("dist/target", "dist/target/lib")
        .flatMap(folder -> jars(root.resolve(folder)).stream())
        .map(Path::toString)
        .collect(Collectors.joining(":"));
  }

  /** This program, as the launcher starts it. */
  public Command program(String... words) {
    return Command.of(jdk().resolve("bin/java").toString())
        .with("--enable-native-access=ALL-UNNAMED", "-D" + PROPERTY + "=" + root)
        .with("-cp", classPath(), "io.kairos.dist.workshop.WorkshopMain")
        .with(words)
        .env("LC_ALL", "C.UTF-8");
  }

  /** The operator's jar and those it uses, ours first. */
  public List<Path> operatorJars() {
    return Stream.of("products/operator/target", "products/operator/target/lib")
        .flatMap(folder -> jars(root.resolve(folder)).stream())
        .toList();
  }

  /** How the VM runs the operator in its image. */
  public List<String> operatorOptions() {
    try {
      return ProgramImages.lines("operatorimage/manager.options");
    } catch (IOException e) {
      throw new HostFailure("cannot read the operator's options", e);
    }
  }

  private static List<Path> jars(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new HostFailure("the project is not built: cannot list " + folder, e);
    }
  }

  /** Where artifacts and caches are kept unless a user says otherwise. */
  public Path defaultWork() {
    return root.resolve(".build/demo");
  }
}
