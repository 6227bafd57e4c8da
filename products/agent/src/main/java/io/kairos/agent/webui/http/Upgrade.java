package io.kairos.agent.webui.http;

import java.io.IOException;

/**
 * The connection becomes a WebSocket.
 *
 * @param conversation what is said on it
 */
public record Upgrade(Conversation conversation) implements Reply {
  /** The server's side of a WebSocket. */
  @FunctionalInterface
  public interface Conversation {
    /**
     * Runs on a thread of its own; the socket is closed when it returns.
     *
     * @throws IOException when the other side is gone
     */
    void hold(WebSocket socket) throws IOException, InterruptedException;
  }
}
