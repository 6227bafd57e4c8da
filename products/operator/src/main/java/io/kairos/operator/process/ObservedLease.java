package io.kairos.operator.process;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;

/**
 * A lease whose age counts from when its renewal was seen here, since its holder's clock may be
 * another: who is ahead would take it from a leader that lives, and who is behind would wait for
 * hours after one that has died. A candidate therefore waits a whole lease before it takes over.
 */
final class ObservedLease implements Lock {
  private final Lock lease;

  /** The latest renewal and when it was first seen, by {@link System#nanoTime}; for one thread. */
  private LeaderElectionRecord seen;

  private long seenAt;

  ObservedLease(Lock lease) {
    this.lease = lease;
  }

  @Override
  public synchronized LeaderElectionRecord get(KubernetesClient client) {
    LeaderElectionRecord found = lease.get(client);
    if (found == null) {
      return null;
    }
    long now = System.nanoTime();
    if (!Objects.equals(found, seen)) {
      seen = found;
      seenAt = now;
    }
    // The elector compares with this machine's clock of this very moment.
    return found.toBuilder()
        .renewTime(ZonedDateTime.now(ZoneOffset.UTC).minusNanos(now - seenAt))
        .build();
  }

  @Override
  public void create(KubernetesClient client, LeaderElectionRecord record) {
    lease.create(client, record);
  }

  @Override
  public void update(KubernetesClient client, LeaderElectionRecord record) {
    lease.update(client, record);
  }

  @Override
  public String identity() {
    return lease.identity();
  }

  @Override
  public String describe() {
    return lease.describe();
  }
}
