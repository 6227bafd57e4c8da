/**
 * Tar archives (POSIX.1-2017 pax, ustar, and what GNU tar adds for long names), octet for octet:
 * values of extended attributes are no text, and libraries that treat them as text damage file
 * capabilities.
 */
package io.kairos.formats.tar;
