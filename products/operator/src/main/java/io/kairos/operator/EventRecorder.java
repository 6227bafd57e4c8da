package io.kairos.operator;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Tells what happened to an object where {@code kubectl describe} shows it. Events are written
 * behind the caller's back, in order; one that cannot be written is logged, for an event never
 * holds up the work that it tells of. An event that repeats counts up instead of filling the list.
 * Safe for use by several threads.
 */
public final class EventRecorder implements AutoCloseable {
  /** How serious an event is, as Kubernetes names it. */
  public enum Severity {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String word;

    Severity(String word) {
      this.word = word;
    }
  }

  private static final Logger LOG = System.getLogger(EventRecorder.class.getName());
  private static final int REMEMBERED = 4096;
  private static final int LONGEST_MESSAGE = 1024; // of an event, validation of core/v1
  private static final String COMPONENT = "kairos-operator";

  private final KubernetesClient client;
  private final InstantSource clock;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("events").factory());

  /** Name of the event and how often it happened; owned by the writer's thread. */
  private final Map<String, Integer> counts =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

  public EventRecorder(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * @param reason one word in CamelCase, for filters
   * @param message a sentence for people
   */
  public void record(HasMetadata about, Severity severity, String reason, String message) {
    var reference =
        new ObjectReferenceBuilder()
            .withApiVersion(about.getApiVersion())
            .withKind(about.getKind())
            .withNamespace(about.getMetadata().getNamespace())
            .withName(about.getMetadata().getName())
            .withUid(about.getMetadata().getUid())
            .build();
    record(reference, severity, reason, message);
  }

  /** As above, of an object that is known only by reference, such as a node. */
  public void record(ObjectReference about, Severity severity, String reason, String message) {
    String at = Conditions.time(clock.instant());
    String shown =
        message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE);
    if (!writer.isShutdown()) {
      writer.execute(() -> write(about, severity, reason, shown, at));
    }
  }

  private void write(
      ObjectReference about, Severity severity, String reason, String message, String at) {
    String namespace = about.getNamespace() == null ? "default" : about.getNamespace();
    String key = about.getUid() + "\n" + severity + "\n" + reason + "\n" + message;
    String name = Names.shortened(about.getName(), 200) + "." + Long.toHexString(Names.fnv1a(key));
    int count = counts.merge(name, 1, Integer::sum);
    var events = client.v1().events().inNamespace(namespace);
    try {
      if (count > 1) {
        var repeated =
            client.getKubernetesSerialization().asJson(Map.of("count", count, "lastTimestamp", at));
        var known =
            new EventBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata();
        MergePatch.target(client, known.build()).patch(MergePatch.CONTEXT, repeated);
        return;
      }
      var event =
          new EventBuilder()
              .withNewMetadata()
              .withName(name)
              .withNamespace(namespace)
              .endMetadata()
              .withInvolvedObject(about)
              .withType(severity.word)
              .withReason(reason)
              .withMessage(message)
              .withFirstTimestamp(at)
              .withLastTimestamp(at)
              .withCount(1)
              .withNewSource()
              .withComponent(COMPONENT)
              .endSource()
              .build();
      events.resource(event).create();
    } catch (KubernetesClientException e) {
      boolean known = e.getCode() == HttpURLConnection.HTTP_CONFLICT;
      boolean expired = e.getCode() == HttpURLConnection.HTTP_NOT_FOUND && count > 1;
      if (expired) {
        counts.remove(name);
      }
      if (!known) { // known: an earlier run of this program has told it
        LOG.log(Level.INFO, "no event {0} for {1}: {2}", reason, about.getName(), e.getMessage());
      }
    }
  }

  /** Writes nothing more. */
  @Override
  public void close() {
    writer.shutdownNow();
  }
}
