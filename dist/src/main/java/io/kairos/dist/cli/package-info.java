/**
 * Commands and options declared as values. No reflection and no library: the same code parses on a
 * node, where every millisecond of start-up and every megabyte of image counts.
 */
package io.kairos.dist.cli;
