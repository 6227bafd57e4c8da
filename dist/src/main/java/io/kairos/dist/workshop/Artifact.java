package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import java.nio.file.Path;

/**
 * Something that was made.
 *
 * @param name what it is
 * @param digest {@code sha256:…}; names the content
 */
public record Artifact(String name, Path path, Bytes size, String digest) {}
