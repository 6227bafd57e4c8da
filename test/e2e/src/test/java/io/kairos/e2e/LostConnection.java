package io.kairos.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** A way to a server of this host that is cut after some octets, and stays cut. */
final class LostConnection implements AutoCloseable {
  private final ServerSocket listener;
  private final String host;
  private final int port;
  private final AtomicLong left;

  private LostConnection(ServerSocket listener, String host, int port, long octets) {
    this.listener = listener;
    this.host = host;
    this.port = port;
    this.left = new AtomicLong(octets);
  }

  /**
   * @param server {@code HOST:PORT}
   * @param octets that the server may send in all
   */
  static LostConnection to(String server, long octets) throws IOException {
    int colon = server.indexOf(':');
    var way =
        new LostConnection(
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            server.substring(0, colon),
            Integer.parseInt(server.substring(colon + 1)),
            octets);
    Thread.ofVirtual().start(way::accept);
    return way;
  }

  /** As a virtual machine with QEMU's user network reaches it. */
  String hostForGuests() {
    return "10.0.2.2:" + listener.getLocalPort();
  }

  boolean isCut() {
    return listener.isClosed();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        var server = new Socket(host, port)) {
      Thread.ofVirtual().start(() -> pass(client, server));
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] some = new byte[8192];
      for (int count = in.read(some); count > 0; count = in.read(some)) {
        if (left.addAndGet(-count) < 0) {
          close();
          return;
        }
        out.write(some, 0, count);
      }
    } catch (IOException over) {
      close();
    }
  }

  private static void pass(Socket client, Socket server) {
    try {
      client.getInputStream().transferTo(server.getOutputStream());
      server.shutdownOutput();
    } catch (IOException over) {
      // the other direction ends too, and tells
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
