package io.kairos.agent.extension;

import io.kairos.agent.node.SourceOpening;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.boot.ExtensionKind;
import io.kairos.formats.tar.TarEntry;
import io.kairos.host.Host;
import io.kairos.images.Flattened;
import io.kairos.plan.StepProgress;
import io.kairos.stages.download.FileDownload;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings extensions into a folder, with the permissions that they shall have.
 *
 * @param folder empty; a path of the host, on the file system of the store
 * @param images how images are pulled; what is fetched of them lies below {@code folder} for a
 *     while
 */
record ExtensionFetch(Host host, String folder, SourceOpening images) {
  private static final Set<PosixFilePermission> READABLE =
      PosixFilePermissions.fromString("rw-r--r--");

  /**
   * @return the files, named as they shall be called
   * @throws Refused when there is no extension
   */
  List<Path> fetch(ExtensionSource source, StepProgress progress) {
    try {
      return switch (source) {
        case ExtensionSource.Image image -> extracted(image, progress);
        case ExtensionSource.LocalFile(var path) -> List.of(copied(path));
        case ExtensionSource.Address address -> List.of(downloaded(address));
      };
    } catch (IOException e) {
      throw new HostFailure("cannot bring " + source + " here", e);
    }
  }

  private List<Path> extracted(ExtensionSource.Image image, StepProgress progress)
      throws IOException {
    if (!(images.open(image.image(), progress) instanceof SystemSource.Image(_, var root, _))) {
      throw new IllegalStateException(image + " is no image");
    }
    Map<String, Path> targets = targets(image, root);
    root.extract(targets);
    for (Path file : targets.values()) {
      Files.setPosixFilePermissions(file, READABLE);
    }
    return List.copyOf(targets.values());
  }

  private Map<String, Path> targets(ExtensionSource.Image image, Flattened root) {
    Map<String, Path> targets = new LinkedHashMap<>();
    for (TarEntry entry : root.entries()) {
      String name = entry.name().substring(entry.name().lastIndexOf('/') + 1);
      boolean isFile =
          entry.kind() == TarEntry.Kind.FILE || entry.kind() == TarEntry.Kind.HARD_LINK;
      if (!isFile || !ExtensionKind.isName(name)) {
        continue;
      }
      Path target = aside().resolve(name);
      if (targets.containsValue(target)) {
        throw new Refused(
            image + " holds more than one file " + name, "use an image that holds each name once");
      }
      targets.put("/" + entry.name(), target);
    }
    if (targets.isEmpty()) {
      throw new Refused(
          image + " holds no extension: no file in it ends in " + ExtensionKind.ENDING,
          "use an image that was made of extensions");
    }
    return targets;
  }

  private Path copied(Path path) throws IOException {
    Path file = host.resolved(path.toAbsolutePath().normalize().toString());
    if (!Files.isRegularFile(file)) {
      throw new Refused("there is no file " + path, "name the image of an extension");
    }
    Path copy = aside().resolve(requireName(path.getFileName().toString()));
    try (InputStream in = Files.newInputStream(file)) {
      Files.copy(in, copy);
    }
    Set<PosixFilePermission> mode = EnumSet.copyOf(Files.getPosixFilePermissions(file));
    mode.remove(PosixFilePermission.GROUP_WRITE); // it will lie over the system
    mode.remove(PosixFilePermission.OTHERS_WRITE);
    Files.setPosixFilePermissions(copy, mode);
    return copy;
  }

  /** The server may give it a name where the address has none. */
  private Path downloaded(ExtensionSource.Address address) {
    String name = ExtensionKind.isName(address.name()) ? address.name() : "";
    var download =
        new FileDownload(host, address.uri(), folder + "/" + name, Duration.ZERO); // none
    try (HttpClient client = FileDownload.client()) {
      Path file = host.resolved(download.run(client, this::permit).path());
      requireName(file.getFileName().toString());
      return file;
    }
  }

  private void permit(String path) {
    try {
      Files.setPosixFilePermissions(host.resolved(path), READABLE);
    } catch (IOException e) {
      throw new HostFailure("cannot set the permissions of " + path, e);
    }
  }

  private static String requireName(String name) {
    if (!ExtensionKind.isName(name)) {
      throw new Refused(
          "'" + name + "' is no name of an extension: it has to end in " + ExtensionKind.ENDING,
          "name it as its extension-release file says, and " + ExtensionKind.ENDING);
    }
    return name;
  }

  private Path aside() {
    return host.resolved(folder);
  }
}
