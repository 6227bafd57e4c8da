package io.kairos.peers.yip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.linux.LinuxHost;
import io.kairos.peers.yip.RealYip.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both engines get the same files in systems of their own and have to leave the same behind: exit
 * code, graph, files, permissions, owners, users. Where they are meant to differ, the case says in
 * what, and docs/compatibility.md says why.
 */
class SideBySideTest {
  private static final long FIRST_SEED = 20260301;
  private static final int GENERATED = 25;

  private static RealYip real;
  private static FileServer server;
  @TempDir Path folder;

  @BeforeAll
  static void original() throws IOException {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root for chroot");
    assumeTrue(Files.exists(Path.of("/bin/busybox")), "busybox-static is not installed");
    assumeTrue(LinuxHost.here().hasProgram("unshare"), "unshare is not installed");
    real = RealYip.builtOrSkipped();
    server = FileServer.start();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  static List<PeerCase> written() {
    return PeerCase.all();
  }

  static List<PeerCase> generated() {
    return LongStream.range(FIRST_SEED, FIRST_SEED + GENERATED)
        .mapToObj(GeneratedStages::of)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("written")
  void whatIsWritten(PeerCase peerCase) throws IOException {
    compare(peerCase);
  }

  @ParameterizedTest
  @MethodSource("generated")
  void whatIsGenerated(PeerCase peerCase) throws IOException {
    compare(peerCase);
  }

  /** Everything that one engine did, by aspect. */
  private SortedMap<String, Object> aspects(String engine, PeerCase peerCase) {
    var system = ScratchSystem.create(folder.resolve(engine), real.program());
    system.files(server.named(peerCase.files())).links(peerCase.links());
    List<String> analysis = new ArrayList<>(List.of("-a"));
    analysis.addAll(peerCase.words());
    SortedMap<String, Object> aspects = new TreeMap<>();
    Run shown = run(engine, system, analysis, peerCase);
    aspects.put("graph", shown.layers().names());
    Run ran = run(engine, system, peerCase.words(), peerCase);
    aspects.put("exit", ran.outcome());
    aspects.put("analysis", shown.outcome());
    aspects.putAll(system.facts());
    lastLog = ran.log();
    return aspects;
  }

  private String lastLog = "";

  private static Run run(
      String engine, ScratchSystem system, List<String> words, PeerCase peerCase) {
    return engine.equals("ours")
        ? OurYip.run(system, words, peerCase.stdin())
        : real.run(system, words, peerCase.stdin());
  }

  private void compare(PeerCase peerCase) throws IOException {
    SortedMap<String, Object> theirs = aspects("theirs", peerCase);
    String theirLog = lastLog;
    SortedMap<String, Object> ours = aspects("ours", peerCase);
    Set<String> names = new TreeSet<>(theirs.keySet());
    names.addAll(ours.keySet());
    Map<String, String> different = new TreeMap<>();
    for (String name : names) {
      Object their = theirs.getOrDefault(name, "absent");
      Object our = ours.getOrDefault(name, "absent");
      if (!their.equals(our)) {
        different.put(name, "theirs: " + their + "\n  ours: " + our);
      }
    }
    assertThat(different.keySet())
        .as("%s: %s%ntheir log:%n%s%nour log:%n%s", peerCase.name(), different, theirLog, lastLog)
        .containsExactlyInAnyOrderElementsOf(peerCase.differences());
    if (!peerCase.differences().isEmpty()) {
      assertThat(Files.readString(Path.of("../../docs/compatibility.md")))
          .contains(peerCase.because().orElseThrow());
    }
  }
}
