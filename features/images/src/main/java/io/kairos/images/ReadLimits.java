package io.kairos.images;

import io.kairos.base.Bytes;

/**
 * How much an archive may grow while it is read, so that a small file cannot fill a machine.
 *
 * @param entries members of all layers together
 * @param ratio how many times larger than its file a layer may be, once it is larger than {@code
 *     always}
 * @param always size up to which every layer may grow
 */
public record ReadLimits(int entries, int ratio, Bytes always) {
  /** Room for any root file system; deflate alone could reach a ratio of 1032. */
  public static final ReadLimits DEFAULT = new ReadLimits(4_000_000, 200, Bytes.ofMib(8 << 10));

  long plainSize(long compressed) {
    return Math.max(always.count(), Math.multiplyExact(compressed, (long) ratio));
  }
}
