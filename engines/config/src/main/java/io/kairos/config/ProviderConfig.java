package io.kairos.config;

import java.util.Optional;

/**
 * The keys at the top of a config that the usual providers read. The agent hands them on; it only
 * checks that they have the kinds that providers want.
 */
final class ProviderConfig {
  private ProviderConfig() {}

  static String read(Section top) {
    top.section("k3s", "K3s server", ProviderConfig::k3s).optional();
    top.section("k3s-agent", "K3s agent", ProviderConfig::k3s).optional();
    top.section("k0s", "K0s controller", ProviderConfig::distribution).optional();
    top.section("k0s-worker", "K0s worker", ProviderConfig::distribution).optional();
    top.section("p2p", "nodes that find each other", ProviderConfig::p2p).optional();
    top.section("kubevip", "address of the control plane", ProviderConfig::kubeVip).optional();
    top.section("cluster", "cluster of a cluster plugin", ProviderConfig::cluster).optional();
    return "";
  }

  private static String k3s(Section k3s) {
    k3s.flag("embedded_registry", "share images between nodes").orElse(false);
    return distribution(k3s);
  }

  private static String distribution(Section distribution) {
    distribution.flag("enabled", "start it").orElse(false);
    distribution.textMap("env", "variables of its service").optional();
    distribution.texts("args", "arguments of its service").optional();
    distribution.flag("replace_env", "the variables replace those of the provider").orElse(false);
    distribution.flag("replace_args", "the arguments replace those of the provider").orElse(false);
    return "";
  }

  private static String p2p(Section p2p) {
    Optional<String> token =
        p2p.text("network_token", "secret of the network; generate it with 'kairos generate-token'")
            .optional();
    p2p.mark("network_token");
    p2p.text("network_id", "name of the network").optional();
    p2p.word("role", "what the node becomes", "master", "worker", "none").orElse("none");
    p2p.flag("dns", "resolve names of the network").orElse(false);
    p2p.flag("disable_dht", "find each other in the local network alone").orElse(false);
    p2p.text("loglevel", "of the network").optional();
    p2p.number("minimum_nodes", "nodes before roles are given").optional();
    p2p.flag("dynamic_roles", "roles may change").orElse(false);
    p2p.section("vpn", "private network between the nodes", ProviderConfig::vpn).optional();
    Optional<Boolean> enabled =
        p2p.section("auto", "roles are given by the network", ProviderConfig::auto)
            .optional()
            .flatMap(given -> given);
    if (token.isEmpty()) {
      p2p.doubt("network_token", "is missing");
    } else if (!token.get().isEmpty() && enabled.isPresent() && !enabled.get()) {
      p2p.doubt("auto.enable", "must be true where p2p.network_token is set");
    } else if (token.get().isEmpty() && enabled.orElse(true)) {
      p2p.doubt("network_token", "must not be empty, unless p2p.auto.enable is false");
    }
    return "";
  }

  private static String vpn(Section vpn) {
    vpn.flag("create", "make the network").orElse(true);
    vpn.flag("use", "Kubernetes uses it").orElse(true);
    vpn.anything("env", "variables of its service").optional();
    return "";
  }

  private static Optional<Boolean> auto(Section auto) {
    auto.section("ha", "several masters", ProviderConfig::highAvailability).optional();
    return auto.flag("enable", "let the network give roles").optional();
  }

  private static String highAvailability(Section ha) {
    ha.flag("enable", "more than one master").optional();
    ha.number("master_nodes", "masters besides the first")
        .optional()
        .filter(nodes -> nodes < 1)
        .ifPresent(nodes -> ha.doubt("master_nodes", "must be 1 or more, not " + nodes));
    ha.constrain("master_nodes", "minimum", 1L);
    ha.anything("external_db", "data store outside of the nodes").optional();
    return "";
  }

  private static String kubeVip(Section kubeVip) {
    kubeVip.text("eip", "the address").optional();
    kubeVip.text("manifest_url", "where its manifest comes from").optional();
    kubeVip.text("interface", "network interface that gets the address").optional();
    kubeVip.flag("enable", "use it; on where eip is set").optional();
    kubeVip.flag("static_pod", "run it as a static pod").orElse(false);
    kubeVip.text("version", "of kube-vip").optional();
    kubeVip.text("image", "of kube-vip").optional();
    kubeVip.ownKeysPass();
    return "";
  }

  private static String cluster(Section cluster) {
    cluster.text("cluster_token", "secret of the cluster").optional();
    cluster.text("control_plane_host", "address of the control plane").optional();
    cluster.word("role", "what the node becomes", "init", "controlplane", "worker").optional();
    cluster.anything("config", "for the plugin").optional();
    cluster.anything("providerConfig", "for the plugin").optional();
    cluster.textMap("env", "variables of its services").optional();
    cluster.anything("ca_certs", "certificates to trust").optional();
    cluster.flag("import_local_images", "load images from the node").orElse(false);
    cluster.text("local_images_path", "where these images are").optional();
    cluster.text("cluster_config_path", "where the plugin keeps its configuration").optional();
    cluster.ownKeysPass();
    return "";
  }
}
