package io.kairos.agent.phonehome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Refused;
import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PhoneHomeCommandTest {
  private static final String AGENT = "/usr/bin/kairos-agent";

  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CountDownLatch rebooted = new CountDownLatch(1);
  private FakeFleet fleet;
  private ScratchHost host;
  private Thread node;

  @BeforeEach
  void aNodeAndItsFleet() throws IOException {
    fleet = new FakeFleet();
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_PASSIVE\n")
            .with("/proc/sys/kernel/hostname", "node7\n")
            .with("/proc/sys/kernel/osrelease", "6.12.0\n")
            .with("/proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n")
            .with("/etc/machine-id", "0123\n")
            .with("/etc/os-release", "ID=debian\n")
            .with("/etc/kairos-release", "KAIROS_VERSION=\"v1\"\n")
            .withDirectory("/oem")
            .answering(
                "reboot",
                command -> {
                  rebooted.countDown();
                  return new Output(0, "", "");
                });
    config("");
  }

  @AfterEach
  void part() throws IOException, InterruptedException {
    if (node != null) {
      node.interrupt();
      node.join();
    }
    fleet.close();
  }

  /**
   * @param more keys of {@code phonehome}
   */
  private void config(String more) {
    host.with(
        "/oem/phonehome.yaml",
        """
        #cloud-config
        phonehome:
          url: %s/
          registration_token: open-sesame
          group: edge
          labels: {site: a}
          heartbeat_interval: 50ms
          reconnect_backoff: 1ms
          artifact_download_retry_interval: 1ms
          %s
        """
            .formatted(fleet.url(), more));
  }

  private PhoneHomeCommand command() {
    return new PhoneHomeCommand(
        host,
        "v9",
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Duration.ZERO);
  }

  private static final PhoneHomeCommand.Arguments NOTHING_SAID =
      new PhoneHomeCommand.Arguments(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  private Socket inTouch() throws InterruptedException {
    node = Thread.ofPlatform().start(() -> command().run(NOTHING_SAID));
    return fleet.session();
  }

  /** Gives an order to a new node and returns the last word on it. */
  private JsonObject ordered(String command, Map<String, String> args) throws Exception {
    fleet.order(inTouch(), "42", command, args);
    JsonObject running = fleet.heard("command_status");
    assertThat(running.requiredText("id")).isEqualTo("42");
    assertThat(running.requiredText("phase")).isEqualTo("Running");
    return fleet.heard("command_status");
  }

  private static void failed(JsonObject status, String why) {
    assertThat(status.requiredText("phase")).isEqualTo("Failed");
    assertThat(status.requiredText("result")).contains(why);
  }

  private static String completed(JsonObject status) {
    assertThat(status.requiredText("phase")).as(status.toString()).isEqualTo("Completed");
    return status.text("result").orElse("");
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  // ---- registration

  @Test
  void aNewNodeRegistersAndKeepsItsCredentials() throws Exception {
    inTouch();
    assertThat(fleet.requests().getFirst())
        .startsWith("POST /api/v1/nodes/register {\"machineID\":\"0123\",\"hostname\":\"node7\"")
        .contains(
            "\"registrationToken\":\"open-sesame\"",
            "\"group\":\"edge\"",
            "\"labels\":{\"site\":\"a\"}",
            "{\"type\":\"Hostname\",\"address\":\"node7\"}",
            "\"bootState\":\"passive\"")
        .doesNotContain("osRelease");
    assertThat(fleet.requests().getLast()).isEqualTo("GET /api/v1/ws?token=key1");
    assertThat(host.read(NodeCredentials.FILE)).isEqualTo("api_key: key1\nnode_id: n1\n");
    assertThat(host.permissions(NodeCredentials.FILE)).isEqualTo("rw-------");
    assertThat(host.permissions("/usr/local/.kairos")).isEqualTo("rwx------");
  }

  @Test
  void credentialsOfAnEarlierBootSkipTheRegistration() throws Exception {
    NodeCredentials.of("n5", "key5").keep(host);
    inTouch();
    assertThat(fleet.requests()).containsExactly("GET /api/v1/ws?token=key5");
  }

  @Test
  void credentialsThatAreCutAreNone() throws Exception {
    host.with(NodeCredentials.FILE, "node_id: n5\napi_k");
    inTouch();
    assertThat(fleet.requests().getFirst()).startsWith("POST");
  }

  @Test
  void aTokenThatIsNotAcceptedIsToldAndTriedAgain() throws Exception {
    var attempts = new AtomicInteger();
    fleet.answering(
        (method, target, body) ->
            attempts.incrementAndGet() < 3
                ? FakeFleet.Answer.of(401, "no")
                : FakeFleet.Answer.of(200, "{\"id\":\"n1\",\"apiKey\":\"key1\"}"));
    inTouch();
    assertThat(attempts).hasValue(3);
    assertThat(err()).contains("does not accept the registration token").doesNotContain("sesame");
  }

  @Test
  void anyOtherAnswerIsToldWithItsText() throws Exception {
    var attempts = new AtomicInteger();
    fleet.answering(
        (method, target, body) ->
            attempts.incrementAndGet() < 2
                ? FakeFleet.Answer.of(507, "the database is full")
                : FakeFleet.Answer.of(200, "{\"id\":\"n1\",\"apiKey\":\"key1\"}"));
    inTouch();
    assertThat(err()).contains("it answered 507: the database is full");
  }

  @Test
  void aServerThatHasForgottenTheNodeMeetsItAnew() throws Exception {
    NodeCredentials.of("n5", "key5").keep(host);
    fleet.refusing(1);
    inTouch();
    assertThat(fleet.requests()).hasSize(3).first().isEqualTo("GET /api/v1/ws?token=key5");
    assertThat(fleet.requests().get(1)).startsWith("POST /api/v1/nodes/register");
    assertThat(fleet.requests().get(2)).isEqualTo("GET /api/v1/ws?token=key1");
    assertThat(err()).contains("does not know this node any more").doesNotContain("key5");
  }

  @Test
  void withoutAServerItSaysWhereToNameOne() {
    host.with("/oem/phonehome.yaml", "#cloud-config\nhostname: a\n");
    assertThatThrownBy(() -> command().run(NOTHING_SAID))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("phonehome URL required")
        .hasMessageContaining("phonehome.url");
    var odd =
        new PhoneHomeCommand.Arguments(
            Optional.of("fleet:80"), Optional.empty(), Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> command().run(odd))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("fleet:80");
  }

  // ---- the session

  @Test
  void reportsComeAtOnceAndAgain() throws Exception {
    inTouch();
    JsonObject report = fleet.heard("heartbeat");
    assertThat(report.requiredText("agentVersion")).isEqualTo("v9");
    assertThat(report.textMap("osRelease"))
        .containsEntry("ID", "debian")
        .containsEntry("KAIROS_VERSION", "v1")
        .containsEntry("KERNEL", "6.12.0")
        .containsEntry("MEM_TOTAL", "16384 kB")
        .containsKeys("ARCH", "CPU_COUNT");
    assertThat(report.textMap("labels")).containsEntry("site", "a");
    assertThat(report.requiredText("bootState")).isEqualTo("passive");
    assertThat(fleet.heard("heartbeat").requiredText("bootState")).isEqualTo("passive");
  }

  @Test
  void theCommandLineCountsMoreThanTheConfiguration() throws Exception {
    config("");
    node =
        Thread.ofPlatform()
            .start(
                () ->
                    command()
                        .run(
                            new PhoneHomeCommand.Arguments(
                                Optional.empty(),
                                Optional.of("another"),
                                Optional.of("lab"),
                                Optional.of(Duration.ofDays(1)))));
    fleet.session();
    assertThat(fleet.requests().getFirst())
        .contains("\"registrationToken\":\"another\"", "\"group\":\"lab\"");
  }

  @Test
  void aLostConnectionIsMadeAnewAndNothingThatWasDoneIsLost() throws Exception {
    config("allowed_commands: [exec]");
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    host.answering(
        "sh",
        command -> {
          begun.countDown();
          awaitUnbroken(goOn);
          return new Output(0, "done\n", "");
        });
    Socket first = inTouch();
    fleet.order(first, "7", "exec", Map.of("command", "long work"));
    assertThat(fleet.heard("command_status").requiredText("phase")).isEqualTo("Running");
    begun.await();
    first.close();
    Socket second = fleet.session();
    goOn.countDown();
    assertThat(completed(fleet.heard("command_status"))).isEqualTo("done\n");
    assertThat(second.isClosed()).isFalse();
  }

  private static void awaitUnbroken(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void messagesThatMakeNoSenseChangeNothing() throws Exception {
    Socket session = inTouch();
    fleet.send(session, "{\"type\":\"dance\",\"data\":{}}");
    fleet.send(session, "no json");
    fleet.send(session, "{\"type\":\"command\",\"data\":{\"id\":\"1\"}}");
    fleet.order(session, "2", "dance", Map.of());
    fleet.heard("command_status");
    failed(fleet.heard("command_status"), "not permitted");
    assertThat(err()).contains("unknown type dance", "a message of the server", "command");
  }

  @Test
  void whoeverStopsItEndsIt() throws Exception {
    inTouch();
    node.interrupt();
    node.join();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("No longer in touch");
  }

  // ---- what may be ordered

  @Test
  void theUsualPolicyPermitsNoCommandsOfTheShell() throws Exception {
    failed(
        ordered("exec", Map.of("command", "id")),
        "command \"exec\" is not permitted by the phonehome policy; it permits reboot,"
            + " unregister, upgrade, upgrade-recovery");
    assertThat(host.commands("sh")).isEmpty();
  }

  @Test
  void anEmptyListPermitsNothing() throws Exception {
    config("allowed_commands: []");
    failed(ordered("reboot", Map.of()), "it permits nothing");
  }

  @Test
  void aPermittedCommandThatNobodyKnowsIsRefused() throws Exception {
    config("allowed_commands: [dance]");
    failed(ordered("dance", Map.of()), "unknown to this version");
  }

  @Test
  void theShellsOutputIsTheResultAlsoWhenItFails() throws Exception {
    config("allowed_commands: [exec]");
    Socket session = inTouch();
    fleet.order(session, "1", "exec", Map.of("command", "echo out; echo err >&2"));
    fleet.heard("command_status");
    assertThat(completed(fleet.heard("command_status"))).contains("out\n", "err\n");
    fleet.order(session, "2", "exec", Map.of("command", "echo before; exit 3"));
    fleet.heard("command_status");
    JsonObject status = fleet.heard("command_status");
    failed(status, "exit code 3");
    failed(status, "before\n");
  }

  @Test
  void anOrderWithoutItsArgumentSaysWhich() throws Exception {
    failed(ordered("upgrade", Map.of()), "needs the argument 'source'");
  }

  // ---- orders

  @Test
  void aNodeRebootsWhenTheServerHasBeenTold() throws Exception {
    assertThat(completed(ordered("reboot", Map.of()))).isEqualTo("Rebooting in 0s...");
    rebooted.await();
  }

  @Test
  void anUpgradeEndsWithAReboot() throws Exception {
    host.answering(AGENT, "upgraded\n");
    assertThat(completed(ordered("upgrade", Map.of("source", "quay.io/kairos/debian:v2"))))
        .isEqualTo("upgraded\nRebooting in 0s...");
    assertThat(host.commands(AGENT))
        .containsExactly(AGENT + " upgrade --source oci:quay.io/kairos/debian:v2");
    rebooted.await();
  }

  @Test
  void anUpgradeOfTheRecoverySystemDoesNot() throws Exception {
    host.answering(AGENT, "upgraded\n");
    assertThat(completed(ordered("upgrade-recovery", Map.of("source", "oci:x:v2"))))
        .isEqualTo("upgraded\n");
    assertThat(host.commands(AGENT))
        .containsExactly(AGENT + " upgrade --source oci:x:v2 --recovery");
    assertThat(rebooted.getCount()).isOne();
  }

  @Test
  void anUpgradeThatFailsDoesNotReboot() throws Exception {
    host.answering(AGENT, command -> new Output(1, "halfway\n", "no such image\n"));
    JsonObject status = ordered("upgrade", Map.of("source", "oci:x"));
    failed(status, "no such image");
    failed(status, "halfway");
    assertThat(rebooted.getCount()).isOne();
  }

  private void persistentIsMounted() {
    host.withDirectory("/usr/local");
    host.kernel().mount("/dev/vda5", host.path("/usr/local"), "ext4", Set.of(), "");
  }

  private void serving(Map<Integer, FakeFleet.Answer> byAttempt, FakeFleet.Answer usually) {
    var attempts = new AtomicInteger();
    fleet.answering(
        (method, target, body) ->
            method.equals("POST")
                ? FakeFleet.Answer.of(201, "{\"id\":\"n1\",\"apiKey\":\"key1\"}")
                : byAttempt.getOrDefault(attempts.incrementAndGet(), usually));
  }

  @Test
  void anImageOfTheServerIsDownloadedAndDeletedAfterwards() throws Exception {
    persistentIsMounted();
    serving(
        Map.of(1, FakeFleet.Answer.of(502, ""), 2, FakeFleet.Answer.of(500, "")),
        FakeFleet.Answer.of(200, "the image"));
    List<String> seen = new CopyOnWriteArrayList<>();
    host.answering(
        AGENT,
        command -> {
          String source = command.argv().getLast();
          seen.add(source + " " + host.read(source.substring("ocifile:".length())));
          return new Output(0, "", "");
        });
    completed(ordered("upgrade", Map.of("source", "artifact:a1")));
    assertThat(String.join("\n", seen))
        .matches("ocifile:/usr/local/tmp/phonehome-upgrade-a1-[0-9]+\\.tar the image");
    assertThat(host.path("/usr/local/tmp")).isEmptyDirectory();
    assertThat(fleet.requests()).endsWith("GET /api/v1/artifacts/a1/image?token=key1");
  }

  @Test
  void anImageThatTheServerDoesNotHaveIsAskedForOnce() throws Exception {
    persistentIsMounted();
    serving(Map.of(), FakeFleet.Answer.of(404, ""));
    JsonObject status = ordered("upgrade", Map.of("source", "artifact:a1"));
    failed(status, "cannot download the image a1");
    failed(status, "it answered 404");
    assertThat(fleet.requests().stream().filter(request -> request.contains("artifacts")))
        .hasSize(1);
    assertThat(host.path("/usr/local/tmp")).isEmptyDirectory();
  }

  @Test
  void aDownloadThatNeverSucceedsEndsWithItsLastFailure() throws Exception {
    config("artifact_download_retries: 2");
    persistentIsMounted();
    serving(Map.of(3, FakeFleet.Answer.of(503, "")), FakeFleet.Answer.of(500, ""));
    failed(ordered("upgrade", Map.of("source", "artifact:a1")), "it answered 503");
  }

  @Test
  void withoutThePersistentPartitionThereIsNoRoomForAnImage() throws Exception {
    failed(
        ordered("upgrade", Map.of("source", "artifact:a1")),
        "the persistent partition is not mounted");
  }

  @Test
  void aNameThatLeadsElsewhereIsNoImage() throws Exception {
    persistentIsMounted();
    failed(ordered("upgrade", Map.of("source", "artifact:../x")), "names no image: '../x'");
  }

  private void bootMenu() {
    config("allowed_commands: [reset, apply-cloud-config]");
    host.with("/etc/cos/grub.cfg", "menuentry \"Kairos\" --id statereset {\n}\n");
  }

  private void oemIsMounted() {
    host.kernel().mount("/dev/vda2", host.path("/oem"), "ext4", Set.of(), "");
  }

  private static void needsRoot() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
  }

  @Test
  void aResetIsChosenBeforeTheReboot() throws Exception {
    needsRoot();
    bootMenu();
    oemIsMounted();
    completed(ordered("reset", Map.of()));
    assertThat(GrubEnvironment.parse(Files.readAllBytes(host.resolved("/oem/grubenv"))).variables())
        .containsEntry("next_entry", "statereset");
    rebooted.await();
  }

  @Test
  void aResetThatCannotBeChosenDoesNotReboot() throws Exception {
    needsRoot();
    bootMenu();
    failed(ordered("reset", Map.of()), "COS_OEM is not mounted");
    assertThat(rebooted.getCount()).isOne();
  }

  @Test
  void howANodeIsResetIsNotForTheServerToSay() throws Exception {
    bootMenu();
    failed(ordered("reset", Map.of("reset-oem", "true")), "takes no argument 'reset-oem'");
  }

  @Test
  void aCloudConfigOfTheServerIsKeptForRoot() throws Exception {
    bootMenu();
    oemIsMounted();
    completed(ordered("apply-cloud-config", Map.of("config", "hostname: b\n")));
    assertThat(host.read(OrderDesk.REMOTE_CONFIG)).isEqualTo("#cloud-config\nhostname: b\n");
    assertThat(host.permissions(OrderDesk.REMOTE_CONFIG)).isEqualTo("rw-------");
  }

  @Test
  void whatIsNoCloudConfigIsNotKept() throws Exception {
    bootMenu();
    oemIsMounted();
    failed(ordered("apply-cloud-config", Map.of("config", "a: [")), "apply-cloud-config");
    assertThat(host.exists(OrderDesk.REMOTE_CONFIG)).isFalse();
  }

  @Test
  void aNodeThatIsToLeaveLeaves() throws Exception {
    assertThat(completed(ordered("unregister", Map.of())))
        .contains(
            "deleted " + NodeCredentials.FILE,
            "deleted /oem/phonehome.yaml, which said nothing else");
    node.join();
    assertThat(host.exists(NodeCredentials.FILE)).isFalse();
  }

  @Test
  void noSecretIsPrinted() throws Exception {
    persistentIsMounted();
    serving(Map.of(), FakeFleet.Answer.of(404, ""));
    ordered("upgrade", Map.of("source", "artifact:a1"));
    assertThat(out.toString(StandardCharsets.UTF_8) + err())
        .doesNotContain("key1")
        .doesNotContain("open-sesame");
  }
}
