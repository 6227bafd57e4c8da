package io.kairos.boot;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Kernel;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The records of the systems in a folder of images, in {@code systems.json} beside them. A system
 * is known by the UUID of its file system, which goes with its image: whatever renames were done
 * when the power failed, each image finds its own record.
 */
public final class SystemRecords {
  public static final String FILE = "systems.json";

  private static final System.Logger LOG = System.getLogger(SystemRecords.class.getName());

  private final Kernel kernel;
  private final Path images;

  /**
   * @param images {@code cOS} of a mounted partition
   */
  public SystemRecords(Kernel kernel, Path images) {
    this.kernel = kernel;
    this.images = images;
  }

  /** What is known of the system in an image; nothing of one that was never recorded. */
  public Optional<SystemRecord> of(String image) {
    return uuid(images.resolve(image)).map(read()::get);
  }

  /** Whether two images hold one and the same system. */
  public boolean isSame(String image, String other) {
    Optional<String> uuid = uuid(images.resolve(image));
    return uuid.isPresent() && uuid.equals(uuid(images.resolve(other)));
  }

  /**
   * Keeps a record of the system in an image, and of those in the other images of the folder;
   * systems that are gone are forgotten.
   */
  public void put(String image, SystemRecord record) {
    String uuid =
        uuid(images.resolve(image))
            .orElseThrow(
                () -> new HostFailure("cannot tell the file system in " + images.resolve(image)));
    Map<String, SystemRecord> records = read();
    records.keySet().retainAll(present());
    records.put(uuid, record);
    write(records);
  }

  /** Changes what is known of the system in an image; one that was never recorded stays unknown. */
  public void change(String image, UnaryOperator<SystemRecord> change) {
    of(image).ifPresent(record -> put(image, change.apply(record)));
  }

  private Set<String> present() {
    Set<String> uuids = new TreeSet<>();
    try (var files = Files.newDirectoryStream(images, "*.{img,squashfs}")) {
      files.forEach(file -> uuid(file).ifPresent(uuids::add));
    } catch (IOException e) {
      throw new HostFailure("cannot list " + images, e);
    }
    return uuids;
  }

  private static Optional<String> uuid(Path image) {
    if (!Files.isRegularFile(image)) {
      return Optional.empty();
    }
    try (var channel = Files.newByteChannel(image)) {
      return Superblock.read(channel).flatMap(Superblock::uuid);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + image, e);
    }
  }

  // ---- the file

  /** Records are no reason to stop anything: without them the node knows less, that is all. */
  private Map<String, SystemRecord> read() {
    Path file = images.resolve(FILE);
    Map<String, SystemRecord> records = new TreeMap<>();
    if (!Files.exists(file)) {
      return records;
    }
    try {
      JsonObject all = Json.parseObject(file.toString(), Files.readAllBytes(file));
      for (String uuid : all.members().keySet()) {
        records.put(uuid, record(all.requiredObject(uuid)));
      }
    } catch (IOException | InvalidConfig | DateTimeException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} is not understood: {1}", file, e.getMessage());
    }
    return records;
  }

  private static SystemRecord record(JsonObject json) {
    return new SystemRecord(
        json.requiredText("source"),
        json.text("digest"),
        json.text("version"),
        Instant.parse(json.requiredText("installed")),
        json.text("good").map(Instant::parse),
        json.object("failure")
            .map(
                failure ->
                    new SystemRecord.Failure(
                        Instant.parse(failure.requiredText("when")),
                        failure.requiredText("reason"))));
  }

  private void write(Map<String, SystemRecord> records) {
    Map<String, Object> tree = new LinkedHashMap<>();
    records.forEach((uuid, record) -> tree.put(uuid, fields(record)));
    new DurableFile(kernel).write(images.resolve(FILE), Json.pretty(tree) + "\n", "rw-r--r--");
  }

  /** As it is written, and as {@code state} shows it; what is not known has no key. */
  public static Map<String, Object> fields(SystemRecord record) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("source", record.source());
    record.digest().ifPresent(digest -> fields.put("digest", digest));
    record.version().ifPresent(version -> fields.put("version", version));
    fields.put("installed", text(record.installed()));
    record.good().ifPresent(good -> fields.put("good", text(good)));
    record
        .failure()
        .ifPresent(
            failure -> {
              Map<String, Object> inner = new LinkedHashMap<>();
              inner.put("when", text(failure.when()));
              inner.put("reason", failure.reason());
              fields.put("failure", inner);
            });
    return fields;
  }

  private static String text(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
