package io.kairos.images;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;

/**
 * Brings one blob into a store. A line that breaks is taken up where it broke, now or by a later
 * run; what arrived is hashed as it arrives and gets its name only when it is what was asked for.
 */
final class BlobDownload {
  /** An attempt that brings less than this counts as a failure. */
  private static final long PROGRESS = 64 << 10;

  private static final int BUFFER = 1 << 17;

  private final RegistryConnection connection;
  private final ImageStore store;
  private final Descriptor blob;
  private final PullCount count;
  private final Path partial;
  private MessageDigest hash;
  private long size;

  /** Who answered last. */
  private Optional<RegistryEndpoint> endpoint = Optional.empty();

  BlobDownload(RegistryConnection connection, ImageStore store, Descriptor blob, PullCount count) {
    this.connection = connection;
    this.store = store;
    this.blob = blob;
    this.count = count;
    this.partial = store.partial(blob.digest());
    this.hash = blob.digest().newHash();
  }

  void run() throws IOException {
    count.expect(blob.size());
    if (store.holds(blob.digest(), blob.size())) {
      count.reused(blob.size());
      return;
    }
    Files.createDirectories(partial.getParent());
    boolean isResumed = takeUp();
    store.requireRoom(blob.size() - size);
    int failures = 0;
    while (true) {
      long before = size;
      endpoint = Optional.empty();
      String why = "";
      try {
        if (size < blob.size()) {
          fetch();
        }
        if (size >= blob.size()) {
          if (isWhole()) {
            store.finish(blob.digest());
            return;
          }
          why = "is damaged";
        }
      } catch (InterruptedIOException e) {
        throw connection.interrupted();
      } catch (IOException e) {
        why = e.getMessage() == null ? e.toString() : e.getMessage();
        if (Thread.currentThread().isInterrupted()) {
          throw connection.interrupted();
        }
      }
      if (why.equals("is damaged")) {
        restart();
        boolean hasOther = endpoint.map(connection::distrust).orElse(true);
        if (!isResumed && !hasOther) {
          throw damaged();
        }
        isResumed = false; // what an earlier run had left was wrong; once more from the start
        continue;
      }
      if (why.isEmpty()) {
        why = "the connection ended early";
      }
      endpoint.ifPresent(connection::moveToEnd);
      failures = size - before >= PROGRESS ? 1 : failures + 1;
      if (failures >= connection.access().retries().attempts()) {
        throw new HostFailure(
            "cannot pull "
                + connection.reference()
                + ": after "
                + size
                + " of "
                + blob.size()
                + " bytes of "
                + blob.digest()
                + ": "
                + why);
      }
      connection.pause(failures, Duration.ZERO);
    }
  }

  private HostFailure damaged() {
    return new HostFailure(
        "cannot pull "
            + connection.reference()
            + ": what the registry sent for "
            + blob.digest()
            + " is damaged");
  }

  /** Hashes what an earlier run has left. */
  private boolean takeUp() throws IOException {
    if (!Files.isRegularFile(partial) || Files.size(partial) > blob.size()) {
      Files.deleteIfExists(partial);
      return false;
    }
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(partial)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        hash.update(buffer, 0, read);
        size += read;
      }
    }
    count.reused(size);
    return size > 0;
  }

  private void restart() throws IOException {
    Files.deleteIfExists(partial);
    hash = blob.digest().newHash();
    count.lost(size);
    size = 0;
  }

  private boolean isWhole() throws IOException {
    MessageDigest soFar = hash;
    return size == blob.size()
        && Digest.ofHash(blob.digest().algorithm(), soFar.digest()).equals(blob.digest());
  }

  private void fetch() throws IOException {
    RegistryRequest request =
        RegistryRequest.get("blobs/" + blob.digest()).expecting(200, 206, 416);
    if (size > 0) {
      request = request.range(size + "-");
    }
    try (var reply = connection.send(request)) {
      endpoint = Optional.of(reply.endpoint());
      HttpAnswer answer = reply.answer();
      if (answer.status() == 416) {
        restart(); // the registry has less than we have: one of us is wrong
        throw new IOException("the registry has no more than what is here");
      }
      boolean goesOn = answer.status() == 206 && answer.rangeStart().orElse(-1) == size;
      if (size > 0 && !goesOn) {
        restart();
        if (answer.status() == 206) {
          throw new IOException("the registry sent another part than was asked for");
        }
      }
      copy(answer.body());
    }
  }

  private void copy(InputStream body) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (OutputStream file =
        Files.newOutputStream(partial, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        file.write(buffer, 0, read);
        hash.update(buffer, 0, read);
        size += read;
        count.fetched(read);
        if (size > blob.size()) {
          return; // more than the manifest says: it cannot become right
        }
      }
    }
  }
}
