package io.kairos.config;

import java.util.List;

/** Software that is unpacked over the system. */
public record BundleConfig(
    List<String> targets,
    String repository,
    String rootPath,
    String databasePath,
    boolean isLocal) {
  public static BundleConfig read(Section bundle) {
    return new BundleConfig(
        bundle.texts("targets", "what to install, as scheme://reference").orElse(List.of()),
        bundle
            .text("repository", "where packages come from")
            .orElse("docker://quay.io/kairos/packages"),
        bundle.text("rootfs_path", "directory to unpack into").orElse("/"),
        bundle.text("db_path", "package database").orElse("/usr/local/.kairos/db"),
        bundle.flag("local_file", "whether targets are files").orElse(false));
  }
}
