package io.kairos.agent.state;

import io.kairos.base.HostFailure;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The addresses by which others reach this node.
 *
 * @param texts sorted, without zones: {@code 192.168.1.7}, {@code fd00:0:0:0:0:0:0:1}
 */
public record NodeAddresses(List<String> texts) {
  /** Interfaces of containers and tunnels, which nobody reaches the node by. */
  private static final Pattern INNER_INTERFACE =
      Pattern.compile(
          "(docker|cni|veth|cali|flannel|cilium|kube|nodelocaldns|br-|virbr|ovs-|lxcbr|lxdbr|tunl"
              + "|wg|tailscale|zt|dummy).*");

  public NodeAddresses {
    texts = List.copyOf(texts);
  }

  public static NodeAddresses observe() {
    var texts = new TreeSet<String>();
    try {
      for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
        if (device.isUp()
            && !device.isLoopback()
            && !INNER_INTERFACE.matcher(device.getName()).matches()) {
          device
              .inetAddresses()
              .filter(NodeAddresses::isGlobalUnicast)
              .forEach(address -> texts.add(address.getHostAddress().replaceAll("%.*", "")));
        }
      }
    } catch (SocketException e) {
      throw new HostFailure("cannot list the network interfaces", e);
    }
    return new NodeAddresses(List.copyOf(texts));
  }

  /** Each with its type, as in the state document; the host name comes last. */
  public List<Map<String, Object>> listed(String hostname) {
    return Stream.concat(
            texts.stream().map(text -> entry("InternalIP", text)),
            Stream.of(entry("Hostname", hostname)))
        .toList();
  }

  private static Map<String, Object> entry(String type, String address) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("type", type);
    entry.put("address", address);
    return entry;
  }

  private static boolean isGlobalUnicast(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isMulticastAddress()
        && !address.isAnyLocalAddress()
        && (address instanceof Inet4Address || !address.isSiteLocalAddress());
  }
}
