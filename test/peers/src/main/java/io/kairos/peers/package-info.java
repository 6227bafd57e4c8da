/** Originals that our programs are compared with. */
package io.kairos.peers;
