package io.kairos.dist.workshop;

import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;

/** Adds a verb to {@code ./kairos} from a module above this one; found by {@code ServiceLoader}. */
public interface WorkshopExtension {
  Verb verb(LinuxHost host, Console console);
}
