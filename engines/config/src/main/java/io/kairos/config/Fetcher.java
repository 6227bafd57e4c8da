package io.kairos.config;

import io.kairos.base.HostFailure;
import java.net.URI;

/** Gets a config from the network. */
@FunctionalInterface
public interface Fetcher {
  /**
   * @throws HostFailure when it cannot be had, after some attempts
   */
  String fetch(URI address);
}
