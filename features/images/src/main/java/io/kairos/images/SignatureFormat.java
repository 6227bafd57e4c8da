package io.kairos.images;

import java.util.Optional;
import java.util.stream.Stream;

/** One of the ways in which signatures of an image are kept beside it. */
interface SignatureFormat {
  /**
   * What there is for a manifest or an index, read while the stream is.
   *
   * @return for each signature why it does not count; empty when it does
   */
  Stream<Optional<String>> objections(Digest digest);
}
