package io.kairos.images;

import io.kairos.base.Bytes;

/**
 * What a registry has under a name.
 *
 * @param named digest that the reference leads to, which is that of the index where there is one
 * @param digest of the manifest for the platform
 * @param size what its layers have in the registry
 */
public record AdvertisedImage(Digest named, Digest digest, Bytes size) {}
