package io.kairos.convert;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.EnvironmentProxies;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.images.OciLayout;
import io.kairos.images.Snapshot;
import io.kairos.plan.Applier;
import io.kairos.plan.Plan;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Makes an OS image of a distribution: observes, plans, applies; entry of this module. */
public final class Converter {
  /** A bootstrapped root, its archive and the image, with room for a larger package list. */
  private static final Bytes NEEDED = Bytes.ofMib(5 * 1024);

  /** Run-time and initramfs, unpacked and packed; what packages need their manager checks. */
  private static final Bytes NEEDED_IN_PLACE = Bytes.ofMib(768);

  private final Host machine;
  private final Function<Path, Host> hostAt;
  private final Applier applier;
  private final Framework framework = Framework.shipped();

  /**
   * @param machine where images are made
   * @param hostAt the same machine with another root
   */
  public Converter(Host machine, Function<Path, Host> hostAt, Applier applier) {
    this.machine = machine;
    this.hostAt = hostAt;
    this.applier = applier;
  }

  /**
   * A finished conversion.
   *
   * @param layout OCI layout with one image
   * @param digest of the image
   * @param lock what to ask for to get it again
   * @param sbom SPDX
   * @param size of all files of the layout
   * @param steps with their times
   */
  public record Converted(
      Path layout,
      String name,
      String digest,
      Path lock,
      Path sbom,
      Bytes size,
      List<Applier.Done> steps) {}

  /**
   * What can be planned now. A root that is there already is observed; of others only the first of
   * the three plans is known, because the rest depends on what the root then holds.
   */
  public List<Plan<ConvertStep>> plans(ConvertRequest request) {
    Optional<ConvertPlanner.Base> base = observeBase(request);
    Plan<ConvertStep> getRoot = ConvertPlanner.getRoot(request, base, isKept(request, base));
    if (!(request.source() instanceof ConvertSource.Directory(var path))) {
      return List.of(getRoot);
    }
    RootFacts facts = RootFacts.observe(hostAt.apply(path), framework);
    DistroDescriptor distro = DistroDescriptor.of(facts.os());
    Plan<ConvertStep> complete = ConvertPlanner.complete(request, distro, facts, ConvertPart.all());
    if (!complete.entries().isEmpty()) {
      return List.of(getRoot, complete);
    }
    return List.of(
        getRoot,
        complete,
        ConvertPlanner.makeImage(
            request, distro, framework, facts, new ConvertStep.BaseLayer.None()));
  }

  /**
   * Converts.
   *
   * @throws Refused before anything is written, for what the request or this machine lacks
   */
  public Converted convert(ConvertRequest request) {
    check(request);
    try (FileChannel file = openLock(request.work());
        FileLock lock = file.tryLock()) {
      if (lock == null) {
        throw new Refused(
            "another conversion works in " + request.work(),
            "wait for it, or name another --workdir");
      }
      return convertLocked(request);
    } catch (IOException e) {
      throw new HostFailure("cannot lock " + request.work(), e);
    }
  }

  private Converted convertLocked(ConvertRequest request) {
    Optional<ConvertPlanner.Base> base = observeBase(request);
    Instant now = machine.clock().instant();
    Instant baseDate = base.map(ConvertPlanner.Base::date).orElse(now);
    Instant epoch = request.epoch().orElse(baseDate);
    var performer =
        new ConvertPerformer(
            machine, hostAt, InRoot.inNamespaces(machine, request.work(), epoch), epoch, baseDate);
    Host root = hostAt.apply(request.root());
    var steps = new ArrayList<Applier.Done>();
    try {
      // The root outlives the plan that makes it, so it is released here and not by a step.
      steps.addAll(
          applier.apply(ConvertPlanner.getRoot(request, base, isKept(request, base)), performer));
      DistroDescriptor distro = DistroDescriptor.of(RootFacts.osRelease(root));
      ConvertStep.BaseLayer below = baseLayer(request, base);
      RootFacts before = RootFacts.observe(root, framework);
      steps.addAll(
          applier.apply(
              ConvertPlanner.complete(request, distro, before, ConvertPart.all()), performer));
      RootFacts facts = RootFacts.observe(root, framework);
      steps.addAll(
          applier.apply(
              ConvertPlanner.makeImage(request, distro, framework, facts, below), performer));
      return describe(request, base, distro, facts, epoch, steps);
    } finally {
      FileTree.delete(request.root());
    }
  }

  private ConvertStep.BaseLayer baseLayer(
      ConvertRequest request, Optional<ConvertPlanner.Base> base) {
    return switch (request.source()) {
      case ConvertSource.Bootstrap bootstrap ->
          new ConvertStep.BaseLayer.Archive(
              base.orElseThrow().archive(request.work()), Snapshot.of(request.root()));
      case ConvertSource.Directory directory -> new ConvertStep.BaseLayer.None();
      case ConvertSource.Layout layout ->
          new ConvertStep.BaseLayer.Image(layout.path(), Snapshot.of(request.root()));
      case ConvertSource.InPlace inPlace -> throw packsNothing();
    };
  }

  private Converted describe(
      ConvertRequest request,
      Optional<ConvertPlanner.Base> base,
      DistroDescriptor distro,
      RootFacts facts,
      Instant epoch,
      List<Applier.Done> steps) {
    Map<String, String> digests =
        base.map(b -> ImageInventory.digestsBeside(b.archive(request.work())))
            .map(ImageInventory::readDigests)
            .orElse(Map.of());
    String name = ConvertPlanner.artifact(request, distro, facts).bootable();
    var inventory =
        new ImageInventory(
            name,
            request.source().name(),
            request.version(),
            epoch,
            base.map(ConvertPlanner.Base::indexes).orElse(List.of()),
            facts.packages(),
            digests,
            Trees.digest(request.runtime()));
    Path lock = write(request.output().resolve(ImageInventory.LOCK), inventory.lock());
    Path sbom = write(request.output().resolve(ImageInventory.SBOM), inventory.sbom(distro.id()));
    return new Converted(
        request.output(),
        name,
        OciLayout.open(request.output()).image().digest().toString(),
        lock,
        sbom,
        Bytes.of(Trees.size(request.output())),
        List.copyOf(steps));
  }

  private static Path write(Path file, String content) {
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.writeString(aside, content);
      return Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new HostFailure("cannot write " + file, e);
    }
  }

  private Optional<ConvertPlanner.Base> observeBase(ConvertRequest request) {
    if (!(request.source() instanceof ConvertSource.Bootstrap source)) {
      return Optional.empty();
    }
    var indexes = new ArrayList<RepositoryIndex>();
    try (HttpClient http =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(15))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .proxy(EnvironmentProxies.ofThisProcess())
            .build()) {
      for (DistroDescriptor.Repository repository :
          source.distro().repositoriesFor(source.release(), request.mirror())) {
        for (String suite : repository.suites()) {
          indexes.add(RepositoryIndex.fetch(http, repository.uri(), suite));
        }
      }
    }
    return Optional.of(ConvertPlanner.base(request, source, indexes));
  }

  private static boolean isKept(ConvertRequest request, Optional<ConvertPlanner.Base> base) {
    return base.filter(b -> Files.isRegularFile(b.archive(request.work()))).isPresent();
  }

  /**
   * Converts the root in which this program runs, or a part of it; whoever built the root so far
   * packs it. A half that was done before is done again, with the same result.
   *
   * @param request of {@link ConvertRequest#inPlace}
   * @param phases what is done now
   * @param skipped what is left out of the image altogether, so that it is not missed at the end
   * @throws Refused before anything is changed, for what the request or the root lacks
   */
  public List<Applier.Done> convertInPlace(
      ConvertRequest request, Set<ConvertPart.Phase> phases, Set<ConvertPart> skipped) {
    requireRuntime(request);
    requireRoot();
    Host root = hostAt.apply(request.root());
    DistroDescriptor distro = DistroDescriptor.of(RootFacts.osRelease(root));
    requireSpace(request.root(), NEEDED_IN_PLACE, "make room");
    var parts = EnumSet.noneOf(ConvertPart.class);
    phases.forEach(phase -> parts.addAll(ConvertPart.of(phase)));
    parts.removeAll(skipped);
    Instant now = machine.clock().instant();
    Instant epoch = request.epoch().orElse(now);
    var performer =
        new ConvertPerformer(machine, hostAt, InRoot.directly(machine, epoch), epoch, now);
    var steps = new ArrayList<Applier.Done>();
    if (phases.contains(ConvertPart.Phase.INSTALL)) {
      RootFacts before = RootFacts.observeInPlace(root, framework);
      steps.addAll(
          applier.apply(ConvertPlanner.complete(request, distro, before, parts), performer));
      steps.addAll(
          applier.apply(ConvertPlanner.install(inPlace(request, distro, root, parts)), performer));
    }
    if (phases.contains(ConvertPart.Phase.INIT)) {
      steps.addAll(
          applier.apply(
              ConvertPlanner.init(inPlace(request, distro, root, parts), skipped.isEmpty()),
              performer));
    }
    return List.copyOf(steps);
  }

  private ConvertPlanner.Inputs inPlace(
      ConvertRequest request, DistroDescriptor distro, Host root, Set<ConvertPart> parts) {
    return new ConvertPlanner.Inputs(
        request, distro, framework, RootFacts.observeInPlace(root, framework), parts);
  }

  private static IllegalArgumentException packsNothing() {
    return new IllegalArgumentException("a root that is converted in place is not packed");
  }

  private void requireRoot() {
    if (!isRoot()) {
      throw new Refused(
          "converting changes the owners of files, which only root can do",
          "run it with sudo, or inside unshare --map-auto --map-root-user");
    }
  }

  private static void requireRuntime(ConvertRequest request) {
    if (!Files.isRegularFile(request.runtime().resolve("bin/kairos"))) {
      throw new Refused(
          request.runtime() + " is no run-time: it has no bin/kairos", "build it first");
    }
  }

  private void requireSpace(Path place, Bytes needed, String remedy) {
    Bytes free = machine.kernel().freeSpace(place);
    if (free.isLessThan(needed)) {
      throw new Refused(place + " has " + free + " free, a conversion needs " + needed, remedy);
    }
  }

  private void check(ConvertRequest request) {
    requireRoot();
    List<String> programs =
        switch (request.source()) {
          case ConvertSource.Bootstrap bootstrap -> List.of("mmdebstrap", "tar", "unshare");
          case ConvertSource.Directory directory -> List.of("cp", "unshare");
          case ConvertSource.Layout layout -> List.of("unshare");
          case ConvertSource.InPlace inPlace -> throw packsNothing();
        };
    for (String program : programs) {
      if (!machine.hasProgram(program)) {
        throw new Refused(
            "the program " + program + " is missing",
            "install the package that holds it (apt-get install "
                + (program.equals("unshare") ? "util-linux" : program)
                + ")");
      }
    }
    requireRuntime(request);
    if (request.source() instanceof ConvertSource.Directory(var path) && !Files.isDirectory(path)) {
      throw new Refused(path + " is no directory", "name the root of a system");
    }
    try {
      Files.createDirectories(request.work());
    } catch (IOException e) {
      throw new HostFailure("cannot make " + request.work(), e);
    }
    requireSpace(request.work(), NEEDED, "make room, or name another --workdir");
  }

  private boolean isRoot() {
    try {
      return Files.getAttribute(machine.path("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static FileChannel openLock(Path work) throws IOException {
    return FileChannel.open(
        work.resolve("convert.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}
