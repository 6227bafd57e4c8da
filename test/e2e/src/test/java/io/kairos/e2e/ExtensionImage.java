package io.kairos.e2e;

import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A system extension with verity, as Discoverable Disk Image: one file below /usr.
 *
 * @param file its name is that of its extension-release file
 */
record ExtensionImage(Path file) {
  static final String NAME = "hello.raw";

  /** The file that the extension has, with the text {@code hello}. */
  static final String MARK = "/usr/share/kairos-hello";

  static final String PROGRAM = "systemd-repart";

  private static final List<String> DEFINITIONS = List.of("10-root.conf", "20-root-verity.conf");

  /**
   * @param folder of the image and of its content, emptied before
   */
  static ExtensionImage write(Host host, Path folder) throws IOException {
    FileTree.delete(folder);
    Path tree = folder.resolve("tree");
    Path release = tree.resolve("usr/lib/extension-release.d/extension-release.hello");
    Path mark = tree.resolve(MARK.substring(1));
    Files.createDirectories(release.getParent());
    Files.createDirectories(mark.getParent());
    Files.writeString(release, "ID=_any\n");
    Files.writeString(mark, "hello\n");
    Path definitions = Files.createDirectories(folder.resolve("definitions"));
    for (String name : DEFINITIONS) {
      String text = Beside.text("repart/" + name);
      Files.writeString(definitions.resolve(name), text.replace("@TREE@", tree.toString()));
    }
    Path file = folder.resolve(NAME);
    host.run(
        Command.of(PROGRAM, "--empty=create", "--size=32M", "--dry-run=no")
            .with("--definitions=" + definitions, file.toString()));
    return new ExtensionImage(file);
  }
}
