/** What somebody needs who helps from afar: {@code logs}. */
package io.kairos.agent.logs;
