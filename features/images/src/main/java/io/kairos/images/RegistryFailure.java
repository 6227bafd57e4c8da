package io.kairos.images;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** One endpoint did not do one thing that it was asked for. */
final class RegistryFailure extends IOException {
  private static final long serialVersionUID = 1L;
  private final transient OptionalInt status;
  private final boolean mayPass;
  private final Duration pause;

  private RegistryFailure(
      String what, Throwable cause, OptionalInt status, boolean mayPass, Duration pause) {
    super(what, cause);
    this.status = status;
    this.mayPass = mayPass;
    this.pause = pause;
  }

  /** The line broke, or it never stood. */
  static RegistryFailure ofLine(String host, IOException cause) {
    String what = Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName());
    return new RegistryFailure(host + ": " + what, cause, OptionalInt.empty(), true, Duration.ZERO);
  }

  /** It answered, but not with what was asked for. */
  static RegistryFailure ofStatus(String host, int status, boolean mayPass, Duration pause) {
    return new RegistryFailure(
        host + " answered " + status, null, OptionalInt.of(status), mayPass, pause);
  }

  /** It does something that we do not go along with. */
  static RegistryFailure ofConduct(String what) {
    return new RegistryFailure(what, null, OptionalInt.empty(), false, Duration.ZERO);
  }

  OptionalInt status() {
    return status;
  }

  boolean isStatus(int... wanted) {
    for (int one : wanted) {
      if (status.isPresent() && status.getAsInt() == one) {
        return true;
      }
    }
    return false;
  }

  /** Whether the same may work later. */
  boolean mayPass() {
    return mayPass;
  }

  /** How long it asks to be left alone. */
  Duration pause() {
    return pause;
  }
}
