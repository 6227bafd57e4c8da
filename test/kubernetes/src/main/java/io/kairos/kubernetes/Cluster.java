package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import io.kairos.kubernetes.ClusterSpec.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A Kubernetes cluster on this machine, or only its control plane. All of it ends when it is closed
 * and with this process, whichever comes first; state and logs stay in the directory of its
 * specification.
 */
public final class Cluster implements AutoCloseable {
  private final ClusterSpec spec;
  private final Optional<NodeNetwork> network;
  private final ControlPlane controlPlane;
  private final List<Node> nodes = new ArrayList<>();

  private Cluster(ClusterSpec spec, Optional<NodeNetwork> network, ControlPlane controlPlane) {
    this.spec = spec;
    this.network = network;
    this.controlPlane = controlPlane;
  }

  /**
   * Starts a cluster and waits until its nodes are ready.
   *
   * @throws io.kairos.base.Refused for nodes where {@link NodePrograms#check} refuses
   * @throws HostFailure when something does not start, with the end of its log
   */
  public static Cluster start(Host host, ClusterSpec spec) {
    boolean hasNodes = !spec.nodes().isEmpty();
    if (hasNodes) {
      NodePrograms.check(host);
    }
    try {
      Files.createDirectories(spec.directory());
    } catch (IOException e) {
      throw new HostFailure("cannot keep a cluster in " + spec.directory(), e);
    }
    Optional<NodeNetwork> network =
        hasNodes
            ? Optional.of(NodeNetwork.start(host, spec.directory(), spec.nodes().size()))
            : Optional.empty();
    Cluster cluster;
    try {
      cluster =
          new Cluster(
              spec, network, ControlPlane.start(host, spec, network.map(NodeNetwork::addresses)));
    } catch (RuntimeException e) {
      network.ifPresent(NodeNetwork::close);
      throw e;
    }
    try {
      cluster.writeKubeconfig();
      network.ifPresent(n -> cluster.startNodes(host, n));
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void writeKubeconfig() {
    controlPlane.kubeconfig().write(kubeconfig());
  }

  private void startNodes(Host host, NodeNetwork network) {
    Path images = spec.directory().resolve("images");
    try {
      Files.createDirectories(images);
      new KitImages(host, images).make();
      for (Path archive : spec.images()) {
        Files.copy(archive, images.resolve(archive.getFileName()));
      }
    } catch (IOException e) {
      throw new HostFailure("cannot keep images in " + images, e);
    }
    int count = spec.nodes().size();
    for (int index : IntStream.rangeClosed(1, count).toArray()) {
      String name = spec.nodes().get(index - 1);
      Path directory = spec.directory().resolve("nodes").resolve(name);
      var root = new NodeRoot(directory.resolve("root"));
      root.furnish(host, name, index, network.addresses(), controlPlane);
      Map<String, String> environment = new HashMap<>(network.environment(index, count));
      environment.put("KUBE", spec.program().toString());
      environment.put("IMAGES", images.toString());
      var node = new Node(host, name, directory, root, controlPlane, environment);
      nodes.add(node);
      node.start();
    }
    nodes.forEach(Node::awaitReady);
  }

  public ClusterSpec spec() {
    return spec;
  }

  public ControlPlane controlPlane() {
    return controlPlane;
  }

  /**
   * An address of this machine that its pods reach, and nothing outside of it.
   *
   * @throws IllegalStateException for a control plane without nodes
   */
  public String machineAddress() {
    return network
        .map(found -> found.addresses().machine())
        .orElseThrow(() -> new IllegalStateException("a cluster without nodes has no network"));
  }

  /** In the order of the specification. */
  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  public Node node(String name) {
    return nodes.stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no node is called " + name));
  }

  /** The file that makes a client an administrator. */
  public Path kubeconfig() {
    return spec.directory().resolve("kubeconfig");
  }

  /**
   * What makes a client a service account, with exactly the rights that it has; the account has to
   * be there.
   */
  public Kubeconfig kubeconfigOf(String namespace, String serviceAccount) {
    String token =
        controlPlane
            .admin()
            .post(
                "/api/v1/namespaces/%s/serviceaccounts/%s/token"
                    .formatted(namespace, serviceAccount),
                Map.of(
                    "apiVersion", "authentication.k8s.io/v1",
                    "kind", "TokenRequest",
                    "spec", Map.of("expirationSeconds", 7200)))
            .requiredObject("status")
            .requiredText("token");
    Kubeconfig admin = controlPlane.kubeconfig();
    return new Kubeconfig(admin.server(), admin.certificate(), token, namespace);
  }

  /**
   * What makes a machine a node of this cluster: credentials of its kubelet and its kube-proxy, and
   * whom the kubelet lets in.
   *
   * @param name of the node, one of {@link ClusterSpec.Joining#names}
   * @return texts by absolute path
   */
  public Map<String, String> filesOf(String name) {
    Path client = controlPlane.kubeletClientCertificate();
    try {
      return Map.of(
          "/etc/kubernetes/kubeconfig",
          controlPlane.kubeconfigForJoining(AccessTokens.node(name)).render(),
          "/etc/kubernetes/kube-proxy.kubeconfig",
          controlPlane.kubeconfigForJoining(AccessTokens.PROXY).render(),
          "/etc/kubernetes/kubelet-client.crt",
          Files.readString(client));
    } catch (IOException e) {
      throw new HostFailure("cannot read " + client, e);
    }
  }

  /** Gives all nodes an image. */
  public void load(Path archive) {
    nodes.forEach(node -> node.load(archive));
  }

  /** Whether somebody acts on objects. */
  public boolean hasControllers() {
    return spec.parts() != Parts.API;
  }

  /** Ends all of it, also for a thread that Ctrl-C has interrupted. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      nodes.forEach(Node::release);
      var failures = new ArrayList<RuntimeException>();
      nodes.forEach(node -> attempt(node::close, failures));
      attempt(controlPlane::close, failures);
      network.ifPresent(n -> attempt(n::close, failures));
      if (!failures.isEmpty()) {
        RuntimeException first = failures.removeFirst();
        failures.forEach(first::addSuppressed);
        throw first;
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void attempt(Runnable end, List<RuntimeException> failures) {
    try {
      end.run();
    } catch (RuntimeException e) {
      failures.add(e);
    }
  }
}
