package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.List;

/**
 * What matters of a Job.
 *
 * @param active whether a pod of it exists that has not ended
 * @param detail the Job controller's word for a failure; may be empty
 * @param message what it says about it; may be empty
 */
public record JobFacts(String name, State state, boolean active, String detail, String message) {
  /** How far a Job has come. */
  public enum State {
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  public static JobFacts of(Job job) {
    var status = job.getStatus();
    List<JobCondition> conditions = status == null ? List.of() : status.getConditions();
    String name = job.getMetadata().getName();
    for (JobCondition condition : conditions) {
      if (condition.getStatus().equals("True")) {
        switch (condition.getType()) {
          case "Failed", "FailureTarget" -> {
            return new JobFacts(
                name,
                State.FAILED,
                false,
                orEmpty(condition.getReason()),
                orEmpty(condition.getMessage()));
          }
          case "Complete", "SuccessCriteriaMet" -> {
            return new JobFacts(name, State.SUCCEEDED, false, "", "");
          }
          default -> {} // suspended, for example
        }
      }
    }
    boolean active = status != null && status.getActive() != null && status.getActive() > 0;
    return new JobFacts(name, State.RUNNING, active, "", "");
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
