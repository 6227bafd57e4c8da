/** The node runtime: a JDK subset, our jars, a class archive and a C library of its own. */
package io.kairos.dist.runtime;
