package io.kairos.stages.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import io.kairos.testkit.host.OverlaidRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The steps {@code packages} and {@code package_pins} with the package managers themselves, on a
 * repository of one package, in a root that is thrown away.
 */
class RealPackageManagersTest {
  /**
   * A manager, and what makes its packages and repositories.
   *
   * @param script called with {@code configure MANAGER} and {@code publish VERSION}
   * @param pins a file without which it cannot pin; empty when it needs none, absent when it cannot
   * @param makers programs that the script needs
   */
  record Manager(String program, String script, Optional<String> pins, List<String> makers) {
    String text() throws IOException {
      try (var in = RealPackageManagersTest.class.getResourceAsStream(script)) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }

    /** Of the probe; apk's versions end with that of the build. */
    String pin(String version) {
      String whole = program.equals("apk") ? version + "-r0" : version;
      return "package_pins: {kairos-probe: '" + whole + "'}";
    }

    @Override
    public String toString() {
      return program;
    }
  }

  static Stream<Manager> managers() {
    List<String> rpm = List.of("rpmbuild", "createrepo_c");
    return Stream.of(
        new Manager("apt-get", "apt.sh", Optional.of(""), List.of("dpkg-deb")),
        new Manager("dnf", "rpm.sh", Optional.of(VERSION_LOCK), rpm),
        new Manager("zypper", "rpm.sh", Optional.of(""), rpm),
        new Manager("pacman", "pacman.sh", Optional.empty(), List.of("repo-add")),
        new Manager("apk", "apk.sh", Optional.of(""), List.of("openssl")));
  }

  private static final String VERSION_LOCK =
      "/usr/lib/python3/dist-packages/dnf-plugins/versionlock.py";
  private static final String SCRIPT = "/probe.sh";
  private static final String ARRIVED = "/usr/share/kairos-probe/version";

  @TempDir Path folder;
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private OverlaidRoot root;
  private LinuxHost host;

  private void prepare(Manager manager) throws IOException {
    assumeTrue(OverlaidRoot.isPossible(), "needs root and overlayfs");
    for (String program : manager.makers()) {
      assumeTrue(LinuxHost.here().hasProgram(program), program + " is not installed");
    }
    assumeTrue(
        LinuxHost.here().hasProgram(manager.program()), manager.program() + " is not installed");
    root = OverlaidRoot.below(folder, LinuxHost.here().kernel()).withProcesses();
    host = LinuxHost.here().at(root.path());
    Files.writeString(host.path(SCRIPT), manager.text());
    probe("configure", manager.program());
    probe("publish", "1.0");
  }

  @AfterEach
  void throwAway() {
    if (root != null) {
      root.close();
    }
  }

  private void probe(String... words) {
    host.run(Command.of("sh", "-e", SCRIPT).with(words).within(Duration.ofMinutes(15)));
  }

  private StageReport run(String step) throws IOException {
    Path file = host.path("/probe.yaml");
    Files.writeString(file, "stages:\n  t:\n  - " + step + "\n");
    return new StageRunner(host, (level, line) -> log.add(level + " " + line))
        .run("t", StageSources.only("/probe.yaml"));
  }

  private void step(String step) throws IOException {
    run(step).orThrow();
  }

  private String arrived() throws IOException {
    return Files.exists(host.path(ARRIVED)) ? Files.readString(host.path(ARRIVED)).strip() : "";
  }

  @ParameterizedTest
  @MethodSource("managers")
  void aPackageComesIsUpgradedAndGoes(Manager manager) throws IOException {
    prepare(manager);
    step("packages: {refresh: true, install: [kairos-probe]}");
    assertThat(arrived()).isEqualTo("1.0");
    step("packages: {install: [kairos-probe]}"); // at each boot, for example
    assertThat(arrived()).isEqualTo("1.0");

    probe("publish", "2.0");
    step("packages: {refresh: true, upgrade: true}");
    assertThat(arrived()).isEqualTo("2.0");

    step("packages: {remove: [kairos-probe]}");
    assertThat(arrived()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("managers")
  void aPinnedPackageStaysAtItsVersion(Manager manager) throws IOException {
    assumeTrue(manager.pins().isPresent(), manager + " has no pins");
    Path needed = Path.of("/" + manager.pins().get());
    assumeTrue(Files.exists(needed), needed + " is not installed");
    prepare(manager);
    step("packages: {refresh: true, install: [kairos-probe]}");
    step(manager.pin("1.0"));
    step(manager.pin("1.0"));

    probe("publish", "2.0");
    step("packages: {refresh: true, upgrade: true}");
    assertThat(arrived()).isEqualTo("1.0");

    step(manager.pin("2.0"));
    step("packages: {refresh: true, upgrade: true}");
    assertThat(arrived()).as("another pin replaces the first").isEqualTo("2.0");
  }

  @ParameterizedTest
  @MethodSource("managers")
  void aPackageThatNobodyHasIsAnError(Manager manager) throws IOException {
    prepare(manager);
    assertThat(run("packages: {refresh: true, install: [no-such-probe]}").errors()).hasSize(1);
    assertThat(run("packages: {install: [kairos-probe]}").errors()).isEmpty();
  }
}
