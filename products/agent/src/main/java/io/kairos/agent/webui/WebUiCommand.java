package io.kairos.agent.webui;

import io.kairos.agent.AgentSettings;
import io.kairos.agent.frontend.ManualInstall;
import io.kairos.agent.state.NodeAddresses;
import io.kairos.agent.webui.http.WebServer;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code kairos-agent webui}: serves the web installer until it is stopped. */
public final class WebUiCommand {
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[([0-9a-fA-F:.%]+)\\]|([^:\\[\\]]*)):([0-9]{1,5})");

  private static final int LARGEST_PORT = 0xffff;

  private final Host host;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  public WebUiCommand(
      Host host, Map<String, String> environment, PrintStream out, PrintStream err) {
    this.host = host;
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /**
   * Returns when the process is told to end, or at once when the image does not want it.
   *
   * @throws io.kairos.base.KairosException when the address is taken or is none
   */
  public void run() {
    AgentSettings settings = AgentSettings.read(host);
    if (settings.isWebUiDisabled()) {
      out.println("The web installer is switched off: webui.disable in /etc/kairos/agent.yaml");
      return;
    }
    try (Running running = start(address(settings.webUiListenAddress()), new SecureRandom())) {
      Runtime.getRuntime().addShutdownHook(new Thread(running::close, "webui-end"));
      running.server.serve();
    }
  }

  /** Listens, and has told so; answers once it serves. */
  Running start(InetSocketAddress address, SecureRandom random) {
    AccessToken token = AccessToken.draw(random);
    WebServer server =
        WebServer.on(
            address,
            WebServer.Limits.USUAL,
            new WebUi(
                host,
                new Gate(token, host.clock()),
                new VisitedHost(hostName()),
                new Installation(host, ManualInstall.program(host, environment))));
    var announcement = new Announcement(host, token, server.port());
    List<String> addresses =
        address.getAddress().isAnyLocalAddress()
            ? NodeAddresses.observe().texts()
            : List.of(address.getAddress().getHostAddress().replaceAll("%.*", ""));
    out.print(announcement.text(addresses));
    out.flush();
    try {
      announcement.post(addresses);
    } catch (HostFailure e) {
      err.println("WARNING: " + e.getMessage()); // not root: it was printed all the same
    }
    return new Running(server, announcement, token);
  }

  /** A web installer that listens. */
  record Running(WebServer server, Announcement announcement, AccessToken token)
      implements AutoCloseable {
    @Override
    public void close() {
      announcement.remove();
      server.close();
    }
  }

  /** {@code :8080}, {@code 127.0.0.1:8080}, {@code [::1]:8080}, as Go's net.Listen takes them. */
  static InetSocketAddress address(String text) {
    Matcher matcher = ADDRESS.matcher(text.strip());
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > LARGEST_PORT) {
      throw new InvalidConfig(
          Problem.of("webui.listen_address in /etc/kairos/agent.yaml is no address: " + text)
              .withRemedy("write :PORT, or HOST:PORT"));
    }
    String name = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    int port = Integer.parseInt(matcher.group(3));
    InetSocketAddress address =
        name.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(name, port);
    if (address.isUnresolved()) {
      throw new HostFailure("webui.listen_address names an unknown host: " + name);
    }
    return address;
  }

  private String hostName() {
    Path file = host.path("/proc/sys/kernel/hostname");
    try {
      return Files.exists(file)
          ? Files.readString(file).strip().toLowerCase(Locale.ROOT).split("\\.", 2)[0]
          : "";
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }
}
