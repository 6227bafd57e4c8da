package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What an informer keeps of Jobs and pods: only what {@link JobFacts}, {@link PodFacts} and the
 * owner are read from. A rollout has up to four of them for each node, with the scripts of their
 * containers, and whole ones would not fit the operator's memory.
 */
final class TrimmedStore<T extends HasMetadata> extends BasicItemStore<T> {
  private final UnaryOperator<T> trim;

  private TrimmedStore(UnaryOperator<T> trim) {
    super(Cache::metaNamespaceKeyFunc);
    this.trim = trim;
  }

  static TrimmedStore<Job> ofJobs() {
    return new TrimmedStore<>(TrimmedStore::trimmed);
  }

  static TrimmedStore<Pod> ofPods() {
    return new TrimmedStore<>(TrimmedStore::trimmed);
  }

  @Override
  public T put(String key, T item) {
    return super.put(key, trim.apply(item));
  }

  static Job trimmed(Job job) {
    var builder = new JobBuilder().withMetadata(trimmed(job.getMetadata()));
    var status = job.getStatus();
    if (status != null) {
      builder
          .withNewStatus()
          .withActive(status.getActive())
          .withConditions(status.getConditions())
          .endStatus();
    }
    return builder.build();
  }

  static Pod trimmed(Pod pod) {
    var builder = new PodBuilder().withMetadata(trimmed(pod.getMetadata()));
    var status = pod.getStatus();
    if (status != null) {
      builder
          .withNewStatus()
          .withPhase(status.getPhase())
          .withReason(status.getReason())
          .withInitContainerStatuses(trimmed(status.getInitContainerStatuses()))
          .withContainerStatuses(trimmed(status.getContainerStatuses()))
          .endStatus();
    }
    return builder.build();
  }

  private static List<ContainerStatus> trimmed(List<ContainerStatus> statuses) {
    return statuses.stream()
        .map(
            status ->
                new ContainerStatusBuilder()
                    .withName(status.getName())
                    .withState(status.getState())
                    .withLastState(status.getLastState())
                    .build())
        .toList();
  }

  private static ObjectMeta trimmed(ObjectMeta meta) {
    return new ObjectMetaBuilder()
        .withName(meta.getName())
        .withNamespace(meta.getNamespace())
        .withUid(meta.getUid())
        .withResourceVersion(meta.getResourceVersion())
        .withDeletionTimestamp(meta.getDeletionTimestamp())
        .withLabels(meta.getLabels())
        .withAnnotations(meta.getAnnotations())
        .withOwnerReferences(meta.getOwnerReferences())
        .build();
  }
}
