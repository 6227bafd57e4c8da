package io.kairos.stages.git;

import io.kairos.base.Secret;
import io.kairos.config.Section;
import java.util.Optional;

/**
 * How a repository lets us in.
 *
 * @param password of {@code username}, over HTTP
 * @param privateKey of an ssh key, as in its file
 * @param hostKey the one key that the ssh server may have: type and key as in its {@code .pub} file
 * @param isInsecure whether anybody may be the server
 */
record GitAuth(
    String username,
    Optional<Secret> password,
    Optional<Secret> privateKey,
    Optional<String> hostKey,
    boolean isInsecure) {
  static final GitAuth NONE =
      new GitAuth("", Optional.empty(), Optional.empty(), Optional.empty(), false);

  static GitAuth read(Section auth) {
    return new GitAuth(
        auth.text("username", "login name").orElse(""),
        auth.parsed("password", "password or token, over HTTP", Secret::of).optional(),
        auth.parsed("private_key", "ssh key", Secret::of).optional(),
        auth.text("public_key", "key of the ssh server; no other is accepted")
            .optional()
            .filter(text -> !text.isBlank()),
        auth.flag("insecure", "accept any server").orElse(false));
  }

  GitAuth as(String user, Optional<Secret> word) {
    return new GitAuth(user, word, privateKey, hostKey, isInsecure);
  }
}
