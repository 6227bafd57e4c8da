package io.kairos.immucore;

import io.kairos.host.Host;
import java.util.List;
import java.util.function.Consumer;

/** Runs cloud-config stages; behind an interface, because boots are tested without them. */
public interface StageRuns {
  /**
   * Runs a stage with its {@code before} and {@code after}.
   *
   * @param stage {@code rootfs} or {@code initramfs}
   * @param root the system that the steps change
   * @param log hears what the stage does, line by line
   * @return what went wrong; the boot goes on
   */
  List<String> run(String stage, Host root, Consumer<String> log);
}
