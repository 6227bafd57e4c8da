package io.kairos.agent.phonehome;

import io.kairos.base.HostFailure;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One WebSocket to a fleet server, from its handshake to its end. */
final class FleetConnection implements WebSocket.Listener, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration FAREWELL = Duration.ofSeconds(1);

  /** Longer messages end the connection: a cloud-config has a few kilobytes. */
  private static final int LONGEST = 4 << 20;

  /** What is done with a message. Called on one thread, in the order of the messages. */
  @FunctionalInterface
  interface Hearing {
    void hear(String message);
  }

  private final Hearing hearing;
  private final StringBuilder partial = new StringBuilder();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile String reason = "the server is gone";
  private volatile WebSocket socket;

  FleetConnection(Hearing hearing) {
    this.hearing = hearing;
  }

  @Override
  public void onOpen(WebSocket open) {
    socket = open;
    open.request(1);
  }

  /**
   * @throws HostFailure when the server does not take it
   */
  synchronized void send(String message) throws InterruptedException {
    try {
      var _ = socket.sendText(message, true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      end("cannot send: " + e.getCause().getMessage());
      throw new HostFailure("the fleet server does not listen any more", e.getCause());
    } catch (TimeoutException e) {
      end("nothing can be sent");
      throw new HostFailure("the fleet server does not listen any more");
    }
  }

  /**
   * Waits for the end of the connection.
   *
   * @return whether it has ended in this time
   */
  boolean isOverWithin(Duration time) throws InterruptedException {
    return over.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  String reason() {
    return reason;
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    if (partial.length() + data.length() > LONGEST) {
      end("a message of more than " + LONGEST + " characters came");
      return null;
    }
    partial.append(data);
    if (last) {
      String message = partial.toString();
      partial.setLength(0);
      hearing.hear(message);
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String why) {
    reason = "the server closed the connection (" + code + (why.isEmpty() ? "" : ", " + why) + ")";
    over.countDown();
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    reason = "the connection broke: " + error.getMessage();
    over.countDown();
  }

  private void end(String why) {
    reason = why;
    over.countDown();
    if (socket != null) {
      socket.abort();
    }
  }

  /** Says goodbye when somebody is there to hear it. */
  @Override
  public void close() {
    if (over.getCount() > 0 && !socket.isOutputClosed()) {
      var _ =
          socket
              .sendClose(WebSocket.NORMAL_CLOSURE, "")
              .orTimeout(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)
              .handle((sent, gone) -> sent)
              .join();
    }
    end("closed");
  }
}
