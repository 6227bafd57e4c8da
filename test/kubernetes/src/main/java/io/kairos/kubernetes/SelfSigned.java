package io.kairos.kubernetes;

import io.kairos.host.Command;
import io.kairos.host.Host;
import java.nio.file.Path;
import java.util.List;

/**
 * A certificate that vouches for itself: who trusts exactly this one needs no authority.
 *
 * @param certificate PEM
 * @param key PKCS #8 in PEM, P-256
 */
public record SelfSigned(Path certificate, Path key) {
  /**
   * Makes one that is valid for ten years.
   *
   * @param subject for example {@code /CN=kube-apiserver}
   * @param alternatives as {@code DNS:localhost}
   */
  public static SelfSigned make(
      Host host, Path directory, String name, String subject, List<String> alternatives) {
    var made = new SelfSigned(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
    host.run(
        Command.of("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "3650")
            .with("-pkeyopt", "ec_paramgen_curve:P-256")
            .with("-subj", subject)
            .with("-addext", "subjectAltName=" + String.join(",", alternatives))
            .with("-keyout", made.key().toString(), "-out", made.certificate().toString()));
    return made;
  }
}
