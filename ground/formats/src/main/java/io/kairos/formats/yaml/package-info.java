/**
 * YAML as users of Kairos know it: read like Go's yaml.v3 reads it, with a position for each key
 * and value, and written in its layout.
 */
package io.kairos.formats.yaml;
