package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.SimulatedKubelets.Ending;
import io.kairos.operator.nodeop.NodeStatus;
import io.kairos.operator.process.OperatorProcess;
import io.kairos.testkit.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever goes wrong around the operator, nothing is lost and nothing is done twice. */
@Tag("cluster")
class OperatorFaultsIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/OperatorFaultsIT").toAbsolutePath();
  private static final List<String> NODES =
      IntStream.range(0, 6).mapToObj(i -> "node-" + i).toList();
  private static final String SPEC =
      """
      command: ['true']
      cordon: true
      drainOptions: {enabled: true}
      rebootOnSuccess: true
      concurrency: 2
      preflight: {command: ['true']}
      """;
  private static final int KILLS =
      Integer.getInteger("kairos.kills", Boolean.getBoolean("tests.long") ? 100 : 10);

  private static OperatorFixture fixture;
  private static SimulatedKubelets kubelets;

  @BeforeAll
  static void start() {
    Path program = BuiltProgram.orSkip(HOST);
    FileTree.delete(FOLDER);
    fixture =
        new OperatorFixture(
            Cluster.start(
                HOST, ClusterSpec.controlPlane(FOLDER, program, ClusterSpec.Parts.CONTROLLERS)));
    kubelets = fixture.kubelets(pod -> Optional.of(Ending.WELL));
    NODES.forEach(node -> kubelets.addNode(node, Map.of()));
  }

  @AfterAll
  static void end() {
    if (kubelets != null) {
      kubelets.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  private static void assertDoneOnce(String nodeOp) {
    fixture.awaitPhase(nodeOp, "Completed");
    List<Job> jobs = fixture.jobsOf(nodeOp);
    assertThat(
            jobs.stream()
                .collect(
                    Collectors.groupingBy(
                        job -> job.getMetadata().getLabels().get("kairos.io/node"),
                        Collectors.counting())))
        .as("one Job for each node")
        .hasSize(NODES.size())
        .allSatisfy((node, count) -> assertThat(count).isEqualTo(1));
    fixture.assertNobodyIsCordoned();
    fixture.deleteNodeOps();
  }

  /** Kills come at any point of several rollouts, until there were enough. */
  @Test
  void killedAtAnyPointItStartsNoCommandTwiceAndLeavesNoNodeCordoned() throws InterruptedException {
    var random = new Random(42);
    int kills = 0;
    for (int run = 0; kills < KILLS; run++) {
      String name = "kill-" + run;
      fixture.create(name, SPEC);
      while (kills < KILLS && !isCompleted(name)) {
        try (SupervisedProcess operator =
            fixture.operatorProcess(fixture.cluster.kubeconfig(), FOLDER, kills)) {
          operator.await("it to lead", Duration.ofMinutes(1), () -> leads(operator));
          // The moment is the point of the test: a random one while it works.
          TimeUnit.MILLISECONDS.sleep(random.nextInt(2500));
          ProcessHandle.of(operator.pid()).ifPresent(ProcessHandle::destroyForcibly);
          kills++;
        }
      }
      try (SupervisedProcess last =
          fixture.operatorProcess(fixture.cluster.kubeconfig(), FOLDER, kills)) {
        assertThat(last.isRunning()).isTrue();
        assertDoneOnce(name);
      }
    }
    assertThat(kills).isGreaterThanOrEqualTo(KILLS);
  }

  private static boolean leads(SupervisedProcess operator) {
    try {
      return Files.readString(operator.program().log()).contains("\"msg\":\"leading\"");
    } catch (IOException e) {
      return false; // not begun yet
    }
  }

  private static boolean isCompleted(String name) {
    var status = fixture.nodeOp(name).getStatus();
    return status != null && "Completed".equals(status.phase());
  }

  @Test
  void answersThatFailAreTriedAgain() {
    try (ApiProxy proxy =
        ApiProxy.start(
            HOST, FOLDER.resolve("proxy"), fixture.cluster.controlPlane().kubeconfig())) {
      Path kubeconfig = proxy.kubeconfig().write(FOLDER.resolve("proxy.kubeconfig"));
      var random = new Random(7);
      Predicate<ApiRequest> writes = request -> !request.method().equals("GET");
      for (int status : new int[] {409, 429, 500}) {
        proxy.inject(Fault.Answer.of(status), writes.and(request -> random.nextInt(12) == 0));
      }
      proxy.inject(new Fault.LoseAnswer(), writes.and(request -> random.nextInt(12) == 0));
      proxy.inject(new Fault.Drop(), request -> !request.isWatch() && random.nextInt(15) == 0);
      try (OperatorProcess operator = fixture.operator(kubeconfig)) {
        assertThat(operator.isLeading()).isIn(true, false);
        fixture.create("faults", SPEC);
        for (int i = 0; i < 5; i++) {
          int dropped = i;
          fixture.await(
              "node " + dropped + " to be worked on",
              () ->
                  fixture.isEntry("faults", NODES.get(dropped), entry -> entry.jobName() != null));
          proxy.dropWatches();
        }
        assertDoneOnce("faults");
      }
    }
  }

  @Test
  void theApiServerMayBeStartedAgainAtAnyTime() {
    try (OperatorProcess operator = fixture.operator(fixture.cluster.kubeconfig())) {
      fixture.create("restarts", SPEC);
      for (int i = 0; i < 3; i++) {
        String node = NODES.get(2 * i);
        fixture.await(
            node + " to be worked on",
            () -> fixture.isEntry("restarts", node, entry -> entry.jobName() != null));
        fixture.cluster.controlPlane().restartApiServer();
      }
      assertDoneOnce("restarts");
      assertThat(operator.isLeading()).isTrue();
    }
  }

  @Test
  void aStoppedOperatorGivesItsLeaseToTheNextAtOnce() {
    try (OperatorProcess first = fixture.operator(fixture.cluster.kubeconfig(), "--leader-elect")) {
      fixture.await("the first to lead", first::isLeading);
      try (OperatorProcess second =
          fixture.operator(fixture.cluster.kubeconfig(), "--leader-elect")) {
        assertThat(second.isLeading()).isFalse();
        first.stop();
        fixture
            .cluster
            .controlPlane()
            .await("the second to lead", Duration.ofSeconds(30), second::isLeading);
      }
    }
  }

  /** Each goes on from times that another has written, with nodes that are wrong as well. */
  @Test
  void operatorsAndNodesMayHaveWrongClocks() {
    Duration hour = Duration.ofHours(1);
    kubelets.clocksAreAhead(hour.negated());
    kubelets.holdReboots(true);
    try {
      fixture.create("clocks", SPEC + "rebootTimeoutSeconds: 600\n");
      List<Duration> ahead = List.of(hour.negated(), hour, hour.negated());
      for (int i = 0; i < ahead.size(); i++) {
        int begun = 2 * (i + 1);
        try (OperatorProcess operator = skewed(ahead.get(i))) {
          fixture.patchSpec("clocks", "{\"concurrency\":" + begun + "}");
          fixture.await(
              begun + " nodes to be rebooting",
              () -> NODES.stream().filter(OperatorFaultsIT::isRebooting).count() == begun);
          fixture.await("the server's time to count", () -> isNow(operator.context().clock()));
        }
        kubelets.clocksAreAhead(ahead.get(i));
      }
      kubelets.holdReboots(false);
      try (OperatorProcess last = skewed(hour)) {
        assertDoneOnce("clocks");
        assertThat(last.isLeading()).isTrue();
      }
    } finally {
      kubelets.holdReboots(false);
      kubelets.clocksAreAhead(Duration.ZERO);
    }
  }

  private static boolean isRebooting(String node) {
    return fixture.isEntry("clocks", node, entry -> entry.step() == NodeStatus.Step.Reboot);
  }

  private static boolean isNow(InstantSource clock) {
    Duration off = Duration.between(Instant.now(), clock.instant());
    return off.abs().compareTo(Duration.ofSeconds(5)) < 0;
  }

  private static OperatorProcess skewed(Duration ahead) {
    return fixture.operator(fixture.cluster.kubeconfig(), () -> Instant.now().plus(ahead));
  }

  /** To whom the holder's clock is behind, its own is ahead: only the difference counts. */
  @Test
  void aLeaseAgesByWhenItsRenewalIsSeen() {
    Duration hour = Duration.ofHours(1);
    hold(Instant.now().minus(hour));
    try (OperatorProcess candidate =
        fixture.operator(fixture.cluster.kubeconfig(), "--leader-elect")) {
      Instant end = Instant.now().plus(Duration.ofSeconds(20)); // longer than a lease
      fixture.await(
          "the holder to have renewed it for long enough",
          () -> {
            hold(Instant.now().minus(hour));
            assertThat(candidate.isLeading()).as("it takes the lease of a live leader").isFalse();
            return Instant.now().isAfter(end);
          });
      hold(Instant.now().plus(hour)); // its last
      fixture
          .cluster
          .controlPlane()
          .await("the candidate to lead", Duration.ofSeconds(40), candidate::isLeading);
    }
  }

  private static void hold(Instant renewed) {
    var time = ZonedDateTime.ofInstant(renewed, ZoneOffset.UTC);
    var lease =
        new LeaseBuilder()
            .withNewMetadata()
            .withName("ce9721c3.kairos.io")
            .withNamespace(OperatorFixture.OPERATOR_NAMESPACE)
            .endMetadata()
            .withNewSpec()
            .withHolderIdentity("another")
            .withLeaseDurationSeconds(15)
            .withAcquireTime(time)
            .withRenewTime(time)
            .withLeaseTransitions(0)
            .endSpec()
            .build();
    fixture.client.resource(lease).createOr(NonDeletingOperation::update);
  }
}
