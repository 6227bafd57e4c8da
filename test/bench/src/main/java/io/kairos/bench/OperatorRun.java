package io.kairos.bench;

import io.kairos.base.HostFailure;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.formats.json.JsonObject;
import io.kairos.testkit.process.SupervisedProcess;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An operator as its Deployment would run it: its flags, its environment, and its limits of memory
 * and processors.
 *
 * @param container of the Deployment, as the API server has it
 * @param upstream the original's program in place of ours
 * @param recording where Flight Recorder writes what ours does
 */
record OperatorRun(
    JsonObject container, WorkshopHome home, Optional<Path> upstream, Optional<Path> recording) {
  private static final String NAMESPACE = "operator-system";

  SupervisedProcess start(Path folder, Path kubeconfig) {
    List<String> argv =
        upstream.map(file -> List.of(file.toAbsolutePath().toString())).orElseGet(this::java);
    var words = new ArrayList<>(argv);
    words.addAll(
        container.texts("args").stream()
            .filter(flag -> upstream.isEmpty() || !flag.startsWith("--leader-elect"))
            .toList()); // upstream's is elected only inside of a cluster
    words.add("--kubeconfig=" + kubeconfig);
    words.add("--metrics-bind-address=0"); // the ports may be taken here
    words.add("--health-probe-bind-address=0");
    return SupervisedProcess.start(
        SupervisedProcess.Program.of("operator", folder, folder.resolve("operator.log"), words)
            .env(environment()));
  }

  private List<String> java() {
    var words = new ArrayList<String>();
    words.add(home.jdk().resolve("bin/java").toString());
    words.addAll(home.operatorOptions());
    words.add("-XX:MaxRAM=" + limit("memory").replace("Mi", "m"));
    words.add("-XX:ActiveProcessorCount=" + limit("cpu"));
    recording.ifPresent(
        file ->
            words.add(
                "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + file));
    words.add("-cp");
    words.add(
        home.operatorJars().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator)));
    words.add("io.kairos.operator.OperatorMain");
    return words;
  }

  private String limit(String name) {
    return container.requiredObject("resources").requiredObject("limits").requiredText(name);
  }

  private Map<String, String> environment() {
    var variables = new HashMap<String, String>();
    for (JsonObject variable : container.objects("env")) {
      variable
          .text("value")
          .ifPresent(value -> variables.put(variable.requiredText("name"), value));
    }
    variables.put("CONTROLLER_POD_NAMESPACE", NAMESPACE);
    variables.put("CONTROLLER_POD_NAME", "kairos-operator-0");
    variables.put("GOMAXPROCS", limit("cpu"));
    return variables;
  }

  /** The one container of a Deployment. */
  static JsonObject containerOf(JsonObject deployment) {
    return deployment
        .requiredObject("spec")
        .requiredObject("template")
        .requiredObject("spec")
        .objects("containers")
        .stream()
        .findFirst()
        .orElseThrow(() -> new HostFailure("the Deployment of the operator has no container"));
  }
}
