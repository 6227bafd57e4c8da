package io.kairos.immucore;

import io.kairos.host.Host;
import java.util.List;

/** Runs cloud-config stages; behind an interface, because boots are tested without them. */
public interface StageRuns {
  /**
   * Runs a stage with its {@code before} and {@code after}.
   *
   * @param stage {@code rootfs} or {@code initramfs}
   * @param root the system that the steps change
   * @return what went wrong; the boot goes on
   */
  List<String> run(String stage, Host root);
}
