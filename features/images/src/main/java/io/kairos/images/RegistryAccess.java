package io.kairos.images;

import io.kairos.host.EnvironmentProxies;
import io.kairos.host.Host;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * How registries are reached.
 *
 * @param logins of files
 * @param settings mirrors, logins and certificates of hosts
 * @param certificates that are trusted
 * @param resolve makes real paths of those that settings name
 * @param allowsInsecure plain HTTP and any certificate ({@code allow-insecure-registries})
 */
public record RegistryAccess(
    RegistryLogins logins,
    RegistrySettings settings,
    Certificates certificates,
    UnaryOperator<Path> resolve,
    boolean allowsInsecure,
    ProxySelector proxies,
    RetryPolicy retries,
    RegistryDeadlines deadlines) {
  /**
   * Where certificates are.
   *
   * @param system files of the system; the first that is there counts
   * @param folders of more, {@code *.crt} and {@code *.pem}; one that is not there is empty
   */
  public record Certificates(List<Path> system, List<Path> folders) {
    public Certificates {
      system = List.copyOf(system);
      folders = List.copyOf(folders);
    }
  }

  public static RegistryAccess with(RegistryLogins logins) {
    return new RegistryAccess(
        logins,
        RegistrySettings.NONE,
        new Certificates(RegistryTrust.SYSTEM, List.of()),
        UnaryOperator.identity(),
        false,
        EnvironmentProxies.ofThisProcess(),
        RetryPolicy.USUAL,
        RegistryDeadlines.USUAL);
  }

  /**
   * As a machine is set up: its logins, its {@code registries.yaml}, its certificates.
   *
   * @param environment of this process; folders of more certificates are in {@code SSL_CERT_DIR},
   *     separated by colons (as for OpenSSL, SSL_CTX_load_verify_locations(3), and Go)
   */
  public static RegistryAccess of(Host host, Map<String, String> environment) {
    return new RegistryAccess(
        RegistryLogins.of(host, environment),
        RegistrySettings.of(host),
        new Certificates(
            RegistryTrust.SYSTEM.stream().map(file -> host.resolved(file.toString())).toList(),
            Stream.of(environment.getOrDefault("SSL_CERT_DIR", "").split(":"))
                .filter(folder -> folder.startsWith("/"))
                .map(host::resolved)
                .toList()),
        path -> host.resolved(path.toString()),
        false,
        new EnvironmentProxies(environment),
        RetryPolicy.USUAL,
        RegistryDeadlines.USUAL);
  }

  public RegistryAccess with(RegistrySettings other) {
    return new RegistryAccess(
        logins, other, certificates, resolve, allowsInsecure, proxies, retries, deadlines);
  }

  public RegistryAccess allowingInsecure(boolean allowed) {
    return new RegistryAccess(
        logins, settings, certificates, resolve, allowed, proxies, retries, deadlines);
  }

  public RegistryAccess with(RetryPolicy policy) {
    return new RegistryAccess(
        logins, settings, certificates, resolve, allowsInsecure, proxies, policy, deadlines);
  }

  public RegistryAccess with(RegistryDeadlines others) {
    return new RegistryAccess(
        logins, settings, certificates, resolve, allowsInsecure, proxies, retries, others);
  }
}
