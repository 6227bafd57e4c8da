package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.stages.StepContext;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Azure: a plain platform that also wants to hear that the machine is ready, from the wire server
 * that its agent talks to. Who does not say so is taken for a machine that failed to boot.
 */
final class AzurePlatform implements Datasource {
  private static final URI WIRE_SERVER = URI.create("http://168.63.129.16/machine");
  private static final Map<String, String> VERSION = Map.of("x-ms-version", "2012-11-30");
  private static final Map<String, String> REPORT =
      Map.of(
          "x-ms-version", "2012-11-30",
          "x-ms-agent-name", "WALinuxAgent",
          "Content-Type", "text/xml;charset=utf-8");
  private static final Pattern CONTAINER = Pattern.compile("<ContainerId>([^<]*)</ContainerId>");
  private static final Pattern INSTANCE = Pattern.compile("<InstanceId>([^<]*)</InstanceId>");

  private final Datasource metadata;
  private final MetadataClient client;

  AzurePlatform(Datasource metadata, MetadataClient client) {
    this.metadata = metadata;
    this.client = client;
  }

  @Override
  public String name() {
    return metadata.name();
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    Optional<UserData> data = metadata.fetch(context);
    if (data.isPresent()) {
      try {
        reportReady();
      } catch (HostFailure e) {
        context.log().warn("azure: could not report that this machine is ready: " + e.getMessage());
      }
    }
    return data;
  }

  private void reportReady() {
    String goal = client.get(query("comp=goalstate"), VERSION).orElse("");
    Matcher container = CONTAINER.matcher(goal);
    Matcher instance = INSTANCE.matcher(goal);
    if (!container.find() || !instance.find()) {
      throw new HostFailure("the wire server's goal state names no container and instance");
    }
    String report =
        template()
            .replace("@CONTAINER@", container.group(1))
            .replace("@INSTANCE@", instance.group(1));
    var _ = client.send("POST", query("comp=health"), REPORT, report);
  }

  private static URI query(String query) {
    return URI.create(WIRE_SERVER + "?" + query);
  }

  private static String template() {
    try (var in = AzurePlatform.class.getResourceAsStream("azure-ready.xml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new HostFailure("cannot read azure-ready.xml", e);
    }
  }
}
