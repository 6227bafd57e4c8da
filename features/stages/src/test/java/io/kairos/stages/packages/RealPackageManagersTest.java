package io.kairos.stages.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The steps {@code packages} and {@code package_pins} with the package managers themselves, on a
 * repository of one package, in a root that is thrown away.
 */
class RealPackageManagersTest {
  /** A manager, and the script that makes its packages and repositories. */
  private enum Manager {
    APT("apt.sh", true, "apt-get", "dpkg-deb"),
    DNF("rpm.sh", true, "dnf", "rpmbuild", "createrepo_c"),
    ZYPPER("rpm.sh", true, "zypper", "rpmbuild", "createrepo_c"),
    PACMAN("pacman.sh", false, "pacman", "repo-add");

    private final String script;
    private final boolean canPin;
    private final List<String> programs;

    Manager(String script, boolean canPin, String... programs) {
      this.script = script;
      this.canPin = canPin;
      this.programs = List.of(programs);
    }

    String script() throws IOException {
      try (var in = RealPackageManagersTest.class.getResourceAsStream(script)) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  private static final String SCRIPT = "/probe.sh";
  private static final String ARRIVED = "/usr/share/kairos-probe/version";

  @TempDir Path folder;
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private OverlaidRoot root;
  private LinuxHost host;

  private void prepare(Manager manager) throws IOException {
    assumeTrue(OverlaidRoot.isPossible(), "needs root and overlayfs");
    for (String program : manager.programs) {
      assumeTrue(LinuxHost.here().hasProgram(program), program + " is not installed");
    }
    root = OverlaidRoot.below(folder);
    host = root.host();
    Files.writeString(host.path(SCRIPT), manager.script());
    probe("configure", manager.programs.getFirst());
    probe("publish", "1.0");
  }

  @AfterEach
  void throwAway() {
    if (root != null) {
      root.close();
    }
  }

  private void probe(String... words) {
    host.run(Command.of("sh", "-e", SCRIPT).with(words).within(Duration.ofMinutes(2)));
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
  @EnumSource
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
  @EnumSource
  void aPinnedPackageStaysAtItsVersion(Manager manager) throws IOException {
    assumeTrue(manager.canPin, manager + " has no pins");
    prepare(manager);
    step("packages: {refresh: true, install: [kairos-probe]}");
    step("package_pins: {kairos-probe: '1.0'}");
    step("package_pins: {kairos-probe: '1.0'}");

    probe("publish", "2.0");
    step("packages: {refresh: true, upgrade: true}");
    assertThat(arrived()).isEqualTo("1.0");

    step("package_pins: {kairos-probe: '2.0'}");
    step("packages: {refresh: true, upgrade: true}");
    assertThat(arrived()).as("another pin replaces the first").isEqualTo("2.0");
  }

  @ParameterizedTest
  @EnumSource
  void aPackageThatNobodyHasIsAnError(Manager manager) throws IOException {
    prepare(manager);
    assertThat(run("packages: {refresh: true, install: [no-such-probe]}").errors()).hasSize(1);
    assertThat(run("packages: {install: [kairos-probe]}").errors()).isEmpty();
  }
}
