package io.kairos.config;

import java.util.Optional;
import java.util.function.Consumer;

/** What a user may have written for one setting. */
public final class Value<T> {
  private final Optional<T> written;
  private final Consumer<String> defaulted;
  private final Runnable missing;

  Value(Optional<T> written, Consumer<String> defaulted, Runnable missing) {
    this.written = written;
    this.defaulted = defaulted;
    this.missing = missing;
  }

  public Optional<T> optional() {
    return written;
  }

  public T orElse(T standard) {
    defaulted.accept(String.valueOf(standard));
    return written.orElse(standard);
  }

  /**
   * Reports the setting when it is absent.
   *
   * @param standIn lets the reading go on, so that all problems are found at once
   */
  public T requiredOr(T standIn) {
    if (written.isEmpty()) {
      missing.run();
    }
    return written.orElse(standIn);
  }
}
