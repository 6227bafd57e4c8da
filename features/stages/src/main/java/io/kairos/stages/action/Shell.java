package io.kairos.stages.action;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import java.time.Duration;

/** Runs what users wrote as shell: {@code commands} and {@code if}. */
public final class Shell {
  /** Users' commands have no deadline; this one only keeps a hung boot from hanging for ever. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final String SEARCH_PATH = "/usr/bin:/usr/sbin:/bin:/sbin";

  private Shell() {}

  /** With this process's environment; any exit code comes back. */
  public static Output run(Host host, String command) {
    String inherited = System.getenv("PATH");
    String path = inherited == null ? SEARCH_PATH : SEARCH_PATH + ":" + inherited;
    return host.run(
        Command.of("/bin/sh", "-c", command)
            .inheritingEnvironment()
            .env("PATH", path)
            .within(LONGEST)
            .expectingAny());
  }
}
