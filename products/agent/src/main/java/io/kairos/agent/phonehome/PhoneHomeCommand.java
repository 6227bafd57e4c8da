package io.kairos.agent.phonehome;

import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Host;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * {@code kairos-agent phone-home}: keeps this node in touch with its fleet server until it is
 * stopped or leaves the fleet.
 */
public final class PhoneHomeCommand {
  /**
   * What the command line says, which counts more than the configuration.
   *
   * @param heartbeat time between two reports
   */
  public record Arguments(
      Optional<String> url,
      Optional<String> token,
      Optional<String> group,
      Optional<Duration> heartbeat) {}

  private final Host host;
  private final String agentVersion;
  private final PrintStream out;
  private final PrintStream err;
  private final Duration grace;
  private final CountDownLatch left = new CountDownLatch(1);
  private final ExecutorService orders = Executors.newVirtualThreadPerTaskExecutor();
  private final Outbox outbox = new Outbox();

  public PhoneHomeCommand(Host host, String agentVersion, PrintStream out, PrintStream err) {
    this(host, agentVersion, out, err, Duration.ofSeconds(10));
  }

  /**
   * @param grace before the machine restarts
   */
  PhoneHomeCommand(
      Host host, String agentVersion, PrintStream out, PrintStream err, Duration grace) {
    this.host = host;
    this.agentVersion = agentVersion;
    this.out = out;
    this.err = err;
    this.grace = grace;
  }

  /** {@code kairos-agent phone-home uninstall}. */
  public static void uninstall(Host host, PrintStream out) {
    var done = new Uninstall(host).run(true);
    done.forEach(out::println);
    if (done.isEmpty()) {
      out.println("This node phones no home");
    }
  }

  /**
   * Returns when the node has left the fleet, or the thread is interrupted.
   *
   * @throws Refused when nothing says where home is
   */
  public void run(Arguments arguments) {
    Config config = new Collector(host).directories(Collector.USER_DIRECTORIES).collect();
    config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
    FleetSettings settings = FleetSettings.of(config.agent().phoneHome(), arguments);
    var report = new NodeReport(host, settings, agentVersion);
    try (var server = new FleetServer(settings)) {
      stayInTouch(settings, server, report);
    } catch (InterruptedException stopped) {
      out.println("No longer in touch with " + settings.url());
    } finally {
      orders.shutdownNow();
    }
  }

  private void stayInTouch(FleetSettings settings, FleetServer server, NodeReport report)
      throws InterruptedException {
    var pause = new Pause(settings.backoff());
    Optional<NodeCredentials> credentials = NodeCredentials.read(host);
    while (left.getCount() > 0) {
      try {
        if (credentials.isEmpty()) {
          credentials = Optional.of(registered(server, report));
        }
        converse(settings, server, report, credentials.get(), pause);
      } catch (FleetServer.NotAccepted e) {
        err.println("WARNING: " + e.getMessage());
        if (credentials.isPresent() && settings.token().isPresent()) {
          NodeCredentials.forget(host);
          credentials = Optional.empty();
        }
      } catch (KairosException e) {
        err.println("WARNING: " + e.getMessage());
      }
      if (left.await(pause.next().toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  private NodeCredentials registered(FleetServer server, NodeReport report)
      throws FleetServer.NotAccepted, InterruptedException {
    NodeCredentials credentials = server.register(report.registration());
    credentials.keep(host);
    out.println("Registered as node " + credentials.node());
    return credentials;
  }

  /** One connection: a report now and then, and what the server orders. */
  private void converse(
      FleetSettings settings,
      FleetServer server,
      NodeReport report,
      NodeCredentials credentials,
      Pause pause)
      throws FleetServer.NotAccepted, InterruptedException {
    var desk =
        new OrderDesk(
            host,
            settings.allowed(),
            (id, target) -> server.download(id, credentials, target),
            left::countDown,
            out,
            err,
            grace);
    try (FleetConnection connection = server.connect(credentials, message -> hear(message, desk))) {
      out.println("In touch with " + settings.url() + " as node " + credentials.node());
      pause.reset();
      outbox.deliverThrough(connection);
      do {
        connection.send(frame("heartbeat", report.heartbeat()));
      } while (left.getCount() > 0 && !connection.isOverWithin(settings.heartbeat()));
      if (left.getCount() > 0) {
        err.println("WARNING: " + connection.reason());
      }
    } finally {
      outbox.keep();
    }
  }

  // ---- orders

  private void hear(String message, OrderDesk desk) {
    try {
      JsonObject frame =
          Json.parseObject("a message of the server", message.getBytes(StandardCharsets.UTF_8));
      String type = frame.requiredText("type");
      if (type.equals("command")) {
        RemoteOrder order = RemoteOrder.read(frame.requiredObject("data"));
        orders.execute(() -> carryOut(order, desk));
      } else {
        err.println("WARNING: the server sent a message of the unknown type " + type);
      }
    } catch (KairosException e) {
      err.println("WARNING: " + e.getMessage());
    }
  }

  private void carryOut(RemoteOrder order, OrderDesk desk) {
    out.println("The server orders: " + order.command());
    try {
      outbox.post(status(order, RemoteOrder.Phase.RUNNING, ""));
      OrderDesk.Done done = desk.carryOut(order);
      outbox.post(status(order, RemoteOrder.Phase.COMPLETED, done.result()));
      done.afterwards().ifPresent(Runnable::run);
    } catch (KairosException e) {
      err.println("WARNING: " + order.command() + ": " + e.getMessage());
      post(status(order, RemoteOrder.Phase.FAILED, e.getMessage()));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void post(String status) {
    try {
      outbox.post(status);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static String status(RemoteOrder order, RemoteOrder.Phase phase, String result) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", order.id());
    data.put("phase", phase.word());
    if (!result.isEmpty()) {
      data.put("result", result);
    }
    return frame("command_status", data);
  }

  private static String frame(String type, Map<String, Object> data) {
    Map<String, Object> frame = new LinkedHashMap<>();
    frame.put("type", type);
    frame.put("data", data);
    return Json.write(frame);
  }

  /** Messages that have to arrive, over whichever connection there is. Safe for threads. */
  private static final class Outbox {
    private final Deque<String> waiting = new ArrayDeque<>();
    private Optional<FleetConnection> connection = Optional.empty();

    synchronized void deliverThrough(FleetConnection open) throws InterruptedException {
      connection = Optional.of(open);
      deliver();
    }

    /** Until there is another connection. */
    synchronized void keep() {
      connection = Optional.empty();
    }

    synchronized void post(String message) throws InterruptedException {
      waiting.add(message);
      deliver();
    }

    private void deliver() throws InterruptedException {
      try {
        while (connection.isPresent() && !waiting.isEmpty()) {
          connection.get().send(waiting.peek());
          waiting.remove();
        }
      } catch (HostFailure gone) {
        connection = Optional.empty(); // the next one gets what waits
      }
    }
  }
}
