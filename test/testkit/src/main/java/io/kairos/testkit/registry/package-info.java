/** Registries for tests. */
package io.kairos.testkit.registry;
