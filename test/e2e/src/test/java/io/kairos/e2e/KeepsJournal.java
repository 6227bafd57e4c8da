package io.kairos.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Fetches the journal of the machine when a test of a journey fails, before the machine ends. */
final class KeepsJournal implements TestWatcher {
  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    context
        .getTestInstance()
        .filter(NodeJourney.class::isInstance)
        .map(NodeJourney.class::cast)
        .ifPresent(NodeJourney::keepJournal);
  }
}
