package io.kairos.config;

import io.kairos.base.HostFailure;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** Pages by their addresses; nobody answers anywhere else. */
final class FakeWeb implements Fetcher {
  private final Map<String, String> pages = new HashMap<>();

  void put(String address, String page) {
    pages.put(address, page);
  }

  @Override
  public String fetch(URI address) {
    if (!pages.containsKey(address.toString())) {
      throw new HostFailure("cannot fetch " + address);
    }
    return pages.get(address.toString());
  }
}
