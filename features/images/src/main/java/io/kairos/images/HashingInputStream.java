package io.kairos.images;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.ZipException;

/**
 * Hashes what is read, also what is skipped, where somebody wants to know, and stops at a limit.
 */
final class HashingInputStream extends InputStream {
  private final InputStream in;
  private final Optional<MessageDigest> hash;
  private final long limit;
  private long count;

  HashingInputStream(InputStream in, Optional<MessageDigest> hash, long limit) {
    this.in = in;
    this.hash = hash;
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
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

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  Optional<byte[]> digest() {
    return hash.map(MessageDigest::digest);
  }
}
