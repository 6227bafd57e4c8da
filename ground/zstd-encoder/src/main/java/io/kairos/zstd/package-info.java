/** Zstandard, written by its own library. */
package io.kairos.zstd;
