package io.kairos.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
  @TempDir Path folder;

  @Test
  void aTreeGoesAndWhatItsLinksNameStays() throws IOException {
    Path kept = Files.writeString(folder.resolve("kept"), "x");
    Path tree = Files.createDirectories(folder.resolve("tree/deep")).getParent();
    Files.writeString(tree.resolve("deep/file"), "x");
    Files.createSymbolicLink(tree.resolve("link"), folder);
    Files.createSymbolicLink(tree.resolve("broken"), Path.of("/nowhere/at/all"));

    FileTree.delete(tree);
    FileTree.delete(tree);

    assertThat(tree).doesNotExist();
    assertThat(kept).exists();
  }
}
