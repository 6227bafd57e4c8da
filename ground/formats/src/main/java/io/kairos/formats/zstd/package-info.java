/** Zstandard data (RFC 8878), for reading. */
package io.kairos.formats.zstd;
