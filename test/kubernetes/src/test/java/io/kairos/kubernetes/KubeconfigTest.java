package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.formats.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigTest {
  private final Kubeconfig access =
      new Kubeconfig("https://10.173.0.1:6443", "a certificate", "secret", "default");

  @Test
  void aTokenIsForItsOwnerAlone(@TempDir Path folder) throws IOException {
    Path file = access.write(folder.resolve("below/kubeconfig"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(access.toString()).doesNotContain("secret");
    assertThat(Kubeconfig.read(file)).isEqualTo(access);
  }

  @Test
  void kubectlFindsServerCertificateAndToken() {
    var json = Json.parseObject("kubeconfig", access.render().getBytes(StandardCharsets.UTF_8));
    var cluster = json.objects("clusters").getFirst().requiredObject("cluster");
    assertThat(cluster.requiredText("server")).isEqualTo("https://10.173.0.1:6443");
    assertThat(cluster.requiredText("certificate-authority-data"))
        .isEqualTo("YSBjZXJ0aWZpY2F0ZQ==");
    assertThat(json.objects("users").getFirst().requiredObject("user").requiredText("token"))
        .isEqualTo("secret");
  }
}
