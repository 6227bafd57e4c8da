package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.kubernetes.ClusterSpec.Joining;
import io.kairos.kubernetes.ClusterSpec.Parts;
import io.kairos.testkit.process.SupervisedProcess;
import io.kairos.testkit.process.SupervisedProcess.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** etcd, the API server and what else of a control plane was asked for, as children of this JVM. */
public final class ControlPlane implements AutoCloseable {
  /** Also on a machine where other things run; alone it takes four seconds. */
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  /** Relative to the directory where etcd and the API server run, so the path is short enough. */
  private static final String ETCD = "unix://localhost:2379";

  private static final String ETCD_PEERS = "unix://localhost:2380";

  private final ClusterSpec spec;
  private final Path directory;
  private final String address;
  private final int port;
  private final AccessTokens tokens;
  private final SelfSigned serving;
  private final SelfSigned kubeletClient;
  private final ApiClient admin;
  private final Deque<SupervisedProcess> others = new ArrayDeque<>();
  private SupervisedProcess apiServer;

  private ControlPlane(Host host, ClusterSpec spec, Optional<Addresses> addresses) {
    this.spec = spec;
    this.directory = spec.directory().resolve("control-plane");
    this.address = addresses.map(Addresses::machine).orElse("127.0.0.1");
    this.port = addresses.isPresent() ? 6443 : freePort();
    var nodes = new ArrayList<>(spec.nodes());
    spec.joining().ifPresent(joining -> nodes.addAll(joining.names()));
    this.tokens = AccessTokens.drawn(nodes);
    try {
      Files.createDirectories(directory);
      Files.setAttribute(directory, "unix:mode", 0700);
      Files.writeString(directory.resolve("tokens.csv"), tokens.file());
    } catch (IOException e) {
      throw new HostFailure("cannot keep a control plane in " + directory, e);
    }
    this.serving =
        SelfSigned.make(host, directory, "apiserver", "/CN=kube-apiserver", alternatives());
    this.kubeletClient =
        SelfSigned.make(
            host,
            directory,
            "kubelet-client",
            "/O=system:masters/CN=kube-apiserver-kubelet-client",
            List.of("DNS:localhost"));
    host.run(
        Command.of("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
            .with("-out", directory.resolve("service-account.key").toString()));
    this.admin = new ApiClient(kubeconfig());
  }

  private List<String> alternatives() {
    var names =
        new ArrayList<>(
            List.of(
                "IP:" + address,
                "IP:" + Addresses.FIRST_SERVICE,
                "DNS:localhost",
                "DNS:kubernetes.default.svc"));
    spec.joining().ifPresent(joining -> names.add("IP:" + joining.apiServer()));
    return names;
  }

  /**
   * Starts all parts and waits until they serve.
   *
   * @param addresses of the cluster; without, the API server is on the loopback interface
   */
  static ControlPlane start(Host host, ClusterSpec spec, Optional<Addresses> addresses) {
    var controlPlane = new ControlPlane(host, spec, addresses);
    try {
      controlPlane.startAll();
      return controlPlane;
    } catch (RuntimeException e) {
      controlPlane.close();
      throw e;
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new HostFailure("no port is free on the loopback interface", e);
    }
  }

  private void startAll() {
    SupervisedProcess etcd = run("etcd", etcdFlags());
    others.push(etcd);
    etcd.await(
        "the socket of etcd", DEADLINE, () -> Files.exists(directory.resolve("localhost:2379")));
    startApiServer();
    if (spec.parts() != Parts.API) {
      others.push(run("kube-controller-manager", controllerFlags()));
    }
    if (spec.parts() == Parts.ALL) {
      others.push(run("kube-scheduler", schedulerFlags()));
    }
    if (spec.parts() != Parts.API) {
      others
          .peek()
          .await(
              "the default service account",
              DEADLINE,
              () ->
                  admin.succeeds("/api/v1/namespaces/default/serviceaccounts/default")
                      && admin.succeeds("/api/v1/namespaces/default/configmaps/kube-root-ca.crt"));
    }
  }

  private SupervisedProcess run(String part, List<String> flags) {
    var argv = new ArrayList<String>();
    argv.addAll(List.of("nice", "-n", "1", spec.program().toString(), part));
    argv.addAll(flags);
    // Nothing of a test's cluster is worth a slow end.
    return SupervisedProcess.start(
        Program.of(part, directory, log(part), argv).endingBy("KILL", ""));
  }

  private static List<String> etcdFlags() {
    return List.of(
        "--name=kairos",
        "--data-dir=etcd",
        "--unsafe-no-fsync", // it has to survive its own end, not the machine's
        "--log-level=warn",
        "--listen-client-urls=" + ETCD,
        "--advertise-client-urls=" + ETCD,
        "--listen-peer-urls=" + ETCD_PEERS,
        "--initial-advertise-peer-urls=" + ETCD_PEERS,
        "--initial-cluster=kairos=" + ETCD_PEERS);
  }

  private List<String> apiServerFlags() {
    var flags =
        new ArrayList<>(
            List.of(
                "--etcd-servers=" + ETCD,
                "--bind-address=" + address,
                "--advertise-address=" + spec.joining().map(Joining::apiServer).orElse(address),
                "--secure-port=" + port,
                "--tls-cert-file=" + serving.certificate(),
                "--tls-private-key-file=" + serving.key(),
                "--token-auth-file=tokens.csv",
                "--kubelet-client-certificate=" + kubeletClient.certificate(),
                "--kubelet-client-key=" + kubeletClient.key(),
                "--kubelet-preferred-address-types=InternalIP",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=service-account.key",
                "--service-account-signing-key-file=service-account.key",
                "--service-cluster-ip-range=" + Addresses.SERVICE_RANGE,
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--enable-aggregator-routing=true", // webhooks: pods can be reached from here
                "--allow-privileged=true"));
    if (spec.nodes().isEmpty() && spec.joining().isEmpty()) {
      flags.add("--endpoint-reconciler-type=none"); // it refuses to announce 127.0.0.1
    }
    flags.addAll(spec.apiServerFlags());
    return flags;
  }

  private List<String> controllerFlags() {
    var flags =
        new ArrayList<>(
            List.of(
                "--kubeconfig=" + partConfig(AccessTokens.CONTROLLERS, "controllers"),
                "--leader-elect=false",
                "--secure-port=0",
                "--service-account-private-key-file=service-account.key",
                "--root-ca-file=" + serving.certificate(),
                "--use-service-account-credentials=true",
                "--node-monitor-grace-period=20s", // a node that is gone is noticed within a test
                "--allocate-node-cidrs=false"));
    flags.addAll(spec.controllerFlags());
    return flags;
  }

  private List<String> schedulerFlags() {
    return List.of(
        "--kubeconfig=" + partConfig(AccessTokens.SCHEDULER, "scheduler"),
        "--leader-elect=false",
        "--secure-port=0");
  }

  private Path partConfig(String user, String name) {
    return kubeconfig(tokens.of(user)).write(directory.resolve(name + ".kubeconfig"));
  }

  /** For a user of the token file. */
  Kubeconfig kubeconfigOf(String user) {
    return kubeconfig(tokens.of(user));
  }

  private Kubeconfig kubeconfig(String token) {
    try {
      return new Kubeconfig(server(), Files.readString(serving.certificate()), token, "default");
    } catch (IOException e) {
      throw new HostFailure("cannot read " + serving.certificate(), e);
    }
  }

  /** For a user of the token file on a machine that joins. */
  Kubeconfig kubeconfigForJoining(String user) {
    Kubeconfig here = kubeconfigOf(user);
    String there = "https://" + spec.joining().orElseThrow().apiServer() + ":" + port;
    return here.through(there, here.certificate());
  }

  Path kubeletClientCertificate() {
    return kubeletClient.certificate();
  }

  /** {@code https://ADDRESS:PORT} */
  public String server() {
    return "https://" + address + ":" + port;
  }

  /** Of an administrator. */
  public Kubeconfig kubeconfig() {
    return kubeconfig(tokens.of(AccessTokens.ADMIN));
  }

  /** As an administrator. */
  public ApiClient admin() {
    return admin;
  }

  /**
   * @param part for example {@code kube-apiserver}
   */
  public Path log(String part) {
    return spec.directory().resolve("log/" + part + ".log");
  }

  /** Cuts the API server off, as a crash does. */
  public void stopApiServer() {
    apiServer.close();
  }

  /** Starts it where it was, with all that it had stored. */
  public void startApiServer() {
    apiServer = run("kube-apiserver", apiServerFlags());
    apiServer.await("a ready API server", DEADLINE, () -> admin.succeeds("/readyz"));
  }

  /** Ends the API server at once and starts it again; its clients lose their connections. */
  public void restartApiServer() {
    stopApiServer();
    startApiServer();
  }

  /** Waits for something that this control plane is to bring about. */
  public void await(String what, Duration deadline, BooleanSupplier condition) {
    apiServer.await(what, deadline, condition);
  }

  /**
   * Waits until a kind is served, which is some moments after its definition was made.
   *
   * @param kind group, version and plural, for example {@code example.org/v1/things}
   */
  public void awaitServed(String kind) {
    await(kind + " to be served", DEADLINE, () -> admin.succeeds("/apis/" + kind));
  }

  @Override
  public void close() {
    admin.close();
    if (apiServer != null) {
      others.push(apiServer);
    }
    others.forEach(SupervisedProcess::release);
    others.forEach(SupervisedProcess::close);
  }
}
