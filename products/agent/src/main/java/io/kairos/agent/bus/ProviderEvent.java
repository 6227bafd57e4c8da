package io.kairos.agent.bus;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What providers can be told. */
public enum ProviderEvent {
  INSTALL("agent.install"),
  INSTALL_CHALLENGE("agent.install.challenge"),
  INTERACTIVE_INSTALL("agent.interactive-install"),
  BOOT("agent.boot"),
  BOOTSTRAP("agent.bootstrap"),
  RECOVERY("agent.recovery"),
  RECOVERY_STOP("agent.recovery.stop"),
  RESET_BEFORE("agent.reset.before"),
  RESET_AFTER("agent.reset.after"),
  AVAILABLE_RELEASES("agent.available_releases"),
  VERSION_IMAGE("agent.version_image"),
  PROVIDER_INSTALL("init.provider.install"),
  PROVIDER_CONFIGURE("init.provider.configure"),
  PROVIDER_INFO("init.provider.info");

  private final String word;

  ProviderEvent(String word) {
    this.word = word;
  }

  /** As providers get it. */
  public String word() {
    return word;
  }

  public static Optional<ProviderEvent> named(String word) {
    return Arrays.stream(values()).filter(event -> event.word.equals(word)).findFirst();
  }

  public static List<String> words() {
    return Arrays.stream(values()).map(ProviderEvent::word).toList();
  }
}
