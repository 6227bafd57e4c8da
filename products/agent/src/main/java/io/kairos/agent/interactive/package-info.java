/**
 * {@code kairos-agent interactive-install}: the installer for people at the console. What the pages
 * are and do is pure ({@code Wizard}, {@code Page}); a terminal only draws and reads keys.
 */
package io.kairos.agent.interactive;
