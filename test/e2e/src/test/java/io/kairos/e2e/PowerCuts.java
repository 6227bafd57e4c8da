package io.kairos.e2e;

import io.kairos.dist.workshop.NodeMachine;
import io.kairos.e2e.PowerCutRecording.Beginning;
import io.kairos.e2e.PowerCutRecording.Phase;
import io.kairos.testkit.disk.DiskReplay;
import io.kairos.testkit.disk.View;
import io.kairos.testkit.disk.WriteLog;
import io.kairos.testkit.disk.WriteLog.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** All the disks that power cuts during a recording may leave, judged. */
final class PowerCuts {
  /** Of what was not flushed, when it is more than data of users. */
  private static final int SUBSETS = 12;

  /** Of the partition table (UEFI 2.10, 5.3.2). */
  private static final long HEADER = 512;

  /** Before it are table and boot code; the copy of the table takes no more at the end. */
  private static final long FIRST_PARTITION = 1 << 20;

  /**
   * One disk.
   *
   * @param position entries of the log that were done
   * @param survived what was written afterwards and not lost
   * @param boot what becomes of it
   */
  record Cut(Phase phase, int position, List<Entry> survived, BootableDisk.Boot boot) {
    @Override
    public String toString() {
      return "%s, after write %d and %d of those behind it: %s"
          .formatted(phase, position, survived.size(), boot.entry());
    }
  }

  private static final class Count {
    private int images;
    private int unpublished;
    private final Map<String, Integer> entries = new TreeMap<>();
    private final Map<String, Integer> notes = new TreeMap<>();
    private int fewestComplete = Integer.MAX_VALUE;
  }

  private final Map<Phase, Count> counts = new EnumMap<>(Phase.class);
  private final List<Cut> cuts = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final BootableDisk judge;
  private boolean isPublished;

  private PowerCuts(BootableDisk judge) {
    this.judge = judge;
  }

  static PowerCuts of(PowerCutRecording recording, BootableDisk judge) throws IOException {
    List<Beginning> beginnings = recording.read();
    var cuts = new PowerCuts(judge);
    try (var log = WriteLog.open(recording.log())) {
      cuts.learn(log, beginnings);
      cuts.requireUntouchedDisk(log);
      cuts.walk(log, beginnings);
    }
    return cuts;
  }

  /** What the machine booted from, before it booted from it. */
  private void learn(WriteLog log, List<Beginning> beginnings) throws IOException {
    var replay = new DiskReplay(log, NodeMachine.DISK.count());
    for (Beginning beginning : beginnings.subList(1, beginnings.size())) {
      log.entries().stream()
          .filter(entry -> entry.data() > beginning.start())
          .findFirst()
          .ifPresent(entry -> replay.advancePast(entry.number() - 1));
      judge.learn(replay.disk());
    }
    replay.advancePast(log.entries().size());
    judge.learn(replay.disk());
  }

  /** Until the table is written the disk is as it was. */
  private void requireUntouchedDisk(WriteLog log) {
    for (Entry entry : log.entries()) {
      if (entry.isChange() && entry.offset() <= HEADER && end(entry) > HEADER) {
        return;
      }
      boolean isAtAnEdge =
          end(entry) <= FIRST_PARTITION
              || entry.offset() >= NodeMachine.DISK.count() - FIRST_PARTITION;
      if (entry.isChange() && !isAtAnEdge) {
        failures.add("the disk is changed before its table is written: " + entry);
        return;
      }
    }
  }

  private static long end(Entry entry) {
    return entry.offset() + entry.length();
  }

  private void walk(WriteLog log, List<Beginning> beginnings) {
    var replay = new DiskReplay(log, NodeMachine.DISK.count());
    while (!replay.isAtEnd()) {
      replay.advance();
      Entry last = log.entries().get(replay.position() - 1);
      Phase phase = PowerCutRecording.phaseOf(last, beginnings);
      judge(phase, replay, List.of());
      List<Entry> unflushed = replay.unflushed();
      if (!unflushed.isEmpty()) {
        phase = PowerCutRecording.phaseOf(unflushed.getFirst(), beginnings);
      }
      var random = new Random(replay.position());
      for (int i = 0; i < subsets(unflushed, replay); i++) {
        judge(phase, replay, drawn(unflushed, random));
      }
    }
  }

  /** One write has been lost or not; the next flush shows the one, the last one the other. */
  private int subsets(List<Entry> unflushed, DiskReplay replay) {
    if (unflushed.size() < 2) {
      return 0;
    }
    long end = judge.endOfSystem(replay.disk());
    return unflushed.stream().allMatch(entry -> entry.offset() >= end) ? 1 : SUBSETS;
  }

  /** Nearly all, half or nearly none of it; the disk may write it in any order. */
  private static List<Entry> drawn(List<Entry> unflushed, Random random) {
    double share = random.nextDouble();
    return unflushed.stream().filter(_ -> random.nextDouble() < share).toList();
  }

  private void judge(Phase phase, DiskReplay replay, List<Entry> survived) {
    Count count = counts.computeIfAbsent(phase, _ -> new Count());
    count.images++;
    View disk = replay.with(survived);
    if (!isPublished && !judge.isPublished(disk)) {
      count.unpublished++;
      return;
    }
    isPublished |= survived.isEmpty();
    try {
      BootableDisk.Boot boot = judge.boot(disk);
      count.entries.merge(boot.entry(), 1, Integer::sum);
      boot.notes().forEach(note -> count.notes.merge(note, 1, Integer::sum));
      count.fewestComplete = Math.min(count.fewestComplete, boot.complete().size());
      cuts.add(new Cut(phase, replay.position(), survived, boot));
    } catch (IOException e) {
      failures.add(
          "%s, after write %d and %d of those behind it: %s"
              .formatted(phase, replay.position(), survived.size(), e.getMessage()));
    }
  }

  List<String> failures() {
    return failures;
  }

  int images() {
    return counts.values().stream().mapToInt(count -> count.images).sum();
  }

  /** Those that are not alike: other entries than usual, then spread over time. */
  List<Cut> chosen(int number) {
    Map<String, List<Cut>> kinds = new TreeMap<>();
    for (Cut cut : cuts) {
      String kind = cut.phase() + cut.boot().entry() + cut.boot().complete() + cut.boot().notes();
      kinds.computeIfAbsent(kind, _ -> new ArrayList<>()).add(cut);
    }
    List<Cut> chosen = new ArrayList<>();
    for (int round = 0; chosen.size() < number && round < cuts.size(); round++) {
      for (List<Cut> kind : kinds.values()) {
        if (chosen.size() < number && round < kind.size()) {
          chosen.add(kind.get((int) (kind.size() * (0.382 + round * 0.618) % kind.size())));
        }
      }
    }
    return chosen;
  }

  String report() {
    var text = new StringBuilder("Power cuts: " + images() + " disks judged");
    text.append(", ").append(judge.imagesRead()).append(" systems read as a whole\n");
    counts.forEach(
        (phase, count) -> {
          text.append("  %-24s %6d disks".formatted(phase, count.images));
          if (count.unpublished > 0) {
            text.append(", ").append(count.unpublished).append(" before there is a boot menu");
          }
          count.entries.forEach((entry, number) -> text.append(", %s %d".formatted(entry, number)));
          if (!count.entries.isEmpty()) {
            text.append(", at least ").append(count.fewestComplete).append(" complete systems");
          }
          text.append('\n');
          count.notes.forEach(
              (note, number) -> text.append("      %d times: %s%n".formatted(number, note)));
        });
    failures.stream()
        .limit(40)
        .forEach(failure -> text.append("  FAILED ").append(failure).append('\n'));
    return text.append("  ").append(failures.size()).append(" failures").toString();
  }
}
