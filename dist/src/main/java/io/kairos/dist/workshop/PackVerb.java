package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.dist.SourceDateEpoch;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.images.Digest;
import io.kairos.images.DockerArchive;
import io.kairos.images.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/** {@code pack-archive}: what {@code luet util pack} did for upstream's builder pods. */
final class PackVerb {
  private static final Option ARCH =
      Option.value("arch", "ARCH", "what the image runs on").oneOf("amd64", "arm64", "riscv64");
  private static final Option SYSTEM =
      Option.value("os", "NAME", "linux").oneOf("linux").orElse("linux");

  private final Console console;
  private final Map<String, String> environment;

  PackVerb(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  Verb verb() {
    return Verb.named("pack-archive")
        .summary("make the archive of a root file system an image for docker load")
        .argument(Argument.required("NAME", "what the image is called"))
        .argument(Argument.required("ARCHIVE", "of the root file system; tar, or tar.gz"))
        .argument(Argument.required("OUTPUT", "the archive of the image"))
        .option(ARCH)
        .option(SYSTEM)
        .example("kairos pack-archive demo:1 root.tar demo.tar", "for docker load and skopeo")
        .runs(
            given -> {
              Path output = Path.of(given.word(2).orElseThrow());
              DockerArchive.write(
                  Path.of(given.word(1).orElseThrow()),
                  given.word(0).orElseThrow(),
                  Platform.linux(given.value(ARCH).orElse(System.getProperty("os.arch"))),
                  SourceDateEpoch.of(environment).orElse(Instant.EPOCH),
                  output);
              String sha256 = Digest.sha256(output).hex();
              console.out().println("sha256  " + sha256);
              BuildReport.of(environment).add(output, size(output), sha256);
              return 0;
            });
  }

  private static Bytes size(Path file) {
    try {
      return Bytes.of(Files.size(file));
    } catch (IOException e) {
      throw new HostFailure("cannot look at " + file, e);
    }
  }
}
