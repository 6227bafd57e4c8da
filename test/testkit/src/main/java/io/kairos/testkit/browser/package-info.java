/** A real browser without a window, for tests of pages. */
package io.kairos.testkit.browser;
