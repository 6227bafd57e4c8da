package io.kairos.config;

import java.util.List;
import java.util.Optional;

/**
 * How encrypted partitions are unlocked.
 *
 * @param challenger the server that keeps keys
 * @param nvIndex of the key in the TPM, such as {@code 0x1500000}
 * @param cIndex of the certificate in the TPM
 */
public record KcryptConfig(
    Challenger challenger,
    Optional<String> nvIndex,
    Optional<String> cIndex,
    Optional<String> tpmDevice) {
  /**
   * A server of keys.
   *
   * @param server its address
   * @param mdns whether it is looked for in the local network
   * @param certificate that the server shows
   */
  public record Challenger(
      Optional<String> server,
      boolean mdns,
      Optional<String> certificate,
      Optional<String> nvIndex,
      Optional<String> cIndex,
      Optional<String> tpmDevice) {
    private static Challenger read(Section challenger) {
      return new Challenger(
          challenger.text("challenger_server", "address of the server that keeps keys").optional(),
          challenger.flag("mdns", "look for the server in the local network").orElse(false),
          challenger.text("certificate", "certificate of the server").optional(),
          challenger.text("nv_index", "key in the TPM, as the boot is told").optional(),
          challenger.text("c_index", "certificate in the TPM, as the boot is told").optional(),
          challenger.text("tpm_device", "TPM, as the boot is told").optional());
    }
  }

  static KcryptConfig read(Section kcrypt) {
    var config =
        new KcryptConfig(
            kcrypt
                .section("challenger", "server of keys", Challenger::read)
                .optional()
                .orElse(
                    new Challenger(
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())),
            kcrypt.text("nv_index", "key in the TPM").optional(),
            kcrypt.text("c_index", "certificate in the TPM").optional(),
            kcrypt.text("tpm_device", "TPM; the first one by default").optional());
    kcrypt.constrain("nv_index", "type", List.of("string", "integer"));
    var _ = kcrypt.constrain("c_index", "type", List.of("string", "integer"));
    return config;
  }
}
