package io.kairos.agent.webui.http;

import io.kairos.base.HostFailure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Answers one request a connection, each on a virtual thread of its own. A request and its answer
 * have {@link Limits#deadline} together, so that a slow client holds nothing for long.
 */
public final class WebServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(WebServer.class.getName());

  /** How long a client may take to end a conversation that we have ended. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  /**
   * What one visitor may take.
   *
   * @param body octets of a request's body
   * @param deadline from the first octet of the request to the last one of the answer
   * @param connections at the same time; further ones are turned away
   */
  public record Limits(int body, Duration deadline, int connections) {
    public static final Limits USUAL = new Limits(1 << 20, Duration.ofSeconds(30), 64);
  }

  /** Answers requests. Called on several threads at once. */
  @FunctionalInterface
  public interface Handler {
    Reply handle(HttpRequest request);
  }

  private final ServerSocket listener;
  private final Limits limits;
  private final Handler handler;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofPlatform().daemon().name("web-deadlines").unstarted(work));

  private WebServer(ServerSocket listener, Limits limits, Handler handler) {
    this.listener = listener;
    this.limits = limits;
    this.handler = handler;
  }

  /**
   * Listens from now on; {@link #serve} answers.
   *
   * @throws HostFailure when somebody else has that address
   */
  public static WebServer on(InetSocketAddress address, Limits limits, Handler handler) {
    try {
      var listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(address);
      return new WebServer(listener, limits, handler);
    } catch (IOException e) {
      throw new HostFailure("cannot listen on " + address, e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Answers until it is closed. */
  public void serve() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        boolean isOneTooMany = open.size() > limits.connections();
        threads.execute(() -> attend(socket, isOneTooMany));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new HostFailure("cannot accept connections any more", e);
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new HostFailure("cannot stop listening", e);
    } finally {
      open.forEach(WebServer::drop);
      watch.shutdownNow();
      threads.shutdownNow();
    }
  }

  private void attend(Socket socket, boolean isOneTooMany) {
    ScheduledFuture<?> late =
        watch.schedule(() -> drop(socket), limits.deadline().toMillis(), TimeUnit.MILLISECONDS);
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      if (isOneTooMany) {
        write(out, HttpResponse.text(503, "too many visitors at once"), true);
        linger(socket, in);
      } else {
        attend(socket, in, out, late);
      }
    } catch (IOException gone) {
      LOG.log(System.Logger.Level.DEBUG, "{0} is gone: {1}", socket, gone.getMessage());
    } finally {
      late.cancel(false);
      open.remove(socket);
    }
  }

  private void attend(Socket socket, InputStream in, OutputStream out, ScheduledFuture<?> late)
      throws IOException {
    HttpRequest request;
    try {
      var parsed = new RequestParser(in, out, limits.body()).parse(socket.getInetAddress());
      if (parsed.isEmpty()) {
        return;
      }
      request = parsed.get();
    } catch (Rejected e) {
      write(out, e.answer(), true);
      linger(socket, in);
      return;
    }
    switch (reply(request)) {
      case HttpResponse response -> write(out, response, !request.method().equals("HEAD"));
      case Upgrade(var conversation) -> {
        HttpResponse handshake = Handshake.answer(request);
        write(out, handshake, true);
        if (handshake.status() == 101) {
          late.cancel(false);
          converse(new WebSocket(socket, in), conversation);
        }
      }
    }
  }

  /** A client that still sends would lose the answer if the connection was reset under it. */
  private static void linger(Socket socket, InputStream in) throws IOException {
    socket.shutdownOutput();
    socket.setSoTimeout(1000);
    byte[] rest = new byte[8192];
    for (int left = 256; left > 0 && in.read(rest) >= 0; left--) {
      // what was not asked for is thrown away
    }
  }

  private void converse(WebSocket socket, Upgrade.Conversation conversation) throws IOException {
    Future<?> listening = threads.submit(socket::listen);
    try {
      conversation.hold(socket);
      socket.close(1000, "");
      // the client's goodbye says that it has heard everything
      listening.get(FAREWELL.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      socket.close(1001, "");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      LOG.log(System.Logger.Level.DEBUG, "a visitor left without a word");
    }
  }

  private Reply reply(HttpRequest request) {
    try {
      return handler.handle(request);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "no answer to " + request.path(), e);
      return HttpResponse.text(500, "something went wrong here; the journal says what");
    }
  }

  private static void write(OutputStream out, HttpResponse response, boolean withBody)
      throws IOException {
    var head = new StringBuilder("HTTP/1.1 ");
    head.append(response.status()).append(' ').append(response.reason()).append("\r\n");
    Map<String, String> headers = new LinkedHashMap<>(response.headers());
    if (response.status() != 101) {
      headers.put("Content-Length", Integer.toString(response.body().length));
      headers.put("Connection", "close");
    }
    headers.forEach(
        (name, value) -> head.append(name).append(": ").append(oneLine(value)).append("\r\n"));
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    if (withBody) {
      out.write(response.body());
    }
    out.flush();
  }

  /** Nobody smuggles a header into an answer. */
  private static String oneLine(String value) {
    return value.replaceAll("[\\r\\n]", " ");
  }

  private static void drop(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot close {0}: {1}", socket, e.getMessage());
    }
  }
}
