package io.kairos.dist.runtime;

import io.kairos.base.Bytes;
import java.nio.file.Path;

/**
 * A finished runtime on the build host. Whoever copies it keeps the modification times: the VM
 * ignores its class archive when the jars are not as old as they were.
 *
 * @param tree to be installed as {@code /usr/lib/kairos}
 * @param launcher to be installed as {@code /usr/bin/kairos}
 * @param inputs SHA-256, in hex, of all that went in
 * @param size of the tree's files
 * @param archiveSize of the class archive among them
 */
public record NodeRuntime(Path tree, Path launcher, String inputs, Bytes size, Bytes archiveSize) {}
