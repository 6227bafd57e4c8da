/** What runs in the initramfs: makes the node's root, its overlays and its persistent state. */
package io.kairos.immucore;
