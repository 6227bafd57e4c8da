package io.kairos.agent.interactive;

import java.util.List;

/** What the machine does when it is installed. */
enum Afterwards {
  NOTHING("do nothing"),
  REBOOT("reboot"),
  POWER_OFF("power off");

  private final String title;

  Afterwards(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** The next one, around; -1 for the one before. */
  Afterwards turned(int by) {
    List<Afterwards> all = List.of(values());
    return all.get(Math.floorMod(all.indexOf(this) + by, all.size()));
  }
}
