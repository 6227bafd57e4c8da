/** The one implementation of {@link io.kairos.host.Host}; seen by {@code dist} alone. */
package io.kairos.host.linux;
