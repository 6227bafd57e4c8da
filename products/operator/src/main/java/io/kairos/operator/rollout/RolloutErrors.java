package io.kairos.operator.rollout;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** What an API server's refusals mean for whoever follows something, and what to do then. */
final class RolloutErrors {
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERRORS = 500;

  private final KubernetesClient client;
  private final String namespace;

  RolloutErrors(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  static boolean isForbidden(KubernetesClientException e) {
    return e.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
  }

  /** Whether the same question may be answered later: no connection, or a server in trouble. */
  static boolean isPassing(KubernetesClientException e) {
    return hasNoAnswer(e)
        || e.getCode() == TOO_MANY_REQUESTS
        || e.getCode() == HttpURLConnection.HTTP_GONE
        || e.getCode() >= SERVER_ERRORS;
  }

  /** Codes of HTTP are positive. */
  private static boolean hasNoAnswer(KubernetesClientException e) {
    return e.getCode() <= 0;
  }

  /** The innermost failure that names the fact. */
  static String reason(Throwable failure) {
    String named = "";
    for (Throwable each = failure; each != null; each = each.getCause()) {
      switch (each) {
        case UnknownHostException e -> {
          return "unknown host " + e.getMessage();
        }
        case ConnectException _ -> { // of the JDK's HTTP client, which leaves the text out
          return "no connection";
        }
        case HttpTimeoutException _ -> {
          return "no answer in time";
        }
        default -> named = each.getMessage() == null ? named : each.getMessage();
      }
    }
    return named.isEmpty() ? failure.getClass().getSimpleName() : named;
  }

  KairosException explained(KubernetesClientException e) {
    String server = String.valueOf(client.getMasterUrl());
    if (hasNoAnswer(e)) {
      return HostFailure.withRemedy(
          "the API server " + server + " does not answer: " + reason(e),
          isTls(e)
              ? "use the kubeconfig of this cluster; its certificate is signed by another authority"
              : "check the cluster and the network, or --kubeconfig FILE for another cluster");
    }
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_UNAUTHORIZED ->
          new Refused(
              "the API server " + server + " does not accept these credentials",
              "log in again, or --kubeconfig FILE with others");
      case HttpURLConnection.HTTP_FORBIDDEN ->
          new Refused(
              e.getStatus() == null ? reason(e) : e.getStatus().getMessage(),
              "have an administrator bind nodeop-viewer-role, nodeopupgrade-viewer-role or"
                  + " osartifact-viewer-role to you in namespace "
                  + namespace
                  + "; get and watch are needed");
      default -> new HostFailure("the API server " + server + " answers " + e.getCode(), e);
    };
  }

  private static boolean isTls(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof SSLException) {
        return true;
      }
    }
    return false;
  }

  /** There is no such object; whether the cluster knows the kinds at all is asked for. */
  KairosException nothing(List<RolloutKind> kinds, String name) {
    List<RolloutKind> unknown = kinds.stream().filter(kind -> !isServed(kind)).toList();
    if (unknown.size() == kinds.size()) {
      return new Refused(
          "the cluster "
              + client.getMasterUrl()
              + " does not know "
              + kinds.stream().map(RolloutKind::word).collect(Collectors.joining(", "))
              + ": their definitions are not installed",
          "install the operator (products/operator/deploy), or --kubeconfig FILE for another"
              + " cluster");
    }
    return new Refused(
        "there is no "
            + kinds.stream().map(RolloutKind::word).collect(Collectors.joining(" or "))
            + " '"
            + name
            + "' in namespace "
            + namespace,
        "--namespace NAME; kubectl get "
            + kinds.stream()
                .filter(kind -> !unknown.contains(kind))
                .map(RolloutKind::plural)
                .collect(Collectors.joining(","))
            + " --all-namespaces lists what there is");
  }

  private boolean isServed(RolloutKind kind) {
    try {
      return client.supports(kind.type()); // discovery is open to everybody
    } catch (KubernetesClientException e) {
      throw explained(e);
    }
  }
}
