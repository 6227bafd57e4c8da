package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.images.LayerCompression;
import io.kairos.plan.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConvertPlannerTest {
  private static final RepositoryIndex INDEX =
      new RepositoryIndex("http://m/debian", "trixie", "aa", Instant.parse("2026-11-21T09:15:44Z"));

  private static ConvertRequest request(String source) {
    return new ConvertRequest(
        ConvertSource.parse(source),
        ImageVersion.parse("1.2.3"),
        Path.of("/build/runtime"),
        Path.of("/build/image"),
        Path.of("/build/work"),
        "amd64",
        "generic",
        Optional.empty(),
        LayerCompression.NONE,
        Optional.empty());
  }

  private static ConvertPlanner.Base base(ConvertRequest request, RepositoryIndex... indexes) {
    return ConvertPlanner.base(
        request, (ConvertSource.Bootstrap) request.source(), List.of(indexes));
  }

  private static Plan<ConvertStep> makeImage(RootFacts facts) {
    return ConvertPlanner.makeImage(
        request("debian:13"),
        DistroDescriptor.of(facts.os()),
        Framework.shipped(),
        facts,
        new ConvertStep.BaseLayer.None());
  }

  @Test
  void aReleaseIsBootstrappedInOneTransactionAndUnpacked() throws IOException {
    ConvertRequest request = request("debian:13");
    var plan = ConvertPlanner.getRoot(request, Optional.of(base(request, INDEX)), false);

    assertThat(plan.steps()).hasSize(2);
    assertThat(((ConvertStep.Bootstrap) plan.steps().getFirst()).packages())
        .contains("linux-image-amd64", "dracut", "openssh-server");
  }

  @Test
  void whatWasBootstrappedBeforeIsUsedAgain() {
    ConvertRequest request = request("debian:13");
    var plan = ConvertPlanner.getRoot(request, Optional.of(base(request, INDEX)), true);

    assertThat(plan.steps()).singleElement().isInstanceOf(ConvertStep.UnpackArchive.class);
  }

  @Test
  void aChangeOfTheRepositoryMakesAnotherBase() {
    ConvertRequest request = request("debian:13");
    var updated = new RepositoryIndex(INDEX.uri(), INDEX.suite(), "bb", INDEX.date());

    assertThat(base(request, INDEX).key()).isEqualTo(base(request, INDEX).key());
    assertThat(base(request, updated).key()).isNotEqualTo(base(request, INDEX).key());
  }

  @Test
  void theStepsOfAnImageComeInTheOrderOfKairosInit() throws IOException {
    Golden.assertMatches("debian-13.plan", makeImage(Facts.trixie()).render());
  }

  @Test
  void anOlderRootGetsNoConfigurationThatItDoesNotUnderstand() {
    List<String> paths =
        makeImage(Facts.older()).steps().stream()
            .filter(ConvertStep.WriteFramework.class::isInstance)
            .flatMap(step -> ((ConvertStep.WriteFramework) step).group().files().stream())
            .map(Framework.File::path)
            .toList();

    assertThat(paths)
        .contains("/etc/dracut.conf.d/99-immucore.conf", "/etc/hosts")
        .doesNotContain(
            "/etc/ssh/sshd_config.d/05-kairos-hardening.conf",
            "/etc/dracut.conf.d/kairos-sysext.conf",
            "/etc/dracut.conf.d/kairos-multipath.conf");
  }

  @Test
  void theNewestKernelIsLinked() {
    assertThat(makeImage(Facts.trixie()).steps())
        .contains(new ConvertStep.LinkKernel(Path.of("/build/work/root"), "6.12.118+deb13-amd64"));
  }

  @Test
  void onlyUnitsThatExistAreEnabled() {
    var services =
        makeImage(Facts.trixie()).steps().stream()
            .filter(ConvertStep.SetServices.class::isInstance)
            .map(step -> ((ConvertStep.SetServices) step).services())
            .findFirst()
            .orElseThrow();

    assertThat(services.enable())
        .containsExactly("getty@tty1.service", "ssh.service", "systemd-networkd.service");
    assertThat(services.disable()).containsExactly("apt-daily.timer");
    assertThat(services.mask()).contains("systemd-firstboot.service");
  }

  @Test
  void aRootWithoutKernelIsRefused() {
    RootFacts trixie = Facts.trixie();
    var without =
        new RootFacts(
            trixie.os(),
            trixie.packages(),
            List.of(),
            trixie.dracutModules(),
            trixie.units(),
            Set.of());

    assertThatThrownBy(() -> makeImage(without))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("no kernel in debian:13");
  }

  @Test
  void aDirectoryGetsWhatItLacks() {
    ConvertRequest request = request("dir:/srv/root");
    RootFacts facts = Facts.trixie();

    var plan = ConvertPlanner.complete(request, DistroDescriptor.of(facts.os()), facts);

    assertThat(((ConvertStep.InstallPackages) plan.steps().getFirst()).packages())
        .contains("dracut")
        .doesNotContain("rsync", "openssh-server");
  }
}
