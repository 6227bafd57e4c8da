/** Files from the network: whole, resumed, in place all at once. */
package io.kairos.stages.download;
