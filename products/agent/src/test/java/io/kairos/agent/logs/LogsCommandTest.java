package io.kairos.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.formats.tar.TarReader;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsCommandTest {
  @TempDir Path root;
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ScratchHost host;
  private Path archive;

  @BeforeEach
  void aNode() throws IOException {
    archive = folder.resolve("new/logs.tar.gz");
    String config;
    try (var in = LogsCommandTest.class.getResourceAsStream("config.yaml")) {
      config = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_ACTIVE p2p.network_token=hunter2\n")
            .with("/oem/90_custom.yaml", config)
            .with("/var/log/kairos/agent.log", "started\n")
            .with("/var/log/my/x/app.txt", "mine\n")
            .with("/etc/one", "one\n")
            .answering("dmesg", "[0.0] Linux\n")
            .answering(
                "journalctl",
                command -> {
                  String unit = command.argv().getLast().replaceFirst(".*=", "");
                  return switch (unit) {
                    case "my-app", "--boot" -> new Output(0, "password=hunter2 of " + unit, "");
                    case "k3s" -> new Output(1, "", "no such unit");
                    default -> new Output(0, "-- No entries --\n", "");
                  };
                });
  }

  private Map<String, String> collect() throws IOException {
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    new LogsCommand(host, stream, stream).run(archive);
    Map<String, String> entries = new LinkedHashMap<>();
    try (var in = new GZIPInputStream(Files.newInputStream(archive))) {
      var tar = new TarReader(in);
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        entries.put(
            entry.get().name(), new String(tar.content().readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return entries;
  }

  @Test
  void everythingIsThereInItsOrder() throws IOException {
    assertThat(collect().keySet())
        .containsExactly(
            "config.yaml",
            "state.yaml",
            "dmesg.log",
            "journal/boot.log",
            "journal/my-app.log",
            "files/etc/one",
            "files/proc/cmdline",
            "files/var/log/kairos/agent.log",
            "files/var/log/my/x/app.txt",
            "SUMMARY");
  }

  @Test
  void noSecretLeavesTheNode() throws IOException {
    Map<String, String> entries = collect();
    assertThat(entries).allSatisfy((name, text) -> assertThat(text).doesNotContain("hunter2"));
    assertThat(entries.get("config.yaml"))
        .contains("hostname: box", "ssh-ed25519 PUBLIC", "--node-label=a=b", "proxy.example")
        .contains("K3S_TOKEN: '********'");
    assertThat(entries.get("files/proc/cmdline"))
        .isEqualTo("root=LABEL=COS_ACTIVE p2p.network_token=********\n");
    assertThat(entries.get("journal/my-app.log")).isEqualTo("password=******** of my-app");
  }

  @Test
  void theSummarySaysWhatIsInAndWhatIsNot() throws IOException {
    String summary = collect().get("SUMMARY");
    assertThat(summary)
        .startsWith("collected:\n  config.yaml\n  state.yaml\n")
        .contains("left out:\n  journal/k3s.log: ");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith(summary)
        .contains("written to " + archive);
  }

  @Test
  void theSameNodeGivesTheSameOctetsThatOnlyTheOwnerReads() throws IOException {
    var _ = collect();
    byte[] first = Files.readAllBytes(archive);
    var _ = collect();
    assertThat(Files.readAllBytes(archive)).isEqualTo(first);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
        .isEqualTo("rw-------");
    assertThat(archive.getParent().toFile().list()).containsExactly("logs.tar.gz");
  }

  @Test
  void aLinkInAFolderOfLogsLeadsNowhere() throws IOException {
    host.with("/etc/shadow", "root:x").withLink("/var/log/evil.log", "/etc/shadow");
    assertThat(collect()).doesNotContainKey("files/var/log/evil.log");
  }

  @Test
  void ofALargeFileTheEndCounts() throws IOException {
    Path log = host.path("/var/log/large.log");
    Files.writeString(log, "first\n" + "x\n".repeat(9 << 20) + "last\n");
    assertThat(collect().get("files/var/log/large.log"))
        .hasSize(16 << 20)
        .doesNotContain("first")
        .endsWith("last\n");
  }

  @Test
  void withoutAConfigurationAndAJournalTheRestIsCollected() throws IOException {
    Files.delete(host.path("/oem/90_custom.yaml"));
    host.answering("dmesg", command -> new Output(1, "", "not permitted"));
    host.answering("journalctl", command -> new Output(1, "", "no journal"));
    assertThat(collect())
        .containsKeys("config.yaml", "state.yaml", "files/var/log/kairos/agent.log")
        .doesNotContainKeys("dmesg.log", "journal/boot.log");
  }

  @Test
  void whatCannotBeWrittenIsToldAndLeavesNothing() throws IOException {
    Files.createDirectories(archive.resolve("in-the-way"));
    assertThatThrownBy(this::collect).isInstanceOf(HostFailure.class);
    assertThat(archive.getParent().toFile().list()).containsExactly("logs.tar.gz");
  }
}
