package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import io.kairos.stages.account.Entity;
import java.util.List;
import java.util.Optional;

/** {@code ensure_entities}: puts entries into the account files. */
final class EnsureEntitiesAction implements Action {
  /**
   * An entity as it stands in a step.
   *
   * @param path of the file; empty for the kind's own
   * @param text a template for the YAML of the entity
   */
  record Wanted(String path, String text, String where) {
    static Wanted read(Section item) {
      return new Wanted(
          item.text("path", "file of the entry").orElse(""),
          item.text("entity", "the entry, as YAML in a text").requiredOr("kind: user"),
          item.path());
    }

    Entity entity(StepContext context) {
      return Entity.parse(context.render(text), path, where);
    }
  }

  private record Ensuring(List<Wanted> entities) implements Work {
    @Override
    public String summary() {
      return "ensure_entities: " + entities.size();
    }

    @Override
    public void perform(StepContext context) {
      context.editAccounts(
          () -> context.each(entities, wanted -> wanted.entity(context).ensure(context.host())));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("ensure_entities");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.sections("ensure_entities", "entries that must be there", Wanted::read)
        .optional()
        .filter(list -> !list.isEmpty())
        .map(Ensuring::new);
  }
}
