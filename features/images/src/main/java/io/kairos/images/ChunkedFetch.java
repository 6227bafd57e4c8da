package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.formats.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Fetches of one layer in the format zstd:chunked only what is not here yet: its table of contents,
 * and the files that neither a local tree nor the store has. Each file is checked against its
 * digest. When the layer, the registry or the gain is not of the kind, nothing is returned and the
 * layer is fetched whole.
 */
final class ChunkedFetch {
  /** Above this share of a layer, one stream is faster than many parts. */
  private static final double WORTH_IT = 0.75;

  private final RegistryConnection connection;
  private final ImageStore store;
  private final LocalFiles local;
  private final Descriptor layer;
  private final PullCount count;

  ChunkedFetch(
      RegistryConnection connection,
      ImageStore store,
      LocalFiles local,
      Descriptor layer,
      PullCount count) {
    this.connection = connection;
    this.store = store;
    this.local = local;
    this.layer = layer;
    this.count = count;
  }

  /** Why a layer cannot be fetched in parts. */
  private static final class NotInParts extends Exception {
    private static final long serialVersionUID = 1L;

    NotInParts(String why) {
      super(why);
    }
  }

  Optional<LayerAssembly> run() throws IOException {
    Optional<ChunkedLayout> layout = ChunkedLayout.of(layer);
    if (layout.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(fetch(layout.get()));
    } catch (NotInParts e) {
      count.say("layer " + layer.digest() + " is fetched whole: " + e.getMessage());
      return Optional.empty();
    }
  }

  private LayerAssembly fetch(ChunkedLayout layout) throws IOException, NotInParts {
    Index index = index(layout);
    Map<Digest, Path> contents = local.find(index.toc().files());
    Map<Digest, ChunkedToc.Entry> missing = new HashMap<>();
    for (ChunkedToc.Entry file : index.toc().files()) {
      if (contents.containsKey(file.digest())) {
        continue;
      }
      if (store.holdsFile(file.digest(), file.size())) {
        contents.put(file.digest(), store.file(file.digest()));
      } else {
        missing.putIfAbsent(file.digest(), file);
      }
    }
    long needed = missing.values().stream().mapToLong(file -> file.frames().length()).sum();
    if (needed > layer.size() * WORTH_IT) {
      throw new NotInParts("almost all of it is new");
    }
    count.expect(layer.size());
    count.reused(layer.size() - needed);
    store.requireRoom(missing.values().stream().mapToLong(ChunkedToc.Entry::size).sum());
    fetchFiles(List.copyOf(missing.values()));
    missing.keySet().forEach(digest -> contents.put(digest, store.file(digest)));
    Map<String, Digest> names = new HashMap<>();
    index.files().forEach((name, file) -> names.put(name, file.digest()));
    long size = index.toc().files().stream().mapToLong(ChunkedToc.Entry::size).sum();
    return new LayerAssembly(store.blob(index.toc().splitDigest()), contents, names, size);
  }

  /** What the layer says about itself. */
  private record Index(ChunkedToc toc, Map<String, ChunkedToc.Entry> files) {}

  private Index index(ChunkedLayout layout) throws IOException, NotInParts {
    byte[] compressed = blob(layout.tocDigest(), layout.toc());
    ChunkedToc toc;
    try (var in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
      byte[] json = in.readNBytes((int) layout.tocSize() + 1);
      if (json.length != layout.tocSize()) {
        throw new NotInParts("its table of contents has another size than it says");
      }
      toc =
          ChunkedToc.parse("table of contents of " + layer.digest(), json, layer.size())
              .orElseThrow(() -> new NotInParts("its table of contents is of another kind"));
    } catch (InvalidConfig | IOException e) {
      throw new NotInParts("its table of contents cannot be read: " + e.getMessage());
    }
    blob(toc.splitDigest(), layout.split());
    return new Index(
        toc, toc.byName().orElseThrow(() -> new NotInParts("names stand twice in it")));
  }

  /** A part of the layer that has a digest of its own. */
  private byte[] blob(Digest digest, ContentRange range) throws IOException, NotInParts {
    if (store.holds(digest, range.length())) {
      return Files.readAllBytes(store.blob(digest));
    }
    byte[][] found = new byte[1][];
    attempt(
        () -> found[0] == null,
        () ->
            request(
                List.of(range),
                (part, in) -> {
                  if (part.from() != range.from() || part.length() < range.length()) {
                    throw new IOException("the registry sent another part than was asked for");
                  }
                  byte[] octets = in.readNBytes((int) range.length());
                  if (octets.length < range.length()) {
                    throw new EOFException("the connection ended early");
                  }
                  found[0] = octets;
                }));
    if (!Digest.ofHash(digest.algorithm(), digest.newHash().digest(found[0])).equals(digest)) {
      throw new NotInParts("its table of contents is damaged");
    }
    store.keep(digest, found[0]);
    return found[0];
  }

  private void fetchFiles(List<ChunkedToc.Entry> missing) throws IOException, NotInParts {
    List<ChunkedToc.Entry> left = new ArrayList<>(missing);
    left.sort(Comparator.comparingLong(file -> file.frames().from()));
    Files.createDirectories(store.folder().resolve("files"));
    RangeRequests[] style = {RangeRequests.SEVERAL};
    attempt(
        () -> !left.isEmpty(),
        () -> {
          List<ContentRange> first =
              style[0].of(left.stream().map(ChunkedToc.Entry::frames).toList()).getFirst();
          int before = left.size();
          if (!request(first, (part, in) -> take(left, part, in))) {
            style[0] = RangeRequests.SINGLE;
          } else if (left.size() == before) {
            throw new IOException("the registry sent other parts than were asked for");
          }
        });
  }

  /** Keeps the files that lie in a part. */
  private void take(List<ChunkedToc.Entry> left, ContentRange part, InputStream in)
      throws IOException, NotInParts {
    long at = part.from();
    List<ChunkedToc.Entry> inside =
        left.stream()
            .filter(f -> f.frames().from() >= part.from() && f.frames().to() <= part.to())
            .toList();
    for (ChunkedToc.Entry file : inside) {
      if (file.frames().from() < at) {
        continue; // overlaps the one before, as no honest layer has it
      }
      in.skipNBytes(file.frames().from() - at);
      keep(file, new Counted(in, file.frames().length()));
      at = file.frames().to();
      left.remove(file);
    }
    in.skipNBytes(part.to() - at);
  }

  private void keep(ChunkedToc.Entry file, Counted frames) throws IOException, NotInParts {
    Path aside = store.file(file.digest()).resolveSibling(file.digest().hex() + ".partial");
    MessageDigest hash = file.digest().newHash();
    long size = 0;
    byte[] buffer = new byte[1 << 16];
    var content = new ZstdInputStream(frames);
    try (OutputStream out = Files.newOutputStream(aside)) {
      for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
        out.write(buffer, 0, read);
        hash.update(buffer, 0, read);
        size += read;
        if (size > file.size()) {
          break;
        }
      }
    }
    frames.drain();
    Digest found = Digest.ofHash(file.digest().algorithm(), hash.digest());
    if (size != file.size() || !found.equals(file.digest())) {
      Files.delete(aside);
      throw new NotInParts("what the registry sent for the file " + file.name() + " is damaged");
    }
    Files.move(aside, store.file(file.digest()), StandardCopyOption.ATOMIC_MOVE);
  }

  /** As many octets as the frames of a file have; the connection stays usable after them. */
  private static final class Counted extends ObservedInputStream {
    private long left;

    Counted(InputStream in, long length) {
      super(in);
      left = length;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = in.read(buffer, from, (int) Math.min(length, left));
      if (count < 0) {
        throw new EOFException("the connection ended early");
      }
      left -= count;
      return count;
    }

    void drain() throws IOException {
      in.skipNBytes(left);
      left = 0;
    }
  }

  // ---- requests

  /** Receives a part of the layer. */
  @FunctionalInterface
  private interface PartConsumer {
    void accept(ContentRange part, InputStream in) throws IOException, NotInParts;
  }

  /** One step towards something. */
  @FunctionalInterface
  private interface Attempt {
    void run() throws IOException, NotInParts;
  }

  /** Again until it is done, with pauses while nothing comes of it. */
  private void attempt(BooleanSupplier isOpen, Attempt attempt) throws NotInParts {
    int failures = 0;
    while (isOpen.getAsBoolean()) {
      long before = count.fetched();
      try {
        attempt.run();
        failures = 0;
      } catch (InterruptedIOException e) {
        throw connection.interrupted();
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw connection.interrupted();
        }
        failures = count.fetched() - before > (64 << 10) ? 1 : failures + 1;
        if (failures >= connection.access().retries().attempts()) {
          throw new HostFailure("cannot pull " + connection.reference(), e);
        }
        connection.pause(failures, Duration.ZERO);
      }
    }
  }

  /**
   * @return false when the registry gives one part at a time
   */
  private boolean request(List<ContentRange> parts, PartConsumer consumer)
      throws IOException, NotInParts {
    String ranges = parts.stream().map(ContentRange::asked).collect(Collectors.joining(","));
    RegistryRequest request =
        RegistryRequest.get("blobs/" + layer.digest()).range(ranges).expecting(200, 206, 400, 416);
    try (var reply = connection.send(request)) {
      HttpAnswer answer = reply.answer();
      if (answer.status() != 206) {
        if (parts.size() == 1) {
          throw new NotInParts(reply.endpoint().host() + " gives no parts of a blob");
        }
        return false;
      }
      var metered = new HttpAnswer(answer.from(), 206, answer.headers(), metered(answer.body()));
      var reader = new PartsReader(metered);
      int seen = 0;
      for (Optional<ContentRange> part = reader.next(); part.isPresent(); part = reader.next()) {
        consumer.accept(part.get(), reader.body());
        seen++;
      }
      return seen > 1 || parts.size() == 1;
    }
  }

  /** Counts everything that the line carried, also what lies between the parts. */
  private InputStream metered(InputStream in) {
    return new ObservedInputStream(in) {
      @Override
      public int read(byte[] buffer, int from, int length) throws IOException {
        int read = in.read(buffer, from, length);
        count.fetched(Math.max(0, read));
        return read;
      }
    };
  }
}
