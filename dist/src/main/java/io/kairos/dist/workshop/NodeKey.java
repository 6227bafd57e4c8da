package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.testkit.qemu.SshAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The key that opens the nodes of one working directory; made once, so that what was built with it
 * can be used again.
 *
 * @param file of the private half
 * @param publicLine as in {@code authorized_keys}
 */
public record NodeKey(Path file, String publicLine) {
  /** Whom the cloud-configs of the image create. */
  public static final String USER = "kairos";

  public static NodeKey in(Path directory, Host host) {
    Path file = directory.resolve("node-key");
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(directory);
        host.run(
            Command.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "kairos-demo")
                .with("-f", file.toString()));
      }
      String line = Files.readString(directory.resolve("node-key.pub")).strip();
      return new NodeKey(file, line);
    } catch (IOException e) {
      throw new HostFailure("cannot make an ssh key in " + directory, e);
    }
  }

  public SshAccess access() {
    return new SshAccess(USER, file);
  }
}
