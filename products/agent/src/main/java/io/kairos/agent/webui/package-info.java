/** {@code kairos-agent webui}: the installer for people with a browser. */
package io.kairos.agent.webui;
