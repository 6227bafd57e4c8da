package io.kairos.stages.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Vectors of "Unix crypt using SHA-256 and SHA-512" (U. Drepper), and of glibc's crypt(3). */
class ShaCryptTest {
  @Test
  void hashesAsTheSpecificationShows() {
    assertThat(ShaCrypt.hash("Hello world!", "saltstring"))
        .isEqualTo(
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1");
  }

  @Test
  void onlySixteenCharactersOfTheSaltCount() {
    assertThat(ShaCrypt.hash("kairos", "0123456789abcdefXYZ"))
        .isEqualTo(ShaCrypt.hash("kairos", "0123456789abcdef"))
        .startsWith("$6$0123456789abcdef$");
  }

  @Test
  void longAndEmptyPasswordsWork() {
    assertThat(ShaCrypt.hash("a very long password ".repeat(8), "abcdefgh"))
        .isEqualTo(
            "$6$abcdefgh$g7hCUXXg8o7q5ujEzYprxdPJau5/QQNfWmqOB.DhzY0535.h./W0ubmn21O01XOZeiuLtcqIW2tOH36vWnqZM0");
    assertThat(ShaCrypt.hash("", "abcdefgh"))
        .isEqualTo(
            "$6$abcdefgh$v7sYNA18/BerGOYQLppYLyjH4yJilp8kqe/ef3KYMK9hOIdzH1yzcmP74Ay.m51y1jP3QqxM7Jl75S4CxDhBq.");
  }

  @Test
  void everyHashHasItsOwnSalt() {
    assertThat(ShaCrypt.hash("a")).isNotEqualTo(ShaCrypt.hash("a")).hasSize(3 + 16 + 1 + 86);
  }
}
