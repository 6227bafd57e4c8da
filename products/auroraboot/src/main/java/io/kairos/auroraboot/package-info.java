/** Images become media that machines boot from. */
package io.kairos.auroraboot;
