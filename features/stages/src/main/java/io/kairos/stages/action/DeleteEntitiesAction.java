package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import java.util.List;
import java.util.Optional;

/** {@code delete_entities}: takes entries out of the account files. */
final class DeleteEntitiesAction implements Action {
  private record Deletion(List<EnsureEntitiesAction.Wanted> entities) implements Work {
    @Override
    public String summary() {
      return "delete_entities: " + entities.size();
    }

    @Override
    public void perform(StepContext context) {
      context.editAccounts(
          () ->
              context.each(entities, unwanted -> unwanted.entity(context).delete(context.host())));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("delete_entities");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.sections(
            "delete_entities", "entries that must not be there", EnsureEntitiesAction.Wanted::read)
        .optional()
        .filter(list -> !list.isEmpty())
        .map(Deletion::new);
  }
}
