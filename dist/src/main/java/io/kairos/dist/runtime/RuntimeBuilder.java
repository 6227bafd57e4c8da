package io.kairos.dist.runtime;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.plan.Applier;
import io.kairos.plan.Plan;
import io.kairos.plan.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Makes the runtime that goes into every image, or finds the one that was made before. */
public final class RuntimeBuilder {
  /** Raised when the steps change, so that older results are not taken for ours. */
  private static final String GENERATION = "2";

  /** Tree, unstripped natives and class archive, with some room. */
  private static final Bytes NEEDED = Bytes.ofMib(256);

  private final Host host;
  private final Progress progress;
  private final RuntimeData data = RuntimeData.load();

  public RuntimeBuilder(Host host, Progress progress) {
    this.host = host;
    this.progress = progress;
  }

  /**
   * @throws Refused when a tool, the C library or space is missing; nothing was written
   */
  public NodeRuntime build(RuntimeRequest request) {
    requireTools(request.jdk());
    CLibrary library = CLibrary.locate(data.libraries());
    try {
      Files.createDirectories(request.cache());
      String inputs = digest(request, library);
      Path target = request.cache().resolve(inputs.substring(0, 16));
      if (!Files.exists(target)) {
        requireSpace(request.cache());
        Path scratch =
            request.cache().resolve(target.getFileName() + "." + ProcessHandle.current().pid());
        Plan<RuntimeStep> plan = RuntimePlanner.plan(request, data, library, scratch, target);
        new Applier(host.clock(), progress).apply(plan, new RuntimePerformer(host, data));
      }
      return open(target, inputs);
    } catch (IOException e) {
      throw new HostFailure("cannot build the node runtime in " + request.cache(), e);
    }
  }

  private void requireTools(Path jdk) {
    if (!Files.isExecutable(jdk.resolve("bin/jlink"))) {
      throw new Refused(jdk + " is no JDK with jlink", "set JAVA_HOME to a JDK 25");
    }
    for (String tool : List.of("patchelf", "strip")) {
      if (!host.hasProgram(tool)) {
        throw new Refused(
            "the node runtime cannot be made without " + tool,
            "install the package " + (tool.equals("strip") ? "binutils" : tool));
      }
    }
  }

  private void requireSpace(Path cache) {
    Bytes free = host.kernel().freeSpace(cache);
    if (free.isLessThan(NEEDED)) {
      throw new Refused(
          "the node runtime needs " + NEEDED + " in " + cache + ", which has " + free,
          "make room, or choose another folder");
    }
  }

  private String digest(RuntimeRequest request, CLibrary library) throws IOException {
    MessageDigest digest = sha256();
    add(digest, "generation " + GENERATION);
    add(digest, data.toString());
    add(digest, Files.readString(request.jdk().resolve("release")));
    for (String tool : List.of("patchelf", "strip")) {
      add(digest, host.run(Command.of(tool, "--version")).text());
    }
    for (Path file : Stream.concat(library.files().stream(), request.jars().stream()).toList()) {
      add(digest, file.getFileName() + " " + of(file));
    }
    for (Path file : files(library.locale())) {
      add(digest, library.locale().relativize(file) + " " + of(file));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  private static String of(Path file) throws IOException {
    return HexFormat.of().formatHex(sha256().digest(Files.readAllBytes(file)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static NodeRuntime open(Path target, String inputs) throws IOException {
    Path tree = target.resolve("kairos");
    long size = 0;
    for (Path file : files(tree)) {
      size += Files.size(file);
    }
    return new NodeRuntime(
        tree,
        target.resolve("kairos.sh"),
        inputs,
        Bytes.of(size),
        Bytes.of(Files.size(tree.resolve("kairos.jsa"))));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .toList();
    }
  }
}
