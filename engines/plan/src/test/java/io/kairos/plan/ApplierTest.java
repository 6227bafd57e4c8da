package io.kairos.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApplierTest {
  private record Named(String summary) implements Step {}

  private final List<String> happened = new ArrayList<>();

  @Test
  void whatStepsHoldIsReleasedNewestFirst() {
    apply(Plan.<Named>named("p").must(new Named("a")).must(new Named("b")).build(), Faults.NONE);
    assertThat(happened).containsExactly("a", "b", "release b", "release a");
  }

  @Test
  void aFailureEndsThePlanAndReleasesWhatIsHeld() {
    var plan =
        Plan.<Named>named("p")
            .must(new Named("a"))
            .must(new Named("fail"))
            .must(new Named("never"))
            .build();
    assertThatThrownBy(() -> apply(plan, Faults.NONE)).isInstanceOf(HostFailure.class);
    assertThat(happened).containsExactly("a", "release a");
  }

  @Test
  void thePolicyDecidesWhatAFailureIsWorth() {
    var plan =
        Plan.<Named>named("p")
            .should(new Named("fail"))
            .may(new Named("fail"))
            .strict(new Named("fail"))
            .must(new Named("b"))
            .build();
    apply(plan, Faults.NONE);
    assertThat(happened).containsExactly("b", "release b");
    var strict = new Applier(Clock.systemUTC(), Progress.SILENT, Faults.NONE, true);
    assertThatThrownBy(() -> strict.apply(plan, this::perform)).isInstanceOf(HostFailure.class);
  }

  @Test
  void afterAPowerLossNothingIsReleased() {
    var plan = Plan.<Named>named("p").must(new Named("a")).must(new Named("b")).build();
    var cut =
        new Faults() {
          @Override
          public void after(int index, Step step) {
            if (index == 0) {
              throw new PowerLoss("after " + step.summary());
            }
          }
        };
    assertThatThrownBy(() -> apply(plan, cut)).isInstanceOf(Faults.PowerLoss.class);
    assertThat(happened).containsExactly("a");
  }

  @Test
  void aCancelledPlanStopsBeforeItsNextStep() {
    var applier = new Applier(Clock.systemUTC(), Progress.SILENT);
    var plan = Plan.<Named>named("p").must(new Named("a")).must(new Named("b")).build();
    assertThatThrownBy(
            () ->
                applier.apply(
                    plan,
                    (step, progress) -> {
                      applier.cancel();
                      return perform(step, progress);
                    }))
        .isInstanceOf(Applier.Cancelled.class);
    assertThat(happened).containsExactly("a", "release a");
  }

  @Test
  void aPlanReadsAsAList() {
    assertThat(
            Plan.<Named>named("install")
                .milestone("partition")
                .must(new Named("write the table"))
                .should(new Named("copy logs"))
                .build()
                .render())
        .isEqualTo(
            """
            plan: install
              1. write the table  (partition)
              2. [should] copy logs
            """);
  }

  @Test
  void aFailureSkipsWhatNeedsItAndNothingElse() {
    var graph =
        Graph.<Named>named("boot")
            .add("state", new Named("fail"), Policy.MUST)
            .add("root", new Named("root"), Policy.MUST, "state")
            .add("report", new Named("report"), Policy.MAY, Set.of(), Set.of("root"))
            .build();
    var results =
        new GraphApplier(Clock.systemUTC(), result -> {})
            .apply(graph, (id, step) -> perform(step, StepProgress.IGNORED));
    assertThat(results.get(0)).isInstanceOf(GraphApplier.Result.Failed.class);
    assertThat(results.get(1))
        .isInstanceOfSatisfying(
            GraphApplier.Result.Skipped.class,
            skipped -> assertThat(skipped.reason()).isEqualTo("'state' did not succeed"));
    assertThat(results.get(2)).isInstanceOf(GraphApplier.Result.Applied.class);
  }

  @Test
  void aStepThatDoesNotApplyKeepsNothingFromGoingOn() {
    var graph =
        Graph.<Named>named("boot")
            .add("lvm", new Named("lvm"), Policy.MUST)
            .add("root", new Named("root"), Policy.MUST, "lvm")
            .build();
    var results =
        new GraphApplier(Clock.systemUTC(), result -> {})
            .apply(
                graph,
                (id, step) -> {
                  if (id.equals("lvm")) {
                    throw new GraphApplier.NotApplicable("no lvm here");
                  }
                });
    assertThat(results).allMatch(GraphApplier.Result::isGood);
  }

  @Test
  void stepsThatWaitForEachOtherAreNamed() {
    assertThatThrownBy(
            () ->
                Graph.<Named>named("boot")
                    .add("a", new Named("a"), Policy.MUST, "b")
                    .add("b", new Named("b"), Policy.MUST, "a")
                    .build())
        .hasMessageContaining("wait for each other: [a, b]");
  }

  private void apply(Plan<Named> plan, Faults faults) {
    new Applier(Clock.systemUTC(), Progress.SILENT, faults, false).apply(plan, this::perform);
  }

  private Undo perform(Named step, StepProgress progress) {
    if (step.summary().equals("fail")) {
      throw new HostFailure("it failed");
    }
    happened.add(step.summary());
    return () -> happened.add("release " + step.summary());
  }
}
