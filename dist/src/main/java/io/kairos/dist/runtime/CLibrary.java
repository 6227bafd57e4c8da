package io.kairos.dist.runtime;

import io.kairos.base.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The C library of the build host, of which the runtime gets a copy.
 *
 * @param files in the order of {@code c-library.list}
 * @param locale the folder of C.UTF-8
 */
public record CLibrary(List<Path> files, Path locale) {
  private static final List<String> FOLDERS =
      List.of("/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib");
  private static final List<String> LOCALES =
      List.of("/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8");

  public CLibrary {
    files = List.copyOf(files);
  }

  /**
   * What a JDK needs of it.
   *
   * @throws Refused when this machine has another C library than glibc
   */
  public static CLibrary ofThisMachine() {
    return locate(RuntimeData.load().libraries());
  }

  static CLibrary locate(List<String> names) {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      files.add(
          first(FOLDERS.stream().map(folder -> Path.of(folder, name)))
              .orElseThrow(
                  () ->
                      new Refused(
                          "this machine has no " + name + " to put into the node runtime",
                          "build on a distribution with glibc, such as Debian or Ubuntu")));
    }
    Path locale =
        first(LOCALES.stream().map(Path::of))
            .orElseThrow(
                () ->
                    new Refused(
                        "this machine has no C.UTF-8 locale to put into the node runtime",
                        "install the package libc-bin"));
    return new CLibrary(files, locale);
  }

  private static Optional<Path> first(Stream<Path> candidates) {
    return candidates.filter(Files::exists).findFirst();
  }
}
