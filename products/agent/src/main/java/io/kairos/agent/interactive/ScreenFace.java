package io.kairos.agent.interactive;

import io.kairos.agent.frontend.InstallEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/** Pages that fill the screen, and keys that are answered at once. */
final class ScreenFace implements Face {
  /** How long the rest of a sequence may take on a slow serial line. */
  private static final long WITHIN_SEQUENCE_NANOS = 100_000_000;

  private final ScreenLayout layout;
  private final Map<String, String> environment;
  private final InputStream in;
  private final PrintStream out;
  private final Teletype teletype;
  private final KeyDecoder keys;

  ScreenFace(
      ScreenLayout layout,
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      Teletype teletype) {
    this.layout = layout;
    this.environment = environment;
    this.in = in;
    this.out = out;
    this.teletype = teletype;
    this.keys = new KeyDecoder(in, this::follows);
    teletype.takeKeys();
    out.print(ScreenLayout.HIDE_CURSOR);
  }

  @Override
  public void draw(View view) {
    out.print(layout.rendered(view, teletype.size(environment)));
    out.flush();
  }

  @Override
  public void heard(InstallEvent event, View view) {
    draw(view);
  }

  /** A terminal cannot be asked to wait with a deadline, so it is looked at again and again. */
  private boolean follows() throws IOException {
    long end = System.nanoTime() + WITHIN_SEQUENCE_NANOS;
    while (in.available() == 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return in.available() > 0;
  }

  @Override
  public Optional<Key> read() throws IOException {
    return keys.next();
  }

  @Override
  public void forget() throws IOException {
    in.skipNBytes(in.available());
  }

  @Override
  public void close() {
    teletype.close();
  }
}
