/** A machine in a folder. */
package io.kairos.testkit.host;
