/** GRUB environment blocks: settings that a boot loader reads, and may change. */
package io.kairos.formats.grubenv;
