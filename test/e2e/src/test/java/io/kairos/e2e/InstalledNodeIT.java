package io.kairos.e2e;

import io.kairos.testkit.qemu.Firmware;
import org.junit.jupiter.api.Tag;

@Tag("core")
class InstalledNodeIT extends InstalledNodeJourney {
  InstalledNodeIT() {
    super(Firmware.BIOS);
  }
}
