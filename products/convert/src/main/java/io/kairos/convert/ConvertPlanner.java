package io.kairos.convert;

import io.kairos.base.Refused;
import io.kairos.images.ArtifactName;
import io.kairos.plan.Plan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides, touches nothing. A conversion is three plans, because what a root needs depends on what
 * it holds: get a root, install what it lacks, make it an image.
 */
final class ConvertPlanner {
  private static final String FAMILY_URL = "https://github.com/kairos-io/kairos";

  private ConvertPlanner() {}

  /**
   * How a root is made from packages.
   *
   * @param key names the result: equal keys, equal roots
   */
  record Base(
      List<DistroDescriptor.Repository> repositories,
      List<RepositoryIndex> indexes,
      List<String> packages,
      String key) {
    Path archive(Path work) {
      return work.resolve("bootstrap").resolve(key + ".tar");
    }

    /** When the newest of its repositories was made. */
    Instant date() {
      return indexes.stream().map(RepositoryIndex::date).max(Instant::compareTo).orElseThrow();
    }
  }

  static Base base(
      ConvertRequest request, ConvertSource.Bootstrap source, List<RepositoryIndex> indexes) {
    List<DistroDescriptor.Repository> repositories =
        source.distro().repositoriesFor(source.release(), request.mirror());
    List<String> packages =
        source.distro().packagesFor(request.architecture(), source.release().version());
    String inputs =
        String.join(
            "\n",
            source.name(),
            request.architecture(),
            repositories.toString(),
            indexes.stream().map(RepositoryIndex::digest).toList().toString(),
            packages.toString(),
            CleanUpRules.shipped().asHook());
    return new Base(
        repositories,
        indexes,
        packages,
        "%s-%s-%s-%s"
            .formatted(
                source.distro().id(),
                source.release().version(),
                request.architecture(),
                RepositoryIndex.sha256(inputs.getBytes(StandardCharsets.UTF_8)).substring(0, 16)));
  }

  /**
   * @param base of a bootstrapped source
   * @param kept whether an earlier conversion has left its archive
   */
  static Plan<ConvertStep> getRoot(ConvertRequest request, Optional<Base> base, boolean kept) {
    var plan = Plan.<ConvertStep>named("get " + request.source().name());
    switch (request.source()) {
      case ConvertSource.Bootstrap source -> {
        Base inputs = base.orElseThrow();
        Path archive = inputs.archive(request.work());
        if (!kept) {
          plan.must(
              new ConvertStep.Bootstrap(
                  source.name(),
                  request.architecture(),
                  source.release().keyring(),
                  inputs.repositories(),
                  inputs.packages(),
                  archive));
        }
        plan.must(new ConvertStep.UnpackArchive(archive, request.root()));
      }
      case ConvertSource.Directory source ->
          plan.must(new ConvertStep.CopyDirectory(source.path(), request.root()));
      case ConvertSource.Layout source ->
          plan.must(new ConvertStep.UnpackImage(source.path(), request.root()));
    }
    return plan.build();
  }

  /** Nothing to do for a root that was bootstrapped with its packages. */
  static Plan<ConvertStep> complete(
      ConvertRequest request, DistroDescriptor distro, RootFacts facts) {
    var plan = Plan.<ConvertStep>named("complete " + request.source().name());
    var present = new HashSet<String>();
    facts.packages().forEach(installed -> present.add(installed.name()));
    List<String> missing =
        distro.packagesFor(request.architecture(), release(facts)).stream()
            .filter(name -> !present.contains(name))
            .toList();
    if (!missing.isEmpty()) {
      plan.must(new ConvertStep.InstallPackages(request.root(), distro.manager(), missing));
    }
    return plan.build();
  }

  /** The order is kairos-init's: see image-conversion 1.5 and 1.11 of the reference. */
  static Plan<ConvertStep> makeImage(
      ConvertRequest request,
      DistroDescriptor distro,
      Framework framework,
      RootFacts facts,
      ConvertStep.BaseLayer base) {
    String kernel =
        facts
            .kernel()
            .orElseThrow(
                () ->
                    new Refused(
                        "no kernel in " + request.source().name(),
                        "add a kernel package to the descriptor of " + distro.id()));
    Path root = request.root();
    var replacements = new LinkedHashMap<String, String>();
    replacements.put(
        "dracut.network",
        String.join(" ", distro.networkModulesFor(request.architecture(), release(facts))));
    var plan = Plan.<ConvertStep>named("make an image of " + request.source().name());
    for (String group : List.of("branding", "grub", "miscellaneous", "cloudconfigs")) {
      plan.must(write(request, framework, distro, facts, group, replacements));
    }
    plan.must(new ConvertStep.InstallRuntime(request.runtime(), root));
    plan.must(write(request, framework, distro, facts, "kairosBinaries", replacements));
    plan.must(new ConvertStep.WriteRelease(root, identity(request, distro, facts)));
    plan.must(new ConvertStep.LinkKernel(root, kernel));
    plan.must(write(request, framework, distro, facts, "initramfsConfigs", replacements));
    plan.must(new ConvertStep.BuildInitramfs(root, kernel));
    plan.must(write(request, framework, distro, facts, "services", replacements));
    plan.must(new ConvertStep.SetServices(root, known(distro.services(), facts)));
    plan.must(write(request, framework, distro, facts, "sshHardening", replacements));
    plan.must(new ConvertStep.FilterModuli(root));
    plan.must(write(request, framework, distro, facts, "workarounds", replacements));
    plan.must(new ConvertStep.CleanUp(root));
    plan.must(new ConvertStep.Validate(root));
    plan.must(
        new ConvertStep.Pack(
            root,
            request.source().name(),
            base,
            request.architecture(),
            request.compression(),
            request.output(),
            artifact(request, distro, facts).tag(),
            labels(request, distro, facts)));
    return plan.build();
  }

  private static ConvertStep write(
      ConvertRequest request,
      Framework framework,
      DistroDescriptor distro,
      RootFacts facts,
      String name,
      Map<String, String> replacements) {
    Framework.Group group = framework.group(name, facts);
    if (name.equals("miscellaneous")) {
      var directories = new ArrayList<>(group.directories());
      distro.directories().forEach(path -> directories.add(new Framework.Directory(path, 0755)));
      group = new Framework.Group(name, directories, group.files(), group.links());
    }
    return new ConvertStep.WriteFramework(request.root(), group, replacements);
  }

  /** Units to enable must exist; a mask may come before its unit. */
  private static DistroDescriptor.Services known(
      DistroDescriptor.Services services, RootFacts facts) {
    return new DistroDescriptor.Services(
        services.enable().stream().filter(facts::hasUnit).toList(),
        services.disable().stream().filter(facts::hasUnit).toList(),
        services.mask());
  }

  private static String release(RootFacts facts) {
    return facts.os().find("VERSION_ID").orElse("");
  }

  private static Map<String, String> identity(
      ConvertRequest request, DistroDescriptor distro, RootFacts facts) {
    String flavor = facts.os().find("ID").orElse(distro.id());
    String name = "kairos-" + ConvertRequest.VARIANT + "-" + flavor + "-" + release(facts);
    var values = new LinkedHashMap<String, String>();
    values.put("KAIROS_ARCH", request.architecture());
    values.put("KAIROS_BUG_REPORT_URL", FAMILY_URL + "/issues");
    values.put("KAIROS_FAMILY", distro.family());
    values.put("KAIROS_FIPS", "false");
    values.put("KAIROS_FLAVOR", flavor);
    values.put("KAIROS_FLAVOR_RELEASE", release(facts));
    values.put("KAIROS_HOME_URL", FAMILY_URL);
    values.put("KAIROS_ID", "kairos");
    values.put("KAIROS_ID_LIKE", name);
    values.put("KAIROS_INIT_VERSION", toolVersion());
    values.put("KAIROS_MODEL", request.model());
    values.put("KAIROS_NAME", name);
    values.put("KAIROS_RELEASE", request.version().text());
    values.put("KAIROS_TARGETARCH", request.architecture());
    values.put("KAIROS_TRUSTED_BOOT", "false");
    values.put("KAIROS_VARIANT", ConvertRequest.VARIANT);
    values.put("KAIROS_VERSION", request.version().text());
    return values;
  }

  static String toolVersion() {
    return Optional.ofNullable(ConvertPlanner.class.getPackage().getImplementationVersion())
        .orElse("v0.1.0");
  }

  static ArtifactName artifact(ConvertRequest request, DistroDescriptor distro, RootFacts facts) {
    return new ArtifactName(
        facts.os().find("ID").orElse(distro.id()),
        release(facts),
        ConvertRequest.VARIANT,
        request.architecture(),
        request.model(),
        request.version().text(),
        "",
        "");
  }

  private static Map<String, String> labels(
      ConvertRequest request, DistroDescriptor distro, RootFacts facts) {
    String flavor = facts.os().find("ID").orElse(distro.id());
    var labels = new LinkedHashMap<String, String>();
    labels.put("io.kairos.base_image", request.source().name());
    labels.put("io.kairos.family", distro.family());
    labels.put("io.kairos.flavor", flavor);
    labels.put("io.kairos.flavor_release", release(facts));
    labels.put("io.kairos.model", request.model());
    labels.put("io.kairos.release", request.version().text());
    labels.put("io.kairos.targetarch", request.architecture());
    labels.put("io.kairos.variant", ConvertRequest.VARIANT);
    labels.put("org.opencontainers.image.base.name", request.source().name());
    labels.put("org.opencontainers.image.title", artifact(request, distro, facts).bootable());
    labels.put("org.opencontainers.image.url", FAMILY_URL);
    labels.put("org.opencontainers.image.version", request.version().text());
    return labels;
  }
}
