package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TagListTest {
  @TempDir Path folder;
  private FakeRegistry registry;

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry(false).withTags("v1", "v3", "v2", "sha256-x.sig", "v4");
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private List<String> tags() {
    RegistryAccess access =
        RegistryAccess.with(new RegistryLogins(folder.resolve("absent")))
            .with(new RetryPolicy(2, Duration.ZERO, Duration.ZERO));
    return new Registry(access).tags(registry.image("any"));
  }

  private long pages() {
    return registry.requests().stream().filter(path -> path.endsWith("/tags/list")).count();
  }

  @Test
  void allPagesAreReadInTheirOrder() {
    assertThat(tags()).containsExactly("v1", "v3", "v2", "sha256-x.sig", "v4");
    assertThat(pages()).isEqualTo(1 + 3); // the first is refused: it asks for a token
  }

  @Test
  void aLinkMayHaveOtherParametersAndNoQuotes() {
    registry.linkingWith("</v2/test/image/tags/list?last=%s>; title=\"x\"; rel=next");
    assertThat(tags()).hasSize(5);
  }

  @Test
  void aLinkToSomethingElseIsNoNextPage() {
    registry.linkingWith("</v2/test/image/tags/list?last=%s>; rel=\"prev\"");
    assertThat(tags()).containsExactly("v1", "v3");
  }

  @Test
  void ourLoginDoesNotFollowALinkToAnotherHost() {
    registry.linkingWith("<http://192.0.2.1/v2/other/tags/list?last=%s>; rel=\"next\"");
    assertThat(tags()).hasSize(5);
  }

  @Test
  void aCircleOfPagesEnds() {
    registry.linkingWith("</v2/test/image/tags/list?last=v3>; rel=\"next\"");
    assertThat(tags()).containsExactly("v1", "v3", "v2", "sha256-x.sig");
  }

  @Test
  void anAddressThatIsNoneIsTold() {
    registry.linkingWith("<:not an address>; rel=\"next\"");
    assertThatThrownBy(this::tags)
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("cannot list the tags of " + registry.host() + "/test/image");
  }

  @Test
  void aRegistryThatIsBusyIsAskedAgain() {
    registry.refusing(1, 503, Map.of());
    assertThat(tags()).hasSize(5);
  }

  @Test
  void whatWeMayNotSeeIsRefused() {
    registry.refusing(2, 403, Map.of());
    assertThatThrownBy(this::tags).isInstanceOf(Refused.class);
  }
}
