package io.kairos.images;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.ZipException;

/**
 * Hashes what is read, also what is skipped, where somebody wants to know, and stops at a limit.
 */
final class HashingInputStream extends ObservedInputStream {
  private final Optional<MessageDigest> hash;
  private final long limit;
  private long count;

  HashingInputStream(InputStream in, Optional<MessageDigest> hash, long limit) {
    super(in);
    this.hash = hash;
    this.limit = limit;
  }

  @Override
  public int read(byte[] buffer, int from, int length) throws IOException {
    int read = in.read(buffer, from, length);
    if (read > 0) {
      if (hash.isPresent()) {
        hash.get().update(buffer, from, read);
      }
      count += read;
      if (count > limit) {
        throw new ZipException(
            "unpacks to more than " + limit + " bytes, which no honest archive of its size does");
      }
    }
    return read;
  }

  Optional<byte[]> digest() {
    return hash.map(MessageDigest::digest);
  }
}
