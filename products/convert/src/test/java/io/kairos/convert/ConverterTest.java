package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Refused;
import io.kairos.images.LayerCompression;
import io.kairos.plan.Applier;
import io.kairos.plan.Plan;
import io.kairos.plan.Progress;
import io.kairos.testkit.host.ScratchHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConverterTest {
  @TempDir Path folder;

  private ConvertRequest request(String source, Path runtime) {
    return new ConvertRequest(
        ConvertSource.parse(source),
        ImageVersion.parse("1.2.3"),
        runtime,
        folder.resolve("image"),
        folder.resolve("work"),
        "amd64",
        "generic",
        Optional.empty(),
        LayerCompression.NONE,
        Optional.empty());
  }

  private Path runtime() throws IOException {
    Path launcher = folder.resolve("runtime/bin/kairos");
    Files.createDirectories(launcher.getParent());
    return Files.writeString(launcher, "#!/bin/sh\n").getParent().getParent();
  }

  private ScratchHost machine() throws IOException {
    return new ScratchHost(Files.createDirectories(folder.resolve("machine")));
  }

  /** The uid of the machine's processes is that of its /proc/self, which is this test's. */
  private ScratchHost machineOfRoot() throws IOException {
    ScratchHost machine = machine().withDirectory("/proc/self");
    assumeTrue(
        Files.getAttribute(machine.path("/proc/self"), "unix:uid").equals(0), "runs as root only");
    return machine;
  }

  private static void convert(ScratchHost machine, ConvertRequest request) {
    converter(machine).convert(request);
  }

  private static Converter converter(ScratchHost machine) {
    return new Converter(machine, ScratchHost::new, new Applier(machine.clock(), Progress.SILENT));
  }

  @Test
  void anOrdinaryUserIsToldHowToConvert() throws IOException {
    ScratchHost machine = machine();
    ConvertRequest request = request("debian:13", runtime());

    assertThatThrownBy(() -> convert(machine, request))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("try: run it with sudo");
    assertThat(folder.resolve("work")).doesNotExist();
  }

  @Test
  void aMissingToolIsNamedWithItsPackage() throws IOException {
    ScratchHost machine = machineOfRoot();
    ConvertRequest request = request("debian:13", runtime());

    assertThatThrownBy(() -> convert(machine, request))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("apt-get install mmdebstrap");
    assertThat(folder.resolve("work")).doesNotExist();
  }

  @Test
  void aRuntimeThatWasNotBuiltIsRefused() throws IOException {
    ScratchHost machine =
        machineOfRoot().withProgram("/usr/bin/cp").withProgram("/usr/bin/unshare");
    ConvertRequest request = request("dir:" + folder, folder.resolve("nowhere"));

    assertThatThrownBy(() -> convert(machine, request))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("build it first");
  }

  @Test
  void aSourceThatIsNoDirectoryIsRefused() throws IOException {
    ScratchHost machine =
        machineOfRoot().withProgram("/usr/bin/cp").withProgram("/usr/bin/unshare");
    ConvertRequest request = request("dir:" + folder.resolve("nowhere"), runtime());

    assertThatThrownBy(() -> convert(machine, request))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("is no directory");
  }

  @Test
  void aRootWithoutPackagesIsPlannedUntilTheyAreThere() throws IOException {
    Path root = folder.resolve("root");
    new ScratchHost(Files.createDirectories(root))
        .with("/etc/os-release", "ID=debian\nVERSION_ID=13\n");

    List<Plan<ConvertStep>> plans =
        converter(machine()).plans(request("dir:" + root, folder.resolve("runtime")));

    assertThat(plans).hasSize(2);
    assertThat(plans.getFirst().render()).contains("copy " + root);
    assertThat(plans.getLast().render()).contains("packages with apt");
    assertThat(folder.resolve("work")).doesNotExist();
  }
}
