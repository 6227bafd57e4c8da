package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageDelivery;
import io.kairos.images.ImagePull;
import io.kairos.images.ImageSource;
import io.kairos.images.Platform;
import io.kairos.images.RegistryAccess;
import io.kairos.images.UnpackOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** {@code unpack}: the files of an image go over a directory. */
final class UnpackVerb {
  private static final Option INSECURE =
      Option.flag("allow-insecure-registries", "plain HTTP, and any certificate").also("insecure");
  private static final Option ARCH =
      Option.value("arch", "ARCH", "what the image is to run on")
          .oneOf("amd64", "arm64", "riscv64");
  private static final Option LOGLEVEL =
      Option.value("loglevel", "LEVEL", "accepted; see --debug").also("l");

  private final LinuxHost host;
  private final Console console;
  private final Map<String, String> environment;

  UnpackVerb(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.environment = environment;
  }

  Verb verb() {
    return Verb.named("unpack")
        .alias("pull")
        .summary("unpack an image into a directory, with owners and attributes")
        .description(
            """
            Fetches the image, checks all of it, and writes its files over the directory TARGET. What
            the directory has besides stays. The directory gets the time of the image, so that an ISO
            of it is the same each time. Needs root, because files keep their owners. The folders of
            SSL_CERT_DIR have certificates that are trusted beside the system's.
            """)
        .argument(
            Argument.required(
                "IMAGE", "of a registry, or ocifile:PATH of an archive or an OCI layout"))
        .argument(Argument.required("TARGET", "a directory; made when it is not there"))
        .option(ARCH)
        .option(INSECURE)
        .option(LOGLEVEL)
        .example("kairos unpack ocifile:image rootfs", "the OCI layout in ./image")
        .seeAlso("kairos build-iso")
        .runs(
            given -> {
              ImageSource source = ImageSource.parse(given.word(0).orElseThrow());
              Path target = Path.of(given.word(1).orElseThrow()).toAbsolutePath();
              Platform platform =
                  Platform.linux(given.value(ARCH).orElse(System.getProperty("os.arch")));
              RegistryAccess access =
                  RegistryAccess.of(host, environment).allowingInsecure(given.has(INSECURE));
              unpack(source, platform, access, target);
              console.out().println("unpacked " + source + " to " + target);
              return 0;
            });
  }

  private void unpack(ImageSource source, Platform platform, RegistryAccess access, Path target) {
    try {
      Files.createDirectories(target);
      Optional<Instant> created =
          new ImageDelivery(host.kernel(), UnpackOptions.ROOT_FILE_SYSTEM, new ImagePull(access))
              .deliver(source, platform, target);
      if (created.isPresent()) {
        Files.setLastModifiedTime(target, FileTime.from(created.get()));
      }
    } catch (IOException e) {
      throw new HostFailure("cannot unpack to " + target, e);
    }
  }
}
