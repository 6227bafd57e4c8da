package io.kairos.agent;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One action that changes the node at a time. The lock goes with its process, so that a crash
 * leaves none behind; the file tells a second one who is at work.
 */
public final class AgentLock implements AutoCloseable {
  static final String FILE = "/run/kairos/agent.lock";

  private final FileChannel channel;

  private AgentLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @param action for whoever comes second: {@code manual-install}
   * @throws Refused when another process holds the lock
   */
  public static AgentLock take(Host host, String action) {
    Path file = host.path(FILE);
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!isTaken(channel)) {
        String holder = read(channel);
        channel.close();
        throw new Refused(
            "another action is changing this node: "
                + (holder.isBlank() ? "its name is not known" : holder),
            "wait until it has ended");
      }
      write(channel, action + ", process " + ProcessHandle.current().pid() + "\n");
      return new AgentLock(channel);
    } catch (IOException e) {
      throw new HostFailure("cannot lock " + file, e);
    }
  }

  private static boolean isTaken(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(256);
    channel.read(text, 0);
    return StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
  }

  private static void write(FileChannel channel, String text) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
  }

  @Override
  public void close() {
    try {
      channel.truncate(0);
      channel.close();
    } catch (IOException e) {
      throw new HostFailure("cannot unlock " + FILE, e);
    }
  }
}
