package io.kairos.testkit.disk;

import io.kairos.testkit.disk.WriteLog.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk that goes through its log from flush to flush. It starts empty. Nothing is copied: a view
 * of it is made of pieces of the log, so a step costs what is new, and so does a subset of what is
 * not flushed yet. QEMU logs a request when it has ended, so a write that ended during a flush
 * counts as flushed.
 */
public final class DiskReplay {
  private final WriteLog log;
  private final long size;
  private final ExtentMap content = new ExtentMap();
  private int next;

  /**
   * @param size of the disk, in octets
   */
  public DiskReplay(WriteLog log, long size) {
    this.log = log;
    this.size = size;
  }

  /** How many entries of the log are done. */
  public int position() {
    return next;
  }

  public boolean isAtEnd() {
    return next == log.entries().size();
  }

  /** Goes on until the next flush has been done, or the log ends. */
  public void advance() {
    boolean flushed = false;
    while (!flushed && !isAtEnd()) {
      Entry entry = log.entries().get(next++);
      apply(content, entry);
      flushed = entry.isFlush();
    }
  }

  /** Goes on to the first flush after an entry, or the end of the log. */
  public void advancePast(int entry) {
    while (next <= entry && !isAtEnd()) {
      advance();
    }
  }

  /** What was written after the last flush and before the next one: any of it may be lost. */
  public List<Entry> unflushed() {
    List<Entry> pending = new ArrayList<>();
    for (Entry entry : log.entries().subList(next, log.entries().size())) {
      if (entry.isFlush()) {
        break;
      }
      if (entry.isChange()) {
        pending.add(entry);
      }
    }
    return pending;
  }

  /** The disk as of now; it changes with every step. */
  public View disk() {
    return with(List.of());
  }

  /**
   * The disk as a power cut may leave it.
   *
   * @param survived some of {@link #unflushed}, in their order
   */
  public View with(List<Entry> survived) {
    var over = new ExtentMap();
    survived.forEach(entry -> put(over, entry));
    return new View(size) {
      @Override
      protected void pieces(long offset, long length, Sink sink) throws IOException {
        over.pieces(
            offset,
            length,
            sink,
            (at, count) ->
                content.pieces(at, count, sink, (where, zeros) -> sink.piece(null, 0, zeros)));
      }
    };
  }

  private void apply(ExtentMap map, Entry entry) {
    if (entry.isChange() && entry.isDiscard()) {
      map.clear(entry.offset(), entry.length());
    } else if (entry.isChange()) {
      put(map, entry);
    }
  }

  /** What was discarded reads as zeros: nobody may count on it any more. */
  private void put(ExtentMap map, Entry entry) {
    map.put(
        entry.offset(),
        entry.length(),
        entry.isDiscard() ? null : log.channel(),
        entry.isDiscard() ? 0 : entry.data());
  }
}
