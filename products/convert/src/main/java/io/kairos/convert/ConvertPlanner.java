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
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides, touches nothing. A conversion is three plans, because what a root needs depends on what
 * it holds: get a root, install what it lacks, make it an image.
 */
final class ConvertPlanner {
  private static final String FAMILY_URL = "https://github.com/kairos-io/kairos";

  /** A name of the run-time, by which it is known to be there. */
  private static final String IMMUCORE = "/usr/bin/immucore";

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
      case ConvertSource.InPlace source -> {
        // it is there
      }
    }
    return plan.build();
  }

  /**
   * Nothing to do for a root that was bootstrapped with its packages.
   *
   * @param parts which packages are wanted
   */
  static Plan<ConvertStep> complete(
      ConvertRequest request, DistroDescriptor distro, RootFacts facts, Set<ConvertPart> parts) {
    var plan = Plan.<ConvertStep>named("complete " + request.source().name());
    var present = new HashSet<String>();
    facts.packages().forEach(installed -> present.add(installed.name()));
    List<String> missing =
        distro
            .packagesFor(
                request.architecture(),
                release(facts),
                group ->
                    parts.contains(
                        group.equals(DistroDescriptor.KERNEL)
                            ? ConvertPart.INSTALL_KERNEL
                            : ConvertPart.INSTALL_PACKAGES))
            .stream()
            .filter(name -> !present.contains(name))
            .toList();
    if (!missing.isEmpty()) {
      plan.must(new ConvertStep.InstallPackages(request.root(), distro.manager(), missing));
    }
    return plan.build();
  }

  /**
   * What the files of an image follow from.
   *
   * @param parts that are not left out
   */
  record Inputs(
      ConvertRequest request,
      DistroDescriptor distro,
      Framework framework,
      RootFacts facts,
      Set<ConvertPart> parts) {
    private Path root() {
      return request.root();
    }

    private boolean has(ConvertPart part) {
      return parts.contains(part);
    }
  }

  /** The first half of a conversion in place, without the packages. */
  static Plan<ConvertStep> install(Inputs inputs) {
    var plan = Plan.<ConvertStep>named("install into " + inputs.request().source().name());
    addInstall(plan, inputs);
    return plan.build();
  }

  /**
   * The second half of a conversion in place.
   *
   * @param whole whether no part of either half is left out: only then the result is checked
   */
  static Plan<ConvertStep> init(Inputs inputs, boolean whole) {
    if (inputs.has(ConvertPart.INITRD) && !inputs.facts().present().contains(IMMUCORE)) {
      throw new Refused(
          "the run-time is missing: there is no " + IMMUCORE,
          "run the stage install before the stage init");
    }
    var plan = Plan.<ConvertStep>named("initialise " + inputs.request().source().name());
    addInit(plan, inputs);
    if (whole) {
      plan.must(new ConvertStep.Validate(inputs.root(), inputs.facts().mounted()));
    }
    return plan.build();
  }

  static Plan<ConvertStep> makeImage(
      ConvertRequest request,
      DistroDescriptor distro,
      Framework framework,
      RootFacts facts,
      ConvertStep.BaseLayer base) {
    var inputs = new Inputs(request, distro, framework, facts, ConvertPart.all());
    var plan = Plan.<ConvertStep>named("make an image of " + request.source().name());
    addInstall(plan, inputs);
    addInit(plan, inputs);
    plan.must(new ConvertStep.Validate(request.root(), facts.mounted()));
    plan.must(
        new ConvertStep.Pack(
            request.root(),
            request.source().name(),
            base,
            request.architecture(),
            request.compression(),
            request.output(),
            artifact(request, distro, facts).tag(),
            labels(request, distro, facts)));
    return plan.build();
  }

  /** The order is kairos-init's: see image-conversion 1.5 and 1.11 of the reference. */
  private static void addInstall(Plan.Builder<ConvertStep> plan, Inputs inputs) {
    write(plan, inputs, ConvertPart.BRANDING);
    write(plan, inputs, ConvertPart.GRUB);
    write(plan, inputs, ConvertPart.MISCELLANEOUS);
    write(plan, inputs, ConvertPart.CLOUD_CONFIGS);
    if (inputs.has(ConvertPart.KAIROS_BINARIES)) {
      plan.must(new ConvertStep.InstallRuntime(inputs.request().runtime(), inputs.root()));
      write(plan, inputs, ConvertPart.KAIROS_BINARIES);
    }
  }

  private static void addInit(Plan.Builder<ConvertStep> plan, Inputs inputs) {
    Path root = inputs.root();
    if (inputs.has(ConvertPart.KAIROS_RELEASE)) {
      plan.must(
          new ConvertStep.WriteRelease(
              root, identity(inputs.request(), inputs.distro(), inputs.facts())));
    }
    if (inputs.has(ConvertPart.KERNEL)) {
      plan.must(new ConvertStep.LinkKernel(root, kernel(inputs)));
    }
    write(plan, inputs, ConvertPart.INITRAMFS_CONFIGS);
    if (inputs.has(ConvertPart.INITRD)) {
      plan.must(
          new ConvertStep.BuildInitramfs(
              root, kernel(inputs), inputs.facts().isMounted("/etc/hosts")));
    }
    if (inputs.has(ConvertPart.SERVICES)) {
      write(plan, inputs, ConvertPart.SERVICES);
      plan.must(
          new ConvertStep.SetServices(root, known(inputs.distro().services(), inputs.facts())));
    }
    if (inputs.has(ConvertPart.SSH_HARDENING)) {
      write(plan, inputs, ConvertPart.SSH_HARDENING);
      plan.must(new ConvertStep.FilterModuli(root));
    }
    write(plan, inputs, ConvertPart.WORKAROUNDS);
    if (inputs.has(ConvertPart.CLEAN_UP)) {
      plan.must(new ConvertStep.CleanUp(root, kept(inputs)));
    }
  }

  private static String kernel(Inputs inputs) {
    return inputs
        .facts()
        .kernel()
        .orElseThrow(
            () ->
                new Refused(
                    "no kernel in " + inputs.request().source().name(),
                    "add a kernel package to the descriptor of " + inputs.distro().id()));
  }

  /** What of the root is not the image's: this program itself, and what the builder mounts. */
  private static Set<String> kept(Inputs inputs) {
    var kept = new TreeSet<>(inputs.facts().mounted());
    if (inputs.request().source() instanceof ConvertSource.InPlace) {
      kept.add(inputs.request().work().toString());
    }
    return kept;
  }

  private static void write(Plan.Builder<ConvertStep> plan, Inputs inputs, ConvertPart part) {
    if (!inputs.has(part)) {
      return;
    }
    RootFacts facts = inputs.facts();
    Framework.Group group = inputs.framework().group(part.word(), facts);
    var directories = new ArrayList<>(group.directories());
    if (part == ConvertPart.MISCELLANEOUS) {
      inputs
          .distro()
          .directories()
          .forEach(path -> directories.add(new Framework.Directory(path, 0755)));
    }
    directories.removeIf(directory -> facts.isMounted(directory.path()));
    String network =
        String.join(
            " ",
            inputs.distro().networkModulesFor(inputs.request().architecture(), release(facts)));
    plan.must(
        new ConvertStep.WriteFramework(
            inputs.root(),
            new Framework.Group(
                group.name(),
                directories,
                group.files().stream().filter(file -> !facts.isMounted(file.path())).toList(),
                group.links().stream().filter(link -> !facts.isMounted(link.path())).toList()),
            Map.of("dracut.network", network)));
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
