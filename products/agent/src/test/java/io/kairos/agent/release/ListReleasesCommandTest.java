package io.kairos.agent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListReleasesCommandTest {
  private static final String PROVIDER = "/system/providers/agent-provider-demo";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> asked = new ArrayList<>();
  private List<String> tags =
      List.of("24.04-core-amd64-generic-v3.2.0", "24.04-core-amd64-generic-v3.3.0");
  private ScratchHost host;

  @BeforeEach
  void aNode(@TempDir Path root) throws IOException {
    try (var in = ListReleasesCommandTest.class.getResourceAsStream("kairos-release")) {
      host =
          new ScratchHost(root)
              .with("/proc/cmdline", "root=LABEL=COS_ACTIVE\n")
              .with("/etc/kairos-release", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private void list(Optional<String> registry, boolean all, boolean pre, boolean json) {
    new ListReleasesCommand(
            host,
            repository -> {
              asked.add(repository.registry() + "/" + repository.repository());
              return tags;
            },
            Map.of("PATH", "/usr/bin"),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(new ListReleasesCommand.Arguments(registry, all, pre, json));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private void provider(String answer, List<Command> told) {
    host.withProgram(PROVIDER)
        .answering(
            PROVIDER,
            command -> {
              told.add(command);
              return new Output(0, answer, "");
            });
  }

  @Test
  void newerImagesAreTheirFullNames() {
    list(Optional.empty(), false, false, false);
    assertThat(out())
        .isEqualTo(
            """
            Using registry: quay.io/kairos
            Current image:
            quay.io/kairos/ubuntu:24.04-core-amd64-generic-v3.2.1

            Available releases with higher version:
            quay.io/kairos/ubuntu:24.04-core-amd64-generic-v3.3.0
            """);
    assertThat(asked).containsExactly("quay.io/kairos/ubuntu");
  }

  @Test
  void allAreOlderOnesToo() {
    list(Optional.empty(), true, false, false);
    assertThat(out())
        .endsWith(
            """
            Available releases (all):
            quay.io/kairos/ubuntu:24.04-core-amd64-generic-v3.3.0
            quay.io/kairos/ubuntu:24.04-core-amd64-generic-v3.2.0
            """);
  }

  @Test
  void nothingNewerIsSaid() {
    tags = List.of();
    list(Optional.empty(), false, false, false);
    assertThat(out()).endsWith("\n\nNo newer releases found\n");
  }

  @Test
  void theImageSaysItsRegistryAndTheUserHasTheLastWord() throws IOException {
    Files.writeString(
        host.path("/etc/kairos-release"),
        host.read("/etc/kairos-release") + "KAIROS_REGISTRY_AND_ORG=\"registry.example/os\"\n");
    list(Optional.empty(), false, false, false);
    list(Optional.of("ghcr.io/mine"), false, false, false);
    assertThat(asked).containsExactly("registry.example/os/ubuntu", "ghcr.io/mine/ubuntu");
  }

  @Test
  void programsGetAnObject() {
    list(Optional.of("ghcr.io/mine"), false, false, true);
    assertThat(Json.parseObject("out", out.toByteArray()).members())
        .containsEntry("registry", "ghcr.io/mine")
        .containsEntry("current", "ghcr.io/mine/ubuntu:24.04-core-amd64-generic-v3.2.1")
        .containsEntry("source", "registry")
        .containsEntry("releases", List.of("ghcr.io/mine/ubuntu:24.04-core-amd64-generic-v3.3.0"));
  }

  @Test
  void allThatProvidersOfferComesBeforeTheRegistry() {
    List<Command> told = new ArrayList<>();
    provider("{\"data\": \"[\\\"v9\\\", \\\"v8\\\"]\"}", told);
    list(Optional.empty(), false, true, false);
    assertThat(out()).endsWith("Available releases from provider:\nv9\nv8\n");
    assertThat(asked).isEmpty();
    assertThat(((Command.Stdin.Text) told.getFirst().stdin()).content())
        .contains("IncludePreReleases: true");
  }

  @Test
  void aProviderWithNothingToSayLeavesItToTheRegistry() {
    provider("{}", new ArrayList<>());
    list(Optional.empty(), false, false, false);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aProviderThatFailsIsAWarning() {
    provider("{\"error\": \"no network\"}", new ArrayList<>());
    list(Optional.empty(), false, false, false);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("WARNING").contains("no network");
    assertThat(asked).hasSize(1);
  }

  @Test
  void aNodeThatDoesNotSayWhatItRunsIsTold() {
    host.with("/etc/kairos-release", "KAIROS_FLAVOR=ubuntu\n");
    assertThatThrownBy(() -> list(Optional.empty(), false, false, false))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("this node does not say what it runs: Version is empty");
  }

  @Test
  void unifiedKernelImagesHaveNoTagsOfTheirOwn() {
    host.with("/proc/cmdline", "rd.immucore.uki\n");
    list(Optional.empty(), false, false, false);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("unified kernel image");
    assertThat(asked).isEmpty();
  }
}
