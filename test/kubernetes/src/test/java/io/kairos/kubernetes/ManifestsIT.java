package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kairos.base.HostFailure;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The two ways to install the operator, rendered by kustomize and by Helm themselves: they install
 * the same, and the API server takes all of it.
 */
@Tag("cluster")
class ManifestsIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/ManifestsIT").toAbsolutePath();
  private static final Path DEPLOY = ProjectFolder.of("products/operator/deploy");
  private static final Path CHART = DEPLOY.resolve("chart/kairos-operator");
  private static final Path DEFINITIONS =
      ProjectFolder.of("products/operator/src/main/resources/io/kairos/operator/crd");
  private static final String NAMESPACE = OperatorFixture.OPERATOR_NAMESPACE;
  private static final String RELEASE = "kairos-operator";
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final String INSTANCE = "app.kubernetes.io/instance";
  private static final String PREFIX = "operator-";

  /** Values that change names, and are tried one by one. */
  private static final Set<String> NAMING =
      Set.of("nameOverride", "fullnameOverride", "namespace.create");

  private static ManifestRenderers renderers;
  private static Cluster cluster;
  private static KubernetesClient client;

  /**
   * What a value changes.
   *
   * @param set as behind {@code --set}
   * @param changes as {@link Manifests#changesTo} tells them
   */
  record ChartOption(List<String> set, Map<String, Optional<Object>> changes) {
    @Override
    public String toString() {
      return String.join(" ", set);
    }
  }

  @BeforeAll
  static void start() {
    Path program = BuiltProgram.orSkip(HOST);
    try {
      renderers = ManifestRenderers.built(HOST);
    } catch (HostFailure e) {
      abort(e.getMessage());
    }
    FileTree.delete(FOLDER);
    cluster = Cluster.start(HOST, ClusterSpec.controlPlane(FOLDER, program, ClusterSpec.Parts.API));
    client = KitClient.of(cluster.kubeconfig());
    objects(renderers.kustomized(DEPLOY.resolve("config/default")))
        .forEach(item -> client.resource(item).patch(applying().build()));
  }

  @AfterAll
  static void end() {
    if (client != null) {
      client.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static List<HasMetadata> objects(String documents) {
    return KitClient.load(client, documents).items();
  }

  /** As {@code kubectl apply --server-side}, and a field that is not known is an error. */
  private static PatchContext.Builder applying() {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager("ManifestsIT")
        .withForce(true)
        .withFieldValidation("Strict");
  }

  private static void accepted(String documents) {
    for (HasMetadata item : objects(documents)) {
      var resource =
          item.getMetadata().getNamespace() == null && isNamespaced(item)
              ? client.resource(item).inNamespace("default")
              : client.resource(item);
      assertThat(resource.patch(applying().withDryRun(List.of("All")).build())).isNotNull();
    }
  }

  private static boolean isNamespaced(HasMetadata item) {
    return !Set.of("Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition")
        .contains(item.getKind());
  }

  private static Manifests kustomized() {
    return Manifests.parse(renderers.kustomized(DEPLOY.resolve("config/default")), "kustomize");
  }

  private static String chart(String... values) {
    return renderers.templated(CHART, RELEASE, NAMESPACE, List.of(values));
  }

  private static Manifests templated(String... values) {
    return Manifests.parse(chart(values), "helm");
  }

  /** What kustomize makes, without what kustomize alone says. */
  private static Manifests expected() {
    return kustomized()
        .renamed(
            name ->
                name.equals(NAMESPACE) || !name.startsWith(PREFIX)
                    ? name
                    : name.substring(PREFIX.length()))
        .withoutLabels(Set.of(MANAGED_BY));
  }

  /** What Helm makes, without what Helm alone says. */
  private static Manifests comparable(Manifests templated, String fullName, Manifests expected) {
    Set<String> known =
        expected.keys().stream()
            .map(key -> key.substring(key.indexOf('/') + 1))
            .collect(Collectors.toSet());
    UnaryOperator<String> rename =
        name -> {
          String usual =
              name.equals(fullName) || name.startsWith(fullName + "-")
                  ? RELEASE + name.substring(fullName.length())
                  : name;
          return known.contains(usual) || !usual.startsWith(RELEASE + "-")
              ? usual
              : usual.substring(RELEASE.length() + 1);
        };
    return templated.renamed(rename).withoutLabels(Set.of(INSTANCE)).withLabelsOf(expected);
  }

  @Test
  void theChartInstallsWhatTheKustomizationInstalls() {
    Manifests expected = expected();
    Manifests withNamespace = comparable(templated("namespace.create=true"), RELEASE, expected);
    assertThat(withNamespace.keys()).isEqualTo(expected.keys());
    expected
        .objects()
        .forEach(
            (key, tree) -> assertThat(withNamespace.objects().get(key)).as(key).isEqualTo(tree));

    assertThat(templated().changesTo(templated("namespace.create=true")))
        .isEqualTo(Map.of("?Namespace/" + NAMESPACE, Optional.of("new")));
    accepted(chart("namespace.create=true"));
  }

  @Test
  void anotherNameIsAnotherNameEverywhere() {
    Manifests expected = expected().without("Namespace/.*");
    Manifests named =
        comparable(
            templated("fullnameOverride=other", "serviceAccount.name=other"), "other", expected);
    assertThat(named.objects()).isEqualTo(expected.objects());

    Manifests overridden = templated("nameOverride=other");
    assertThat(overridden.keys())
        .contains(
            "Deployment/kairos-operator-other", "ClusterRole/kairos-operator-other-manager-role");
    assertThat(overridden.dangling()).isEmpty();
    Map<String, Object> spec =
        Manifests.map(overridden.objects().get("Deployment/kairos-operator-other").get("spec"));
    Object selected = Manifests.map(spec.get("selector")).get("matchLabels");
    assertThat(Manifests.map(selected)).containsEntry("app.kubernetes.io/name", "other");
    Map<String, Object> template = Manifests.map(spec.get("template"));
    assertThat(Manifests.map(template.get("metadata")).get("labels")).isEqualTo(selected);
    Map<String, Object> service =
        overridden.objects().get("Service/kairos-operator-other-metrics-service");
    assertThat(Manifests.map(service.get("spec")).get("selector")).isEqualTo(selected);
    accepted(chart("nameOverride=other"));
  }

  @Test
  void theDefinitionsAreThoseOfTheJar() throws IOException {
    Set<String> inJar = new HashSet<>();
    Manifests kustomized = kustomized();
    Manifests templated = templated();
    try (Stream<Path> files = Files.list(DEFINITIONS)) {
      for (Path file : files.filter(f -> f.toString().contains(".kairos.io_")).toList()) {
        Manifests one = Manifests.parse(Files.readString(file), file.toString());
        one.objects()
            .forEach(
                (key, tree) -> {
                  inJar.add(key);
                  assertThat(kustomized.objects().get(key)).as(key).isEqualTo(tree);
                  assertThat(templated.objects().get(key)).as(key).isEqualTo(tree);
                });
        assertThat(CHART.resolve("crds").resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
    for (Manifests rendered : List.of(kustomized, templated)) {
      assertThat(rendered.keys())
          .filteredOn(key -> key.startsWith("CustomResourceDefinition/"))
          .containsExactlyInAnyOrderElementsOf(inJar);
    }
  }

  static List<ChartOption> options() {
    var rows = (YamlList) Yaml.parse(Resource.text("chart-options.yaml"), "chart-options.yaml");
    return rows.value().stream()
        .map(Manifests::map)
        .map(
            row ->
                new ChartOption(
                    ((List<?>) row.get("set")).stream().map(String::valueOf).toList(),
                    changes(Manifests.map(row.get("changes")))))
        .toList();
  }

  private static Map<String, Optional<Object>> changes(Map<String, Object> told) {
    var changes = new TreeMap<String, Optional<Object>>();
    told.forEach(
        (path, value) ->
            changes.put(
                path,
                Optional.ofNullable(value)
                    .map(
                        there ->
                            there instanceof List<?> items
                                ? items.stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(" "))
                                : there.toString())));
    return changes;
  }

  @ParameterizedTest
  @MethodSource("options")
  void aValueChangesWhatItSaysAndNothingElse(ChartOption option) {
    String documents = chart(option.set().toArray(String[]::new));
    Manifests changed = Manifests.parse(documents, "helm");
    assertThat(templated().changesTo(changed)).isEqualTo(option.changes());
    assertThat(changed.dangling()).isEmpty();
    accepted(documents);
  }

  @Test
  void everyValueIsTried() throws IOException {
    Path file = CHART.resolve("values.yaml");
    var values = (YamlMap) Yaml.parse(Files.readString(file), file.toString());
    Set<String> tried =
        options().stream()
            .flatMap(option -> option.set().stream())
            .map(set -> set.replaceFirst("(\\[.*)?=.*", ""))
            .collect(Collectors.toSet());
    tried.addAll(NAMING);
    assertThat(Manifests.leaves(Manifests.map(values.value()))).isSubsetOf(tried);
  }

  @Test
  void theChartIsInOrder() {
    renderers.lint(CHART);
  }

  @ParameterizedTest
  @ValueSource(strings = {"network-policy", "nginx", "samples"})
  void theServerTakesWhatElseThereIs(String folder) {
    accepted(renderers.kustomized(DEPLOY.resolve("config").resolve(folder)));
  }
}
