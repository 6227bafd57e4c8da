package io.kairos.testkit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boots a boot sector of ours: the whole harness in a second, without a system. */
class QemuMachineTest {
  private static final Host HOST = LinuxHost.here();
  private static final Accelerator TCG = new Accelerator("tcg", "it works everywhere");

  /** Real mode: writes the text behind it to the first serial port, then halts for ever. */
  private static final int[] HELLO = {
    0x31,
    0xc0, // xor ax,ax
    0x8e,
    0xd8, // mov ds,ax
    0xfc, // cld
    0xba,
    0xf8,
    0x03, // mov dx,0x3f8
    0xbe,
    0x16,
    0x7c, // mov si,text
    0xac, // next: lodsb
    0x84,
    0xc0, // test al,al
    0x74,
    0x03, // jz end
    0xee, // out dx,al
    0xeb,
    0xf8, // jmp next
    0xf4, // end: hlt
    0xeb,
    0xfd // jmp end
  };

  /** SeaBIOS reads no smaller one. */
  private static final int DISK_SIZE = 1 << 20;

  @TempDir Path directory;

  @BeforeAll
  static void qemuIsThere() {
    assumeTrue(HOST.hasProgram("qemu-system-x86_64"), "qemu-system-x86_64 is not installed");
  }

  private MachineSpec saying(String text) throws IOException {
    var sector = new ByteArrayOutputStream();
    for (int octet : HELLO) {
      sector.write(octet);
    }
    sector.write(text.getBytes(StandardCharsets.US_ASCII));
    byte[] bytes = Arrays.copyOf(sector.toByteArray(), DISK_SIZE);
    bytes[510] = 0x55;
    bytes[511] = (byte) 0xaa;
    Path disk = Files.write(directory.resolve("disk.raw"), bytes);
    return MachineSpec.in(directory, TCG).memory(Bytes.ofMib(64)).disk(disk);
  }

  @Test
  void whatTheMachineSaysIsHeardAndKept() throws IOException {
    MachineSpec spec = saying("\u001b[1mhello\u001b[0m world");
    try (var machine = QemuMachine.start(HOST, spec)) {
      machine.awaitSerial(Pattern.compile("hello world"), Duration.ofSeconds(60));
      assertThat(machine.isRunning()).isTrue();

      machine.serial().mark();
      machine.pressReset();
      machine.awaitSerial(Pattern.compile("hello world"), Duration.ofSeconds(60));
    }
    assertThat(spec.serialLog()).content().contains("hello");
  }

  @Test
  void aMachineMayEndAtAReboot() throws IOException {
    MachineSpec spec = saying("x").endingAtReboot();
    try (var machine = QemuMachine.start(HOST, spec)) {
      machine.awaitSerial(Pattern.compile("x"), Duration.ofSeconds(60));
      machine.pressReset();
      machine.awaitEnd(Duration.ofSeconds(30));
    }
  }

  @Test
  void aMachineEndsWhenItIsClosed() throws IOException {
    var machine = QemuMachine.start(HOST, saying("x"));
    machine.close();
    machine.close();
    assertThat(machine.isRunning()).isFalse();
    assertThat(machine.consoleSocket()).doesNotExist();
  }

  @Test
  void waitingInVainTellsWhatTheMachineSaidInstead() throws IOException {
    try (var machine = QemuMachine.start(HOST, saying("something else"))) {
      machine.awaitSerial(Pattern.compile("else"), Duration.ofSeconds(60));
      assertThatThrownBy(
              () -> machine.awaitSerial(Pattern.compile("login:"), Duration.ofMillis(600)))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("'login:' on the serial console")
          .hasMessageContaining("something else");
    }
  }

  @Test
  void waitingEndsWhenTheMachineDoes() throws IOException {
    MachineSpec spec = saying("x").disk(directory.resolve("missing.raw"));
    try (var machine = QemuMachine.start(HOST, spec)) {
      assertThatThrownBy(() -> machine.awaitSerial(Pattern.compile("x"), Duration.ofMinutes(1)))
          .hasMessageContaining("the machine ended with exit code 1")
          .hasMessageContaining("missing.raw");
    }
    assertThat(spec.qemuLog()).content().contains("missing.raw");
  }

  @Test
  void uefiFirmwareStartsWithVariablesOfItsOwn() throws IOException {
    assumeTrue(Files.exists(Path.of("/usr/share/OVMF")), "no UEFI firmware: package ovmf");
    MachineSpec spec = saying("x").memory(Bytes.ofMib(256)).firmware(Firmware.UEFI);
    try (var machine = QemuMachine.start(HOST, spec)) {
      machine.awaitSerial(Pattern.compile("BdsDxe"), Duration.ofMinutes(2));
    }
    assertThat(directory.resolve("uefi-variables.fd")).exists();
  }

  @Test
  void theVariableDecidesAboutTheAccelerator() {
    assertThat(
            Accelerator.choose(HOST, Map.of("KAIROS_QEMU_ACCEL", "tcg"), Path.of("none.iso"))
                .name())
        .isEqualTo("tcg");
  }
}
