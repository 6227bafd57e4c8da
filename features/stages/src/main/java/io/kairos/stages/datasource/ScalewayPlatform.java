package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.config.CloudConfigFiles;
import io.kairos.stages.StepContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scaleway: metadata as {@code KEY=VALUE} lines; user data only for who asks from a port below
 * 1024, which proves that it is root.
 */
final class ScalewayPlatform implements Datasource {
  private static final URI CONF = URI.create("http://169.254.42.42/conf");
  private static final URI USER_DATA = URI.create("http://169.254.42.42/user_data/cloud-init");
  private static final int HIGHEST = 1023;
  private static final int LOWEST = 900;

  /** Names of files by names in the lines. */
  private static final Map<String, String> FILES =
      Map.of(
          "ID", "instance_id",
          "LOCATION_ZONE_ID", "instance_location",
          "PUBLIC_IP_ADDRESS", "public_ip",
          "PRIVATE_IP", "private_ip");

  private final MetadataClient client;

  ScalewayPlatform(MetadataClient client) {
    this.client = client;
  }

  @Override
  public String name() {
    return "scaleway";
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    try {
      return client.get(CONF, Map.of()).map(text -> userData(text, context));
    } catch (HostFailure notHere) {
      context.log().debug("scaleway: " + notHere.getMessage());
      return Optional.empty();
    }
  }

  private UserData userData(String conf, StepContext context) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : conf.split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        String value = line.substring(equals + 1).strip();
        values.put(line.substring(0, equals).strip(), value.replaceAll("^['\"]|['\"]$", ""));
      }
    }
    Map<String, String> files = new LinkedHashMap<>();
    FILES.forEach(
        (key, file) -> Optional.ofNullable(values.get(key)).ifPresent(v -> files.put(file, v)));
    List<String> keys = new ArrayList<>();
    values.forEach(
        (key, value) -> {
          if (key.matches("SSH_PUBLIC_KEYS_\\d+_KEY")) {
            keys.add(value);
          }
        });
    return new UserData(text(context), Optional.ofNullable(values.get("HOSTNAME")), keys, files);
  }

  private Optional<String> text(StepContext context) {
    try {
      return fromPrivilegedPort(client.route(USER_DATA));
    } catch (IOException e) {
      context.log().warn("scaleway: cannot get the user data: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** HTTP/1.0 by hand, because no client lets one choose the port that it asks from. */
  private static Optional<String> fromPrivilegedPort(URI address) throws IOException {
    int patience = (int) MetadataClient.PATIENCE.toMillis();
    IOException last = new IOException("no port below 1024 is free");
    for (int port = HIGHEST; port >= LOWEST; port--) {
      try (var socket = new Socket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(port));
        socket.setSoTimeout(patience);
        socket.connect(
            new InetSocketAddress(
                address.getHost(), address.getPort() < 0 ? 80 : address.getPort()),
            patience);
        String request =
            "GET " + address.getPath() + " HTTP/1.0\r\nHost: " + address.getHost() + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        byte[] answer = socket.getInputStream().readNBytes(CloudConfigFiles.LARGEST);
        return body(new String(answer, StandardCharsets.UTF_8));
      } catch (java.net.BindException taken) {
        last = taken;
      }
    }
    throw last;
  }

  private static Optional<String> body(String answer) {
    int end = answer.indexOf("\r\n\r\n");
    return end > 0 && answer.matches("(?s)HTTP/1\\.[01] 200 .*")
        ? Optional.of(answer.substring(end + 4))
        : Optional.empty();
  }
}
