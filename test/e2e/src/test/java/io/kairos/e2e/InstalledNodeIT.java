package io.kairos.e2e;

import com.sun.net.httpserver.HttpServer;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.qemu.Firmware;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

@Tag("core")
class InstalledNodeIT extends InstalledNodeJourney {
  InstalledNodeIT() {
    super(Firmware.BIOS);
  }

  @Override
  List<Path> media(Path folder) {
    var host = LinuxHost.here();
    return List.of(
        SeedIso.write(host, folder, "cidata", "user-data", EveryKey.onCd("cidata")),
        SeedIso.write(
            host, folder, "config-2", "openstack/latest/user_data", EveryKey.onCd("config-2")));
  }

  @Order(6)
  @TestFactory
  Stream<DynamicTest> everyKeyOfAStepDoesWhatItSays() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/payload",
        exchange -> {
          byte[] body = EveryKey.PAYLOAD.getBytes(StandardCharsets.UTF_8);
          boolean head = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(200, head ? -1 : body.length);
          if (!head) {
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.start();
    try {
      rebootWith(
          EveryKey.cloudConfig("http://10.0.2.2:" + server.getAddress().getPort()),
          EveryKey.USER_DATA);
      return tests(shell().check(EveryKey.checks()));
    } finally {
      server.stop(0);
    }
  }
}
