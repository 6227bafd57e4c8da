package io.kairos.operator;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.base.Suggestion;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The flags of upstream's {@code /manager}, as Go's flag package reads them: one dash or two, the
 * value behind {@code =} or as the next word, a boolean without a value is true.
 *
 * @param metricsAddress {@code host:port}, or "0" for none
 * @param secureMetrics HTTPS, and only for whom the API server lets
 * @param metricsCertificate folder and names of the metrics' own certificate, if it has one
 * @param probeAddress {@code host:port} of /healthz and /readyz, or "0" for none
 * @param logLevel "debug", "info", "error", or a number of verbosity
 * @param textLogs lines for people in place of JSON
 */
public record OperatorOptions(
    String metricsAddress,
    boolean secureMetrics,
    Optional<CertificateFiles> metricsCertificate,
    String probeAddress,
    boolean leaderElection,
    boolean http2,
    String toolImage,
    String buildahImage,
    Optional<Path> kubeconfig,
    String logLevel,
    boolean textLogs) {

  /** A PEM certificate chain and its PKCS #8 key, which may be replaced while we run. */
  public record CertificateFiles(Path chain, Path key) {}

  /** Name, default, and what the help says; the order is that of the help. */
  private record Flag(String name, String fallback, String help) {
    boolean isBoolean() {
      return fallback.equals("true") || fallback.equals("false");
    }
  }

  private static final List<Flag> FLAGS =
      List.of(
          new Flag("metrics-bind-address", "0", "where metrics are served; 0 serves none"),
          new Flag("metrics-secure", "true", "serve metrics by HTTPS, to authorized callers"),
          new Flag("metrics-cert-path", "", "folder of the metrics' certificate"),
          new Flag("metrics-cert-name", "tls.crt", "certificate file in that folder"),
          new Flag("metrics-cert-key", "tls.key", "key file in that folder"),
          new Flag("webhook-cert-path", "", "accepted; this operator has no webhook"),
          new Flag("webhook-cert-name", "tls.crt", "accepted; this operator has no webhook"),
          new Flag("webhook-cert-key", "tls.key", "accepted; this operator has no webhook"),
          new Flag("health-probe-bind-address", ":8081", "where /healthz and /readyz are served"),
          new Flag("leader-elect", "false", "work only while holding the lease " + Names.LEASE),
          new Flag("enable-http2", "false", "HTTP/2 towards the API server"),
          new Flag("tool-image", "quay.io/kairos/auroraboot:v0.24.0", "image of artifact tools"),
          new Flag("buildah-image", "quay.io/buildah/stable:v1.43.1", "image that builds images"),
          new Flag("kubeconfig", "", "credentials; without it, those of the pod"),
          new Flag("zap-devel", "true", "accepted; see --zap-encoder and --zap-log-level"),
          new Flag("zap-encoder", "json", "json or console"),
          new Flag("zap-log-level", "info", "debug, info, error, or a verbosity"),
          new Flag("zap-stacktrace-level", "", "accepted; errors carry their stack"),
          new Flag("zap-time-encoding", "", "accepted; times are RFC 3339"));

  /**
   * @throws InvalidConfig for a flag that is not known or a value that makes no sense
   */
  public static OperatorOptions parse(List<String> words) {
    Map<String, String> given = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("-")) {
        throw invalid("'" + word + "' is not a flag", "write --name=value");
      }
      String body = word.startsWith("--") ? word.substring(2) : word.substring(1);
      int equals = body.indexOf('=');
      String name = equals < 0 ? body : body.substring(0, equals);
      Flag flag = named(name);
      if (equals >= 0) {
        given.put(name, body.substring(equals + 1));
      } else if (flag.isBoolean()) {
        given.put(name, "true");
      } else if (i + 1 < words.size()) {
        given.put(name, words.get(++i));
      } else {
        throw invalid("--" + name + " has no value", "write --" + name + "=value");
      }
    }
    FLAGS.forEach(flag -> given.putIfAbsent(flag.name(), flag.fallback()));
    return new OperatorOptions(
        given.get("metrics-bind-address"),
        flag(given, "metrics-secure"),
        certificate(given),
        given.get("health-probe-bind-address"),
        flag(given, "leader-elect"),
        flag(given, "enable-http2"),
        given.get("tool-image"),
        given.get("buildah-image"),
        Optional.of(given.get("kubeconfig")).filter(path -> !path.isEmpty()).map(Path::of),
        given.get("zap-log-level"),
        given.get("zap-encoder").equals("console"));
  }

  /** What {@code --help} prints. */
  public static String help() {
    var text = new StringBuilder("Usage of manager:\n");
    for (Flag flag : FLAGS) {
      text.append("  --").append(flag.name()).append("\n    \t").append(flag.help());
      if (!flag.fallback().isEmpty()) {
        text.append(" (default ").append(flag.fallback()).append(')');
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static Optional<CertificateFiles> certificate(Map<String, String> given) {
    String folder = given.get("metrics-cert-path");
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Path at = Path.of(folder);
    return Optional.of(
        new CertificateFiles(
            at.resolve(given.get("metrics-cert-name")), at.resolve(given.get("metrics-cert-key"))));
  }

  private static boolean flag(Map<String, String> given, String name) {
    return switch (given.get(name)) {
      case "true", "1", "t", "T", "TRUE", "True" -> true;
      case "false", "0", "f", "F", "FALSE", "False" -> false;
      default ->
          throw invalid(
              "--" + name + "=" + given.get(name) + " is neither true nor false",
              "write --" + name + "=true or --" + name + "=false");
    };
  }

  private static Flag named(String name) {
    return FLAGS.stream()
        .filter(flag -> flag.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                invalid(
                    "no flag is called --" + name,
                    Suggestion.nearest(name, FLAGS.stream().map(Flag::name).toList())
                        .map(near -> "did you mean --" + near + "?")
                        .orElse("--help lists all")));
  }

  private static InvalidConfig invalid(String what, String remedy) {
    return new InvalidConfig(Problem.of(what).withRemedy(remedy));
  }
}
