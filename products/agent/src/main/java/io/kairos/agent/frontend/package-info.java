/** What every face of the installer shares: it runs {@code manual-install} and hears its steps. */
package io.kairos.agent.frontend;
