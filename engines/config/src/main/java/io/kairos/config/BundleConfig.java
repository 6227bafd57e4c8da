package io.kairos.config;

import java.util.List;

/** Software that is unpacked over the system. */
public record BundleConfig(
    List<String> targets,
    String repository,
    String rootPath,
    String databasePath,
    boolean isLocal) {
  public static final String USUAL_REPOSITORY = "docker://quay.io/kairos/packages";
  public static final String USUAL_DATABASE = "/usr/local/.kairos/db";

  /** An empty repository, root or database means the usual one. */
  public BundleConfig {
    targets = List.copyOf(targets);
    repository = repository.isBlank() ? USUAL_REPOSITORY : repository;
    rootPath = rootPath.isBlank() ? "/" : rootPath;
    databasePath = databasePath.isBlank() ? USUAL_DATABASE : databasePath;
  }

  public static BundleConfig read(Section bundle) {
    return new BundleConfig(
        bundle.texts("targets", "what to install, as scheme://reference").orElse(List.of()),
        bundle.text("repository", "where packages come from").orElse(USUAL_REPOSITORY),
        bundle.text("rootfs_path", "directory to unpack into").orElse("/"),
        bundle.text("db_path", "package database").orElse(USUAL_DATABASE),
        bundle.flag("local_file", "whether targets are files").orElse(false));
  }
}
