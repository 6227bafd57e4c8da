package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.stages.FileServer;
import io.kairos.stages.FileServer.Served;
import io.kairos.stages.StageReport;
import io.kairos.stages.Stages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsActionTest {
  private static final String DATE = "Sun, 01 Feb 2026 10:00:00 GMT";

  @TempDir Path root;
  private FileServer server;
  private Stages node;

  @BeforeEach
  void start() throws IOException {
    server = new FileServer();
    node = new Stages(root);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private StageReport download(String path, String url, String more) {
    return node.step("downloads: [{path: " + path + ", url: '" + url + "'" + more + "}]");
  }

  private List<String> names(String directory) throws IOException {
    try (var entries = Files.list(node.host.resolved(directory))) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileGetsPermissionsTimeAndTheParentsItNeeds() throws IOException {
    server.serving("/f", new Served("hello").with("Last-Modified", DATE));
    download("/new/dir/f", server.address("/f"), ", permissions: 0640").orThrow();
    assertThat(node.host.read("/new/dir/f")).isEqualTo("hello");
    assertThat(node.host.permissions("/new/dir/f")).isEqualTo("rw-r-----");
    assertThat(Files.getLastModifiedTime(node.host.resolved("/new/dir/f")).toInstant())
        .isEqualTo(Instant.parse("2026-02-01T10:00:00Z"));
    assertThat(names("/new/dir")).containsExactly("f");
  }

  @Test
  void inADirectoryTheFileIsCalledAsTheServerSaysOrAsTheAddressEnds() throws IOException {
    node.host.withDirectory("/opt/there");
    server
        .serving("/a/plain.txt", new Served("1"))
        .serving(
            "/b", new Served("2").with("Content-Disposition", "attachment; filename=\"../b.sh\""))
        .serving(
            "/c", new Served("3").with("Content-Disposition", "attachment; filename*=UTF-8''c%20d"))
        .serving(
            "/d",
            new Served("4").with("Content-Disposition", "attachment; filename=d.x").withoutHead());
    download("/opt/there", server.address("/a/plain.txt"), "").orThrow();
    download("/opt/there", server.address("/b"), "").orThrow();
    download("/opt/new/", server.address("/c"), "").orThrow();
    download("/opt/new/", server.address("/d"), "").orThrow();
    assertThat(names("/opt/there")).containsExactly("b.sh", "plain.txt");
    assertThat(names("/opt/new")).containsExactly("c d", "d.x");
    assertThat(download("/opt/there", server.address("/"), "").errors())
        .singleElement()
        .asString()
        .contains("does not say how the file is called", "name the file");
  }

  @Test
  void theOwnerStringBelongsToTheFileAndNotToItsDirectory() {
    node.file("/etc/passwd", "foo:x:1234:99::/:\n").host.withDirectory("/opt");
    server.serving("/f", new Served("x"));
    download("/opt", server.address("/f"), ", ownerstring: foo").orThrow();
    var kernel = node.host.kernel();
    assertThat(kernel.calls()).isEmpty();
    assertThat(kernel.owner(node.host.resolved("/opt"))).isEmpty();
    if ("root".equals(System.getProperty("user.name"))) {
      assertThat(node.host.resolved("/opt/f")).isRegularFile();
      assertThat(uid("/opt/f")).isEqualTo(1234);
    }
  }

  private int uid(String path) {
    try {
      return (Integer) Files.getAttribute(node.host.resolved(path), "unix:uid");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void whatIsThereIsNotFetchedAgainUnlessSizeOrTimeDiffer() {
    server.serving("/f", new Served("hello").with("Last-Modified", DATE));
    for (int i = 0; i < 2; i++) {
      download("/f", server.address("/f"), ", permissions: 0644").orThrow();
    }
    assertThat(server.requests()).containsExactly("HEAD /f", "GET /f", "HEAD /f");
    server.serving(
        "/f", new Served("world").with("Last-Modified", "Mon, 02 Feb 2026 10:00:00 GMT"));
    download("/f", server.address("/f"), ", permissions: 0644").orThrow();
    assertThat(node.host.read("/f")).isEqualTo("world");
    server.serving("/f", new Served("hi"));
    download("/f", server.address("/f"), ", permissions: 0600").orThrow();
    assertThat(node.host.read("/f")).isEqualTo("hi");
  }

  @Test
  void anInterruptedDownloadIsContinuedAndNothingHalfIsEverInPlace() throws IOException {
    String content = "0123456789".repeat(10_000);
    server.serving("/f", new Served(content).cutAfter(60_000));
    assertThat(download("/opt/f", server.address("/f"), "").errors())
        .singleElement()
        .asString()
        .contains("cannot download", "/f");
    assertThat(node.host.exists("/opt/f")).isFalse();
    assertThat(names("/opt")).hasSize(1);

    server.serving("/f", new Served(content));
    download("/opt/f", server.address("/f"), ", permissions: 0644").orThrow();
    assertThat(node.host.read("/opt/f")).isEqualTo(content);
    assertThat(server.requests().getLast()).matches("GET /f bytes=[1-9]\\d*-");
    assertThat(names("/opt")).containsExactly("f");
  }

  @Test
  void aPartOfAnOlderVersionIsNotContinued() throws IOException {
    server.serving("/f", new Served("a".repeat(100_000)).cutAfter(60_000));
    download("/opt/f", server.address("/f"), "");
    server.serving("/f", new Served("b".repeat(100_000)));
    download("/opt/f", server.address("/f"), ", permissions: 0644").orThrow();
    assertThat(node.host.read("/opt/f")).isEqualTo("b".repeat(100_000));
    assertThat(names("/opt")).containsExactly("f");
  }

  @Test
  void withoutAValidatorNothingIsKeptToContinue() throws IOException {
    node.host.withDirectory("/opt");
    server.serving("/f", new Served("a".repeat(100_000)).with("ETag", "").cutAfter(60_000));
    assertThat(download("/opt/f", server.address("/f"), "").succeeded()).isFalse();
    assertThat(names("/opt")).isEmpty();
  }

  @Test
  void anErrorOfTheServerIsOneAndTheNextFileStillComes() {
    server.serving("/g", new Served("g"));
    StageReport report =
        node.step(
            "downloads: [{path: /f, url: '%s'}, {path: /g, url: '%s', permissions: 0644}]"
                .formatted(server.address("/f"), server.address("/g")));
    assertThat(report.errors()).singleElement().asString().contains("the server answered 404");
    assertThat(node.host.exists("/f")).isFalse();
    assertThat(node.host.read("/g")).isEqualTo("g");
  }

  @Test
  void aServerThatNeverAnswersRunsIntoTheTimeout() throws IOException {
    try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort() + "/f";
      assertThat(download("/f", url, ", timeout: 1").errors())
          .singleElement()
          .asString()
          .contains("it took longer than 1 s");
    }
  }

  @Test
  void aUserInTheAddressLogsInAndIsNeverShown() {
    server.serving("/f", new Served("x"));
    String url = server.address("/f").replace("http://", "http://me:geheim@") + "?token=geheim";
    download("/f", url, "").orThrow();
    assertThat(server.requests()).contains("GET /f Basic bWU6Z2VoZWlt");
    StageReport report = download("/g", url.replace("/f?", "/g?"), "");
    assertThat(report.errors()).singleElement().asString().doesNotContain("geheim");
    assertThat(String.join("\n", node.log)).doesNotContain("geheim");
  }

  @Test
  void whatIsNoWebAddressIsRefused() {
    for (String url : List.of("ftp://x/y", "/etc/passwd", "http://a b/")) {
      assertThat(download("/f", url, "").errors())
          .singleElement()
          .asString()
          .contains("cannot download to /f: its url");
    }
  }
}
