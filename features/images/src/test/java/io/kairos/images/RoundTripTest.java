package io.kairos.images;

import static io.kairos.images.TestImages.AMD64;
import static io.kairos.images.TestImages.EPOCH;
import static io.kairos.images.TestImages.KERNEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any tree that is packed and unpacked is the same tree; so is what two layers add up to. */
class RoundTripTest {
  private static final String[] NAMES = {
    "a", "b-", "b", "ä", "Ω", " c", "d\n", "-e", "f".repeat(120), "g.h"
  };

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyTreeSurvives(long seed) throws IOException {
    assumeTrue(FileFacts.of(Path.of("/proc/self")).uid() == 0, "needs root for owners and devices");
    var random = new Random(seed);
    Path root = Files.createDirectory(folder.resolve("root"));
    grow(root, random, 60);
    Path layout = folder.resolve("layout");
    try (var builder = ImageBuilder.to(layout, AMD64, EPOCH, LayerCompression.GZIP, KERNEL)) {
      builder.addTree(root, Set.of(), "first");
      Snapshot before = Snapshot.of(root);
      prune(root, random);
      grow(root, random, 20);
      builder.addChanges(before, root, Set.of(), "second").commit();
    }
    Path copy = folder.resolve("copy");
    new Unpacker(KERNEL, UnpackOptions.ROOT_FILE_SYSTEM)
        .unpack(Flattened.of(OciLayout.open(layout).image()), copy);

    assertThat(described(copy)).isEqualTo(described(root));
  }

  private static void grow(Path root, Random random, int count) throws IOException {
    List<Path> directories =
        new ArrayList<>(everything(root).stream().filter(RoundTripTest::isDirectory).toList());
    List<Path> files =
        new ArrayList<>(everything(root).stream().filter(p -> !isDirectory(p)).toList());
    directories.add(root);
    for (int i = 0; i < count; i++) {
      Path path =
          directories
              .get(random.nextInt(directories.size()))
              .resolve(NAMES[random.nextInt(NAMES.length)]);
      if (Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      switch (random.nextInt(8)) {
        case 0, 1 -> directories.add(Files.createDirectory(path));
        case 2 ->
            Files.createSymbolicLink(path, Path.of("../" + NAMES[random.nextInt(NAMES.length)]));
        case 3 ->
            KERNEL.makeNode(
                path, FileFacts.S_IFCHR | 0640, random.nextInt(4096), random.nextInt(1 << 20));
        case 4 -> KERNEL.makeNode(path, FileFacts.S_IFIFO | 0604, 0, 0);
        case 5 -> {
          if (files.isEmpty()) {
            continue;
          }
          Files.createLink(path, files.get(random.nextInt(files.size())));
        }
        default -> {
          byte[] content = new byte[random.nextInt(4) * random.nextInt(3000)];
          random.nextBytes(content);
          files.add(Files.write(path, content));
        }
      }
      decorate(path, random);
    }
  }

  private static void decorate(Path path, Random random) throws IOException {
    KERNEL.changeOwner(path, random.nextInt(70_000) * 60_000, random.nextInt(3));
    if (Files.isSymbolicLink(path)) {
      return;
    }
    Files.setAttribute(path, "unix:mode", random.nextInt(010000));
    if (random.nextInt(4) == 0) {
      byte[] value = new byte[random.nextInt(100) + 1];
      random.nextBytes(value);
      KERNEL.setExtendedAttribute(path, "trusted.test", value);
    }
    if (Files.isRegularFile(path)) {
      Files.setLastModifiedTime(path, FileTime.fromMillis(random.nextInt(1_600_000) * 1_000_000L));
    }
  }

  private static void prune(Path root, Random random) throws IOException {
    for (Path path : everything(root).reversed()) {
      boolean isEmptyDirectory = isDirectory(path) && path.toFile().list().length == 0;
      if (random.nextInt(4) == 0 && (!isDirectory(path) || isEmptyDirectory)) {
        Files.delete(path);
      }
    }
  }

  private static boolean isDirectory(Path path) {
    return FileFacts.of(path).isDirectory();
  }

  private static List<Path> everything(Path root) throws IOException {
    try (var walk = Files.walk(root)) {
      return walk.filter(path -> !path.equals(root)).sorted().toList();
    }
  }

  private static SortedMap<String, String> described(Path root) throws IOException {
    var tree = new TreeMap<String, String>();
    Map<Long, String> inodes = new TreeMap<>();
    for (Path path : everything(root)) {
      FileFacts facts = FileFacts.of(path);
      boolean isFile = facts.type() == FileFacts.S_IFREG;
      var attributes = new TreeMap<String, String>();
      KERNEL
          .extendedAttributes(path)
          .forEach((name, value) -> attributes.put(name, Arrays.toString(value)));
      String name = root.relativize(path).toString();
      long seconds =
          Math.min(facts.modified().toInstant().getEpochSecond(), EPOCH.getEpochSecond());
      tree.put(
          name,
          String.join(
              " ",
              Integer.toOctalString(facts.mode()),
              facts.uid() + ":" + facts.gid(),
              facts.deviceMajor() + "," + facts.deviceMinor(),
              Files.isSymbolicLink(path) ? Files.readSymbolicLink(path).toString() : "",
              isFile ? Arrays.hashCode(Files.readAllBytes(path)) + "@" + seconds : "",
              attributes.toString(),
              facts.isDirectory() ? "" : inodes.computeIfAbsent(facts.inode(), _ -> name)));
    }
    return tree;
  }
}
