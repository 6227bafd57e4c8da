package io.kairos.kubernetes;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.testkit.GoProgram;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs that make manifests out of folders, as everybody has them: kustomize and Helm, from
 * the Go module {@code test/kubernetes/renderers}. The first build takes two or three minutes; they
 * are kept in {@code ~/.cache/kairos/renderers}. Neither is asked to talk to a cluster.
 *
 * @param kustomize the program
 * @param helm the program
 */
public record ManifestRenderers(Host host, Path kustomize, Path helm) {
  private static final String MODULE = "test/kubernetes/renderers";
  private static final String SHELF = "renderers";
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final GoProgram KUSTOMIZE =
      new GoProgram(SHELF, "kustomize", "sigs.k8s.io/kustomize/kustomize/v5", List.of());
  private static final GoProgram HELM =
      new GoProgram(SHELF, "helm", "helm.sh/helm/v3/cmd/helm", List.of());

  /**
   * Builds what has not been built yet.
   *
   * @throws io.kairos.base.HostFailure without Go or network
   */
  public static ManifestRenderers built(Host host) {
    Path module = ProjectFolder.of(MODULE);
    return new ManifestRenderers(host, KUSTOMIZE.built(host, module), HELM.built(host, module));
  }

  /**
   * @param folder with {@code kustomization.yaml}
   * @return documents of YAML
   */
  public String kustomized(Path folder) {
    return host.run(Command.of(kustomize.toString(), "build", folder.toString()).within(DEADLINE))
        .stdout();
  }

  /**
   * What {@code helm install} would send, definitions first.
   *
   * @param values as behind {@code --set}
   * @return documents of YAML
   */
  public String templated(Path chart, String release, String namespace, List<String> values) {
    var words = new ArrayList<>(List.of("template", release, chart.toString(), "--include-crds"));
    words.addAll(List.of("--namespace", namespace));
    values.forEach(value -> words.addAll(List.of("--set", value)));
    return host.run(Command.of(helm.toString()).with(words.toArray(String[]::new)).within(DEADLINE))
        .stdout();
  }

  /**
   * Reads a chart critically.
   *
   * @throws io.kairos.base.HostFailure when something is wrong with it
   */
  public void lint(Path chart) {
    var _ =
        host.run(
            Command.of(helm.toString(), "lint", "--strict", chart.toString()).within(DEADLINE));
  }
}
