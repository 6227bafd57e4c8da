/** Measures what nodes and builders pay for this stack. No test asserts a time. */
package io.kairos.bench;
