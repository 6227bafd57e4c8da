/** JSON (RFC 8259): trees of maps and lists, positions in errors, the same bytes every time. */
package io.kairos.formats.json;
