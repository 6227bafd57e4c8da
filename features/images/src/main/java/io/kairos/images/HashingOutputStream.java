package io.kairos.images;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Hashes and counts what is written. */
final class HashingOutputStream extends OutputStream {
  private final OutputStream out;
  private final MessageDigest hash;
  private long count;

  HashingOutputStream(OutputStream out, MessageDigest hash) {
    this.out = out;
    this.hash = hash;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] content, int from, int length) throws IOException {
    hash.update(content, from, length);
    out.write(content, from, length);
    count += length;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  byte[] digest() {
    return hash.digest();
  }

  long count() {
    return count;
  }
}
