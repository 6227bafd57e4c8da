package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import io.kairos.stages.git.GitCheckout;
import java.util.List;
import java.util.Optional;

/** {@code git}: checks a repository out, or brings the checkout up to date. */
final class GitAction implements Action {
  private record Checkout(GitCheckout checkout) implements Work {
    @Override
    public String summary() {
      return "git";
    }

    @Override
    public void perform(StepContext context) {
      String commit = checkout.update(context.host());
      context.log().info("git: " + checkout.path() + " shows " + commit);
    }
  }

  @Override
  public List<String> keys() {
    return List.of("git");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.section("git", "a repository to check out", GitCheckout::read)
        .optional()
        .flatMap(checkout -> checkout)
        .map(Checkout::new);
  }
}
