/** Programs that run beside a test. */
package io.kairos.testkit.process;
