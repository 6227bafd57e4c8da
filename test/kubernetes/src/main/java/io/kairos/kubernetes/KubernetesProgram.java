package io.kairos.kubernetes;

import io.kairos.host.Host;
import io.kairos.testkit.GoProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * etcd and all programs of Kubernetes as one static program, from the Go module {@code
 * test/kubernetes/go}. The first build takes ten to seventeen minutes; it is kept in {@code
 * ~/.cache/kairos/kubernetes}, by the digest of its sources.
 */
public final class KubernetesProgram {
  /** Also said in {@code go.mod}; without it the API server calls itself v0.0.0. */
  static final String VERSION = "1.35.4";

  private static final String MODULE = "test/kubernetes/go";

  private static final GoProgram PROGRAM =
      new GoProgram("kubernetes", "kube", ".", List.of("-ldflags=" + linkerFlags()));

  private KubernetesProgram() {}

  private static String linkerFlags() {
    String[] number = VERSION.split("\\.");
    return "-s -w"
        + (" -X k8s.io/component-base/version.gitVersion=v" + VERSION)
        + (" -X k8s.io/component-base/version.gitMajor=" + number[0])
        + (" -X k8s.io/component-base/version.gitMinor=" + number[1])
        + (" -X k8s.io/client-go/pkg/version.gitVersion=v" + VERSION);
  }

  /**
   * The program, built when it has not been yet.
   *
   * @throws io.kairos.base.HostFailure without Go or network
   */
  public static Path built(Host host) {
    return PROGRAM.built(host, ProjectFolder.of(MODULE));
  }

  /** Whether {@link #built} returns at once. */
  public static boolean isBuilt() {
    return Files.isExecutable(PROGRAM.place(ProjectFolder.of(MODULE)));
  }
}
