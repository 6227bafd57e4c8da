package io.kairos.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Kernel;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
  @TempDir Path folder;

  /** PowerCutIT found a boot menu whose name was old and whose inode was freed. */
  @Test
  void aReplacedFileOfABootLoaderIsFreedOnceItsNewNameIsOnTheDisk() throws IOException {
    Path menu = folder.toRealPath().resolve("grub.cfg");
    Files.writeString(menu, "old");
    List<String> seen = new ArrayList<>();

    DurableFile.forBootLoader(watched(() -> seen.add(content(menu) + " " + deleted(menu))))
        .write(menu, "new", "rw-r--r--");

    assertThat(seen).containsExactly("old []", "new [old]");
    assertThat(menu).content().isEqualTo("new");
    assertThat(deleted(menu)).isEmpty();
    assertThat(folder.toFile().list()).containsExactly("grub.cfg");
  }

  /** Looks whenever a file system is flushed. */
  private static Kernel watched(Runnable look) {
    Kernel kernel = LinuxHost.here().kernel();
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (_, method, arguments) -> {
              try {
                Object result = method.invoke(kernel, arguments);
                if (method.getName().equals("syncFileSystem")) {
                  look.run();
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Contents of files of this name that have none any more, and are open here (proc(5)). */
  private static List<String> deleted(Path name) {
    List<String> contents = new ArrayList<>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          if (Files.readSymbolicLink(descriptor).toString().equals(name + " (deleted)")) {
            contents.add(Files.readString(descriptor));
          }
        } catch (NoSuchFileException closed) {
          // another thread has closed it, and it was not ours
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return contents;
  }
}
