package io.kairos.testkit.qemu;

import io.kairos.base.HostFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The few words that we say to a running QEMU (QEMU Machine Protocol). One connection a word. */
final class Qmp {
  /** What it is told; complete messages of the protocol. */
  enum Word {
    GREETING("{\"execute\":\"qmp_capabilities\"}"),
    /** Ends QEMU at once. */
    QUIT("{\"execute\":\"quit\"}"),
    /** Presses the power button. */
    POWER_BUTTON("{\"execute\":\"system_powerdown\"}"),
    /** Presses the reset button. */
    RESET("{\"execute\":\"system_reset\"}"),
    EJECT("{\"execute\":\"eject\",\"arguments\":{\"id\":\"cdrom-drive\",\"force\":true}}");

    private final String message;

    Word(String message) {
      this.message = message;
    }
  }

  private final Path socket;

  Qmp(Path socket) {
    this.socket = socket;
  }

  void say(Word word) {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      var answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
      answers.readLine(); // it introduces itself
      ask(channel, answers, Word.GREETING);
      ask(channel, answers, word);
    } catch (IOException e) {
      throw new HostFailure("QEMU does not listen at " + socket, e);
    }
  }

  private static void ask(SocketChannel channel, BufferedReader answers, Word word)
      throws IOException {
    channel.write(ByteBuffer.wrap((word.message + "\n").getBytes(StandardCharsets.UTF_8)));
    String line = answers.readLine();
    while (line != null && !line.startsWith("{\"return\"")) {
      if (line.startsWith("{\"error\"")) {
        throw new HostFailure("QEMU refused " + word + ": " + line);
      }
      line = answers.readLine(); // events in between
    }
  }
}
