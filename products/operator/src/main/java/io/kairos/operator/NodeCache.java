package io.kairos.operator;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.kairos.operator.nodeop.NodeFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All nodes of the cluster, kept current by a watch while this replica leads; one for all
 * controllers. Of each node only its {@link NodeFacts} stay in memory, a hundredth of the object.
 * Safe for use by several threads.
 */
public final class NodeCache {
  private static final long PAGE = 500;

  private final KubernetesClient client;
  private final Map<String, NodeFacts> facts = new ConcurrentHashMap<>();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean complete;

  public NodeCache(KubernetesClient client) {
    this.client = client;
  }

  /** Whether all nodes are known; before that nothing may be concluded from one that is not. */
  public boolean isComplete() {
    return complete;
  }

  public Map<String, NodeFacts> nodes() {
    return Map.copyOf(facts);
  }

  /** One of them, without a copy of all. */
  public Optional<NodeFacts> node(String name) {
    return Optional.ofNullable(facts.get(name));
  }

  /** Has {@code listener} told the name of each node whose facts have changed, appeared or gone. */
  public void onChange(Consumer<String> listener) {
    listeners.add(listener);
  }

  /** Watches until interrupted. */
  public void watch() throws InterruptedException {
    try (SharedIndexInformer<Node> informer = client.nodes().withLimit(PAGE).runnableInformer(0)) {
      informer.itemStore(new Store());
      informer.exceptionHandler((started, failure) -> true); // the watch is made again, for ever
      informer.addEventHandler(new Handler());
      informer.start().toCompletableFuture().join();
      complete = true;
      new CountDownLatch(1).await();
    } finally {
      complete = false;
    }
  }

  private void changed(String name) {
    listeners.forEach(listener -> listener.accept(name));
  }

  private final class Handler implements ResourceEventHandler<Node> {
    @Override
    public void onAdd(Node node) {
      changed(node.getMetadata().getName());
    }

    @Override
    public void onUpdate(Node before, Node after) {} // told by the store, which compares

    @Override
    public void onDelete(Node node, boolean unknown) {
      changed(node.getMetadata().getName());
    }
  }

  /** Gives the informer the little that it needs: names and versions. */
  private final class Store implements ItemStore<Node> {
    private final Map<String, Node> stubs = new ConcurrentHashMap<>();

    @Override
    public String getKey(Node node) {
      return node.getMetadata().getName();
    }

    @Override
    public Node put(String key, Node node) {
      NodeFacts next = NodeFacts.of(node);
      NodeFacts before = facts.put(key, next);
      var meta = node.getMetadata();
      Node stub =
          new NodeBuilder()
              .withNewMetadata()
              .withName(meta.getName())
              .withUid(meta.getUid())
              .withResourceVersion(meta.getResourceVersion())
              .endMetadata()
              .build();
      Node old = stubs.put(key, stub);
      if (before != null && !before.equals(next)) {
        changed(key);
      }
      return old;
    }

    @Override
    public Node remove(String key) {
      facts.remove(key);
      return stubs.remove(key);
    }

    @Override
    public Stream<String> keySet() {
      return stubs.keySet().stream();
    }

    @Override
    public Stream<Node> values() {
      return stubs.values().stream();
    }

    @Override
    public int size() {
      return stubs.size();
    }

    @Override
    public Node get(String key) {
      return stubs.get(key);
    }

    @Override
    public boolean isFullState() {
      return false;
    }
  }
}
