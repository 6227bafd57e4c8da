package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Digest;
import io.kairos.images.ImageReference;
import io.kairos.images.LocalImage;
import io.kairos.images.OciLayout;
import io.kairos.images.Platform;
import io.kairos.images.Registry;
import io.kairos.images.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** {@code push}: the image of a layout goes to a registry, where nodes upgrade from. */
final class PushVerb {
  private static final Option INSECURE =
      Option.flag("allow-insecure-registries", "plain HTTP, and any certificate");

  private final LinuxHost host;
  private final Console console;
  private final Map<String, String> environment;

  PushVerb(LinuxHost host, Console console, Map<String, String> environment) {
    this.host = host;
    this.console = console;
    this.environment = environment;
  }

  Verb verb() {
    return Verb.named("push")
        .summary("publish an image in a registry, for nodes to upgrade to")
        .description(
            """
            Sends what the registry does not have yet, with the logins of docker or podman. An image
            that was converted with --compression zstd is one of which nodes fetch only new files. An
            archive of a layout does as well, as kairos tool-image and operator-image write them. The
            folders of SSL_CERT_DIR have certificates that are trusted beside the system's.
            """)
        .argument(
            Argument.required(
                "LAYOUT", "the folder that kairos convert wrote, or an archive of one"))
        .argument(Argument.required("REFERENCE", "as in registry.example/os/debian:1.2.3"))
        .option(INSECURE)
        .example("kairos push image registry.example/os/debian:1.2.3", "the image in ./image")
        .example(
            "kairos push operator-images/operator.tar registry.example/kairos/operator:1",
            "an image of kairos operator-image")
        .seeAlso("kairos convert")
        .seeAlso("kairos operator-image")
        .runs(
            given -> {
              Path source = Path.of(given.word(0).orElseThrow());
              ImageReference reference = ImageReference.parse(given.word(1).orElseThrow());
              RegistryAccess access =
                  RegistryAccess.of(host, environment).allowingInsecure(given.has(INSECURE));
              Digest digest =
                  Files.isRegularFile(source)
                      ? pushArchive(source, access, reference)
                      : push(source, access, reference);
              console.out().println("pushed  " + reference);
              console.out().println("digest  " + digest);
              return 0;
            });
  }

  private static Digest push(Path layout, RegistryAccess access, ImageReference reference) {
    return new Registry(access).push(OciLayout.open(layout).image(), layout, reference);
  }

  private static Digest pushArchive(Path archive, RegistryAccess access, ImageReference reference) {
    Path store = null;
    try {
      store = Files.createTempDirectory(archive.toAbsolutePath().getParent(), ".pushing-");
      var platform = Platform.linux(System.getProperty("os.arch"));
      LocalImage image = LocalImage.open(archive, platform, store);
      if (image.image().isEmpty() || !Files.exists(store.resolve("oci-layout"))) {
        throw new Refused(
            archive + " is no archive of an OCI layout", "write it with --format oci-archive");
      }
      return push(store, access, reference);
    } catch (IOException e) {
      throw new HostFailure("cannot unpack " + archive, e);
    } finally {
      if (store != null) {
        FileTree.delete(store);
      }
    }
  }
}
