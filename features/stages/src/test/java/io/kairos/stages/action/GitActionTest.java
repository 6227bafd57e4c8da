package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import io.kairos.stages.Stages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against real repositories with the real git. */
class GitActionTest {
  @TempDir Path folder;
  private final LinuxHost here = LinuxHost.here();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private Path origin;
  private Path checkout;

  @BeforeEach
  void makeRepository() {
    assumeThat(here.hasProgram("git") && Files.isWritable(Path.of("/run")))
        .as("git is installed and /run can be written")
        .isTrue();
    origin = folder.resolve("origin");
    checkout = folder.resolve("checkout");
    git("init", "--quiet", "--initial-branch=trunk", origin.toString());
    commit("trunk", "readme", "one");
    git("-C", origin.toString(), "checkout", "--quiet", "-b", "feature/x");
    commit("feature/x", "readme", "x");
    git("-C", origin.toString(), "checkout", "--quiet", "trunk");
  }

  private String git(String... words) {
    List<String> argv =
        new ArrayList<>(List.of("git", "-c", "user.name=t", "-c", "user.email=t@example.org"));
    argv.addAll(List.of(words));
    return here.run(Command.of(argv)).text();
  }

  private void commit(String branch, String file, String text) {
    try {
      Files.writeString(origin.resolve(file), text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    git("-C", origin.toString(), "add", "--all");
    git("-C", origin.toString(), "commit", "--quiet", "--message", branch + " " + text);
  }

  private StageReport step(String git) throws IOException {
    Path file =
        Files.writeString(folder.resolve("s.yaml"), "stages:\n  t:\n  - git: {" + git + "}\n");
    return new StageRunner(
            here,
            address -> {
              throw new HostFailure("no network");
            },
            (level, line) -> log.add(line))
        .run("t", StageSources.only(file.toString()));
  }

  private StageReport update(String more) throws IOException {
    return step("url: '" + origin + "', path: '" + checkout + "'" + more);
  }

  @Test
  void aNewPathGetsTheBranchThatTheRepositoryShows() throws IOException {
    update("").orThrow();
    assertThat(checkout.resolve("readme")).hasContent("one");
    assertThat(git("-C", checkout.toString(), "branch", "--show-current")).isEqualTo("trunk");
    assertThat(git("-C", checkout.toString(), "branch", "--remotes")).contains("feature/x");
  }

  @Test
  void aDirectoryWithFilesBecomesACheckoutAndKeepsTheOthers() throws IOException {
    Files.createDirectories(checkout);
    Files.writeString(checkout.resolve("mine"), "mine");
    Files.writeString(checkout.resolve("readme"), "old");
    update("").orThrow();
    assertThat(checkout.resolve("readme")).hasContent("one");
    assertThat(checkout.resolve("mine")).hasContent("mine");
  }

  @Test
  void anUpdateThrowsLocalEditsAwayAndShowsWhatWasFetched() throws IOException {
    update(", branch: feature/x").orThrow();
    Files.writeString(checkout.resolve("readme"), "edited");
    git("-C", origin.toString(), "checkout", "--quiet", "feature/x");
    commit("feature/x", "readme", "y");
    update(", branch: feature/x").orThrow();
    assertThat(checkout.resolve("readme")).hasContent("y");
    update(", branch: feature/x").orThrow();
    assertThat(git("-C", checkout.toString(), "status", "--porcelain")).isEmpty();
  }

  @Test
  void aRewrittenBranchIsFollowed() throws IOException {
    update("").orThrow();
    git("-C", origin.toString(), "commit", "--quiet", "--amend", "--message", "rewritten");
    commit("trunk", "readme", "three");
    update("").orThrow();
    assertThat(checkout.resolve("readme")).hasContent("three");
  }

  @Test
  void onlyTheNamedBranchIsFetched() throws IOException {
    update(", branch: feature/x, branch_only: true").orThrow();
    assertThat(checkout.resolve("readme")).hasContent("x");
    assertThat(git("-C", checkout.toString(), "branch", "--remotes").strip())
        .isEqualTo("origin/feature/x");
  }

  @Test
  void anUnknownBranchIsAnErrorAndNothingWithoutAnAddress() throws IOException {
    assertThat(update(", branch: nope").errors()).singleElement().asString().contains("nope");
    step("path: '" + checkout + "', branch: nope").orThrow();
  }

  @Test
  void hooksOfTheCheckoutAreNotRun() throws IOException {
    update("").orThrow();
    Path hook = checkout.resolve(".git/hooks/post-checkout");
    Files.createDirectories(hook.getParent());
    Files.writeString(hook, "#!/bin/sh\ntouch " + folder.resolve("ran") + "\n");
    assertThat(hook.toFile().setExecutable(true)).isTrue();
    commit("trunk", "readme", "two");
    update("").orThrow();
    assertThat(checkout.resolve("readme")).hasContent("two");
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void anHttpServerGetsTheLoginAndNobodyElseSeesIt() throws Exception {
    git("-C", origin.toString(), "update-server-info");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server
        .createContext("/", SimpleFileServer.createFileHandler(origin.resolve(".git")))
        .setAuthenticator(
            new BasicAuthenticator("private") {
              @Override
              public boolean checkCredentials(String user, String password) {
                return user.equals("me") && password.equals("geheim");
              }
            });
    server.start();
    try {
      String place = "127.0.0.1:" + server.getAddress().getPort() + "/";
      String at = ", path: '" + checkout + "'";
      step("url: 'http://" + place + "', auth: {username: me, password: geheim}" + at).orThrow();
      assertThat(checkout.resolve("readme")).hasContent("one");
      step("url: 'http://me:geheim@" + place + "'" + at).orThrow();
      StageReport report =
          step("url: 'http://" + place + "', auth: {username: me, password: geheim2}" + at);
      assertThat(report.errors()).singleElement().asString().contains("Authentication failed");
      assertThat(report.errors() + "\n" + log + Files.readString(checkout.resolve(".git/config")))
          .doesNotContain("geheim");
    } finally {
      server.stop(0);
    }
    assertThat(leftovers()).isEmpty();
  }

  private static List<Path> leftovers() throws IOException {
    try (var run = Files.newDirectoryStream(Path.of("/run"), "kairos-git-*")) {
      List<Path> left = new ArrayList<>();
      run.forEach(left::add);
      return left;
    }
  }

  @Test
  void sshGetsTheKeyInAFileAndTheOneHostKey() {
    var node = new Stages(folder);
    List<String> seen = new ArrayList<>();
    node.host.answering(
        "git",
        command -> {
          String ssh = command.environment().get("GIT_SSH_COMMAND");
          String directory = ssh.replaceAll(".*-i (\\S+)/key .*", "$1");
          seen.add(ssh.replace(directory, "D"));
          seen.add(node.host.read(directory + "/key") + node.host.read(directory + "/known_hosts"));
          seen.add(node.host.permissions(directory + "/key"));
          return new io.kairos.host.Output(128, "", "no route");
        });
    StageReport report =
        node.step(
            "git: {url: 'git.example.org:repo', path: /srv/r,"
                + " auth: {private_key: SECRETKEY, public_key: ssh-ed25519 AAAA}}");
    assertThat(seen.subList(0, 3))
        .containsExactly(
            "ssh -o BatchMode=yes -i D/key -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes"
                + " -o UserKnownHostsFile=D/known_hosts -o GlobalKnownHostsFile=/dev/null -l git",
            "SECRETKEY\n* ssh-ed25519 AAAA\n",
            "rw-------");
    assertThat(report.errors().toString()).contains("no route").doesNotContain("SECRETKEY");
    assertThat(String.join("\n", node.log)).doesNotContain("SECRETKEY");
  }

  @Test
  void withoutGitTheErrorNamesThePackage() {
    var node = new Stages(folder);
    assertThat(node.step("git: {url: 'https://example.org/r', path: /srv/r}").errors())
        .singleElement()
        .asString()
        .contains("there is no git on this system", "add the package 'git' to the image");
  }
}
