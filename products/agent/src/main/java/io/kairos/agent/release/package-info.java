/** Which images there are, and what they are called: {@code list-releases}, {@code versioneer}. */
package io.kairos.agent.release;
