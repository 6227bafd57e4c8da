package io.kairos.kubernetes;

import io.kairos.base.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a cluster consists of.
 *
 * @param directory of its state and its logs, absolute; empty or not there yet
 * @param program {@link KubernetesProgram}
 * @param parts of the control plane
 * @param nodes their names, at most nine; with any, all parts run
 * @param images archives of OCI layouts that every node gets, beside busybox
 * @param apiServerFlags more flags of the API server
 * @param controllerFlags more flags of the controller manager
 * @param joining virtual machines that become nodes by themselves
 */
public record ClusterSpec(
    Path directory,
    Path program,
    Parts parts,
    List<String> nodes,
    List<Path> images,
    List<String> apiServerFlags,
    List<String> controllerFlags,
    Optional<Joining> joining) {
  /**
   * Machines that the kit does not make; {@link Cluster#filesOf} has what each needs.
   *
   * @param apiServer address at which they reach this machine's loopback interface
   * @param names of their nodes
   */
  public record Joining(String apiServer, List<String> names) {
    public Joining {
      names = List.copyOf(names);
    }
  }

  /** How much of a control plane runs. */
  public enum Parts {
    /** etcd and the API server: objects, and nobody who acts on them. Needs no root. */
    API,
    /** And the controller manager: Jobs get Pods, deleted owners their garbage collection. */
    CONTROLLERS,
    /** And the scheduler. */
    ALL
  }

  private static final int MAX_NODES = 9;

  /** This machine's loopback interface, as a guest of QEMU's user network sees it. */
  private static final String QEMU_HOST = "10.0.2.2";

  /** A DNS label that fits into the name of a network interface. */
  private static final String NODE_NAME = "[a-z][a-z0-9-]{0,13}[a-z0-9]|[a-z]";

  public ClusterSpec {
    if (!directory.isAbsolute() || directory.toString().matches(".*[:,\\s].*")) {
      throw new Refused(
          "a cluster's directory is absolute, without colon, comma and space: " + directory,
          "choose another one");
    }
    nodes = List.copyOf(nodes);
    images = List.copyOf(images);
    apiServerFlags = List.copyOf(apiServerFlags);
    controllerFlags = List.copyOf(controllerFlags);
    if (nodes.size() > MAX_NODES || nodes.stream().anyMatch(name -> !name.matches(NODE_NAME))) {
      throw new IllegalArgumentException(
          "at most " + MAX_NODES + " nodes, named in small letters (15 of them): " + nodes);
    }
    if (!nodes.isEmpty() && parts != Parts.ALL) {
      throw new IllegalArgumentException("nodes need all parts of a control plane");
    }
    if (!nodes.isEmpty() && joining.isPresent()) {
      throw new IllegalArgumentException(
          "with nodes of the kit the API server is not on the loopback interface");
    }
  }

  /** A control plane without nodes. */
  public static ClusterSpec controlPlane(Path directory, Path program, Parts parts) {
    return new ClusterSpec(
        directory.toAbsolutePath().normalize(),
        program,
        parts,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  /** A whole cluster; its nodes are called n1, n2, …. */
  public static ClusterSpec cluster(Path directory, Path program, int nodes) {
    List<String> names = IntStream.rangeClosed(1, nodes).mapToObj(n -> "n" + n).toList();
    return new ClusterSpec(
        directory.toAbsolutePath().normalize(),
        program,
        Parts.ALL,
        names,
        List.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  public ClusterSpec withImage(Path archive) {
    var more = new ArrayList<>(images);
    more.add(archive);
    return new ClusterSpec(
        directory, program, parts, nodes, more, apiServerFlags, controllerFlags, joining);
  }

  public ClusterSpec withApiServerFlags(String... flags) {
    var more = new ArrayList<>(apiServerFlags);
    more.addAll(List.of(flags));
    return new ClusterSpec(
        directory, program, parts, nodes, images, more, controllerFlags, joining);
  }

  public ClusterSpec withControllerFlags(String... flags) {
    var more = new ArrayList<>(controllerFlags);
    more.addAll(List.of(flags));
    return new ClusterSpec(directory, program, parts, nodes, images, apiServerFlags, more, joining);
  }

  /** A control plane that virtual machines with QEMU's user network join. */
  public ClusterSpec joinedBy(String... names) {
    var guests = new Joining(QEMU_HOST, List.of(names));
    return new ClusterSpec(
        directory,
        program,
        parts,
        nodes,
        images,
        apiServerFlags,
        controllerFlags,
        Optional.of(guests));
  }
}
