/**
 * What makes this node this node: cloud-configs collected, merged, checked, and read into records.
 */
package io.kairos.config;
