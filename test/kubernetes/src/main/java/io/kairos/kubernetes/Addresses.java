package io.kairos.kubernetes;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Addresses of one cluster: 10.NUMBER.0.0/16 belongs to it.
 *
 * @param number second octet
 */
record Addresses(int number) {
  /** Of services; nothing outside of the cluster's nodes routes it, so all clusters share it. */
  static final String SERVICE_RANGE = "10.96.0.0/16";

  /** Of the service {@code kubernetes}. */
  static final String FIRST_SERVICE = "10.96.0.1";

  private static final int FIRST_NODE = 10;

  /** The link between machine and cluster; its name is also the claim to the number. */
  String link() {
    return "kairos" + number;
  }

  /** All of the cluster. */
  String range() {
    return "10." + number + ".0.0/16";
  }

  /** The machine's own, where the API server is and whatever else the cluster shall reach. */
  String machine() {
    return "10." + number + ".0.1";
  }

  /**
   * @param index of the node, from 1
   */
  String node(int index) {
    return "10." + number + ".0." + (FIRST_NODE + index);
  }

  String podRange(int index) {
    return "10." + number + "." + index + ".0/24";
  }

  /** What {@code ip route add} takes for pods of the other nodes. */
  List<String> routes(int count, int ownIndex) {
    return IntStream.rangeClosed(1, count)
        .filter(index -> index != ownIndex)
        .mapToObj(index -> podRange(index) + " via " + node(index))
        .toList();
  }
}
