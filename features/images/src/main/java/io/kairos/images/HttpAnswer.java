package io.kairos.images;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The head of an answer, and its body as it arrives.
 *
 * @param from who gave it, after redirects
 * @param body fails when nothing arrives for too long
 */
record HttpAnswer(URI from, int status, HttpHeaders headers, InputStream body)
    implements Closeable {
  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /** Where a single range begins ({@code Content-Range: bytes 5-9/10}). */
  OptionalLong rangeStart() {
    return header("Content-Range").map(ContentRange::parse).orElse(Optional.empty()).stream()
        .mapToLong(ContentRange::from)
        .findFirst();
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
