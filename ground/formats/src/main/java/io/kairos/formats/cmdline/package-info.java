/** What the boot loader told the kernel. */
package io.kairos.formats.cmdline;
