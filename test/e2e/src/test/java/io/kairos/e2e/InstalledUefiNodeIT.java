package io.kairos.e2e;

import io.kairos.testkit.qemu.Firmware;
import org.junit.jupiter.api.Tag;

@Tag("long")
class InstalledUefiNodeIT extends InstalledNodeJourney {
  InstalledUefiNodeIT() {
    super(Firmware.UEFI);
  }
}
