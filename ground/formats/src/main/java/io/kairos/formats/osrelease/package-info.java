/** Identity files of a distribution (os-release(5)) and of a Kairos image (kairos-release). */
package io.kairos.formats.osrelease;
