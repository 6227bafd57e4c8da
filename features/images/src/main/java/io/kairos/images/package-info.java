/** OS images: OCI layouts read, verified, merged, unpacked and packed; references and names. */
package io.kairos.images;
