package io.kairos.agent.interactive;

import io.kairos.agent.frontend.InstallEvent;
import java.io.IOException;
import java.util.Optional;

/** Shows pages and hears keys. */
interface Face extends AutoCloseable {
  void draw(View view);

  /**
   * Something has happened without a key.
   *
   * @param view the page as it is now
   */
  void heard(InstallEvent event, View view);

  /**
   * Waits for what a person says next.
   *
   * @return empty when nobody is there any more
   */
  Optional<Key> read() throws IOException;

  /** What was typed while nobody asked means nothing. */
  void forget() throws IOException;

  /** Leaves the terminal as it was found. */
  @Override
  void close();
}
