package io.kairos.convert;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * State of a repository: what it offered when this was fetched. The package manager checks the
 * signature; here it only serves to notice a change.
 *
 * @param digest SHA-256 of its InRelease file
 * @param date when the repository was made
 */
record RepositoryIndex(String uri, String suite, String digest, Instant date) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss zzz", Locale.ROOT);
  private static final String REMEDY =
      "check the network and the proxy, or name another mirror with --mirror";

  static RepositoryIndex fetch(HttpClient http, String uri, String suite) {
    String url = uri + "/dists/" + suite + "/InRelease";
    byte[] body;
    try {
      HttpResponse<byte[]> response =
          http.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30)).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw HostFailure.withRemedy(
            "the mirror answers " + response.statusCode() + " for " + url, REMEDY);
      }
      body = response.body();
    } catch (IOException e) {
      throw HostFailure.withRemedy("the mirror does not answer: " + url + ": " + cause(e), REMEDY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while fetching " + url, e);
    }
    return parse(uri, suite, body);
  }

  static RepositoryIndex parse(String uri, String suite, byte[] inRelease) {
    String date =
        new String(inRelease, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("Date: "))
            .findFirst()
            .orElseThrow(
                () ->
                    HostFailure.withRemedy(
                        "no repository: " + uri + "/dists/" + suite + "/InRelease has no date",
                        REMEDY));
    try {
      Instant made = ZonedDateTime.parse(date.substring("Date: ".length()), DATE).toInstant();
      return new RepositoryIndex(uri, suite, sha256(inRelease), made);
    } catch (DateTimeParseException e) {
      throw new HostFailure("cannot read the date of " + uri + " " + suite + ": " + date, e);
    }
  }

  private static String cause(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
