package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.kubernetes.ClusterSpec.Parts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSpecTest {
  private static final Path FOLDER = Path.of("/tmp/cluster");
  private static final Path PROGRAM = Path.of("/cache/kube");

  @Test
  void nodesAreNumbered() {
    assertThat(ClusterSpec.cluster(FOLDER, PROGRAM, 3).nodes()).containsExactly("n1", "n2", "n3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "N1", "-a", "a-", "a.b", "a-name-that-is-too-long"})
  void aNodeIsCalledAsALinkCanBeCalled(String name) {
    assertThatThrownBy(
            () ->
                new ClusterSpec(
                    FOLDER,
                    PROGRAM,
                    Parts.ALL,
                    List.of(name),
                    List.of(),
                    List.of(),
                    List.of(),
                    Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void moreNodesThanAddressesAreRefused() {
    assertThatThrownBy(() -> ClusterSpec.cluster(FOLDER, PROGRAM, 10))
        .hasMessageContaining("at most 9");
  }

  /** overlayfs and ip would read such a path as several words. */
  @Test
  void aFolderThatIsReadAsSeveralWordsIsRefused() {
    assertThatThrownBy(() -> ClusterSpec.cluster(Path.of("/tmp/a,b"), PROGRAM, 1))
        .hasMessageContaining("without colon, comma and space");
  }

  @Test
  void nodesOfTheKitAndMachinesThatJoinSeeTheApiServerAtDifferentPlaces() {
    assertThatThrownBy(() -> ClusterSpec.cluster(FOLDER, PROGRAM, 1).joinedBy("guest"))
        .hasMessageContaining("loopback");
    assertThat(ClusterSpec.controlPlane(FOLDER, PROGRAM, Parts.ALL).joinedBy("guest").joining())
        .hasValueSatisfying(joining -> assertThat(joining.names()).containsExactly("guest"));
  }
}
