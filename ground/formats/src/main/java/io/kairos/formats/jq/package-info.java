/** Queries in the language of jq, over trees of maps, lists, texts, numbers and booleans. */
package io.kairos.formats.jq;
