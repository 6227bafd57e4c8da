package io.kairos.immucore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceWaitTest {
  @Test
  void aDeviceThatComesLaterIsFound(@TempDir Path dev) throws Exception {
    Path device = dev.resolve("disk/by-label/COS_OEM");
    var waiting = new CountDownLatch(1);
    var found = new AtomicReference<Path>();
    Thread waiter =
        Thread.startVirtualThread(
            () -> {
              waiting.countDown();
              found.set(DeviceWait.until(device, Duration.ofSeconds(30)));
            });
    waiting.await();
    Files.createDirectories(device.getParent());
    Files.createFile(device);
    waiter.join();
    assertThat(found.get()).isEqualTo(device);
  }

  @Test
  void theDeadlineNamesTheDevice(@TempDir Path dev) throws IOException {
    assertThatThrownBy(() -> DeviceWait.until(dev.resolve("COS_OEM"), Duration.ZERO))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("COS_OEM did not appear within 0 s");
  }
}
