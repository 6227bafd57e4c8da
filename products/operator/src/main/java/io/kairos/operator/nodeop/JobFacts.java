package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.List;

/**
 * What matters of a Job.
 *
 * @param active whether a pod of it exists that has not ended
 * @param detail what the Job controller says about a failure; may be empty
 */
public record JobFacts(String name, State state, boolean active, String detail) {
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
            String detail = condition.getReason() == null ? "" : condition.getReason();
            return new JobFacts(name, State.FAILED, false, detail);
          }
          case "Complete", "SuccessCriteriaMet" -> {
            return new JobFacts(name, State.SUCCEEDED, false, "");
          }
          default -> {} // suspended, for example
        }
      }
    }
    boolean active = status != null && status.getActive() != null && status.getActive() > 0;
    return new JobFacts(name, State.RUNNING, active, "");
  }
}
