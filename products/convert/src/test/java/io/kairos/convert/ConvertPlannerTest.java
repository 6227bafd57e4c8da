package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.images.LayerCompression;
import io.kairos.plan.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
            Set.of(),
            Set.of());

    assertThatThrownBy(() -> makeImage(without))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("no kernel in debian:13");
  }

  @Test
  void aDirectoryGetsWhatItLacks() {
    ConvertRequest request = request("dir:/srv/root");
    RootFacts facts = Facts.trixie();

    var plan =
        ConvertPlanner.complete(request, DistroDescriptor.of(facts.os()), facts, ConvertPart.all());

    assertThat(packages(plan)).contains("dracut").doesNotContain("rsync", "openssh-server");
  }

  private static List<String> packages(Plan<ConvertStep> plan) {
    return plan.steps().getFirst()
            instanceof ConvertStep.InstallPackages(var root, var manager, var names)
        ? names
        : List.of();
  }

  // ---- in place

  private static final ConvertRequest IN_PLACE =
      ConvertRequest.inPlace(
          ImageVersion.parse("1.2.3"),
          Path.of("/var/tmp/kairos-init.X/runtime"),
          Path.of("/var/tmp/kairos-init.X"),
          "amd64",
          "generic",
          Optional.empty());

  private static ConvertPlanner.Inputs inContainer(ConvertPart... skipped) {
    RootFacts facts = Facts.inContainer();
    var parts = ConvertPart.all();
    parts.removeAll(Set.of(skipped));
    return new ConvertPlanner.Inputs(
        IN_PLACE, DistroDescriptor.of(facts.os()), Framework.shipped(), facts, parts);
  }

  /** What an image needs does not depend on where it is made. */
  @Test
  void bothStagesInPlaceAreTheStepsOfAnImageWithoutThePack() {
    var both = new ArrayList<>(ConvertPlanner.install(inContainer()).steps());
    both.addAll(ConvertPlanner.init(inContainer(), true).steps());

    List<Class<?>> kinds = kinds(makeImage(Facts.trixie()).steps());
    assertThat(kinds(both)).isEqualTo(kinds.subList(0, kinds.size() - 1));
  }

  private static List<Class<?>> kinds(List<ConvertStep> steps) {
    return steps.stream().<Class<?>>map(Object::getClass).toList();
  }

  @Test
  void theStagesOfADockerfileAreTwoPlans() throws IOException {
    Golden.assertMatches("in-place-install.plan", ConvertPlanner.install(inContainer()).render());
    Golden.assertMatches("in-place-init.plan", ConvertPlanner.init(inContainer(), true).render());
  }

  @Test
  void whatTheBuilderMountsIsNeitherWrittenNorCleanedNorValidated() {
    List<ConvertStep> install = ConvertPlanner.install(inContainer()).steps();
    List<ConvertStep> init = ConvertPlanner.init(inContainer(), true).steps();

    assertThat(install)
        .filteredOn(ConvertStep.WriteFramework.class::isInstance)
        .flatExtracting(step -> ((ConvertStep.WriteFramework) step).group().directories())
        .extracting(Framework.Directory::path)
        .contains("/oem", "/snap")
        .doesNotContain("/dev");
    assertThat(init)
        .contains(
            new ConvertStep.BuildInitramfs(Path.of("/"), "6.12.118+deb13-amd64", true),
            new ConvertStep.CleanUp(
                Path.of("/"),
                Set.of(
                    "/dev",
                    "/dev/pts",
                    "/etc/hosts",
                    "/etc/resolv.conf",
                    "/proc",
                    "/sys",
                    "/var/tmp/kairos-init.X")),
            new ConvertStep.Validate(Path.of("/"), Facts.inContainer().mounted()));
  }

  @Test
  void theKernelCanBeLeftToOthers() {
    RootFacts facts = Facts.trixie();
    DistroDescriptor debian = DistroDescriptor.of(facts.os());

    assertThat(
            packages(
                ConvertPlanner.complete(
                    IN_PLACE, debian, facts, Set.of(ConvertPart.INSTALL_PACKAGES))))
        .contains("dracut")
        .doesNotContain("linux-image-amd64");
    assertThat(
            packages(
                ConvertPlanner.complete(
                    IN_PLACE, debian, facts, Set.of(ConvertPart.INSTALL_KERNEL))))
        .contains("linux-image-amd64")
        .doesNotContain("dracut");
    assertThat(ConvertPlanner.complete(IN_PLACE, debian, facts, Set.of()).steps()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(ConvertPart.class)
  void eachPartButThePackagesIsInOneStageAndCanBeLeftOut(ConvertPart part) {
    List<ConvertStep> all = new ArrayList<>(ConvertPlanner.install(inContainer()).steps());
    all.addAll(ConvertPlanner.init(inContainer(), false).steps());
    List<ConvertStep> without = new ArrayList<>(ConvertPlanner.install(inContainer(part)).steps());
    without.addAll(ConvertPlanner.init(inContainer(part), false).steps());

    boolean packages = part == ConvertPart.INSTALL_PACKAGES || part == ConvertPart.INSTALL_KERNEL;
    assertThat(all).containsAll(without);
    assertThat(without.size() < all.size()).isEqualTo(!packages);
  }

  @Test
  void aRootWithoutTheRunTimeIsNotInitialised() {
    RootFacts facts = Facts.trixie();
    var inputs =
        new ConvertPlanner.Inputs(
            IN_PLACE,
            DistroDescriptor.of(facts.os()),
            Framework.shipped(),
            facts,
            ConvertPart.all());

    assertThatThrownBy(() -> ConvertPlanner.init(inputs, true))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("/usr/bin/immucore")
        .hasMessageContaining("run the stage install before");
  }
}
