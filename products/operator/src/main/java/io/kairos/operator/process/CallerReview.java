package io.kairos.operator.process;

import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Asks the API server whose token this is and whether they may {@code get} a path. Answers count
 * for a minute. Safe for use by several threads.
 */
final class CallerReview {
  /** What was answered about a caller. */
  enum Verdict {
    ALLOWED,
    UNKNOWN_CALLER,
    FORBIDDEN
  }

  private record Answer(Verdict verdict, Instant until) {}

  private static final Duration VALID = Duration.ofMinutes(1);
  private static final int REMEMBERED = 1024;

  private final KubernetesClient client;
  private final InstantSource clock;

  /** By hash of the token, so that no token stays in memory; guarded by itself. */
  private final Map<String, Answer> answers =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
          return size() > REMEMBERED;
        }
      };

  CallerReview(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  Verdict of(String token, String path) {
    String key = hash(token) + path;
    synchronized (answers) {
      Answer known = answers.get(key);
      if (known != null && clock.instant().isBefore(known.until())) {
        return known.verdict();
      }
    }
    Verdict verdict = ask(token, path);
    synchronized (answers) {
      answers.put(key, new Answer(verdict, clock.instant().plus(VALID)));
    }
    return verdict;
  }

  private Verdict ask(String token, String path) {
    var review =
        client
            .tokenReviews()
            .create(new TokenReviewBuilder().withNewSpec().withToken(token).endSpec().build())
            .getStatus();
    if (!Boolean.TRUE.equals(review.getAuthenticated())) {
      return Verdict.UNKNOWN_CALLER;
    }
    UserInfo user = review.getUser();
    var access =
        client
            .authorization()
            .v1()
            .subjectAccessReview()
            .create(
                new SubjectAccessReviewBuilder()
                    .withNewSpec()
                    .withUser(user.getUsername())
                    .withUid(user.getUid())
                    .withGroups(user.getGroups())
                    .withExtra(user.getExtra())
                    .withNewNonResourceAttributes()
                    .withPath(path)
                    .withVerb("get")
                    .endNonResourceAttributes()
                    .endSpec()
                    .build());
    return Boolean.TRUE.equals(access.getStatus().getAllowed())
        ? Verdict.ALLOWED
        : Verdict.FORBIDDEN;
  }

  private static String hash(String token) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
