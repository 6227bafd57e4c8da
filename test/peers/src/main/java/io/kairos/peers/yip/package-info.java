/** The original yip, to be compared with ours. */
package io.kairos.peers.yip;
