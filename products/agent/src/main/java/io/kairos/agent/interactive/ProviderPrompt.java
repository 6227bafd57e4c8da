package io.kairos.agent.interactive;

import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A question of a provider.
 *
 * @param section dotted path of the key that the answer becomes: {@code p2p.network_token}
 * @param isYesNo whether yes and no are the only answers
 * @param question for people
 * @param byDefault of a yes-no question: whether yes is offered first
 * @param askFirst asked before it; "no" leaves the key out
 * @param ifEmpty the answer when none is typed
 * @param placeholder shown in an empty field
 */
record ProviderPrompt(
    String section,
    boolean isYesNo,
    String question,
    boolean byDefault,
    Optional<String> askFirst,
    Optional<String> ifEmpty,
    String placeholder) {

  /**
   * @param answer the data of a provider: a JSON list of {@code {YAMLSection, Bool, Prompt,
   *     Default, AskFirst, AskPrompt, IfEmpty, PlaceHolder}}, or nothing
   * @throws io.kairos.base.InvalidConfig when it is something else
   */
  static List<ProviderPrompt> parse(String provider, String answer) {
    if (answer.isBlank()) {
      return List.of();
    }
    List<ProviderPrompt> prompts = new ArrayList<>();
    String source = "the prompts of " + provider;
    for (JsonObject prompt :
        JsonObject.of(source, java.util.Map.of("prompts", Json.parse(source, answer)))
            .objects("prompts")) {
      prompts.add(
          new ProviderPrompt(
              prompt.requiredText("YAMLSection"),
              prompt.flag("Bool").orElse(false),
              prompt.text("Prompt").orElse(""),
              prompt.text("Default").map(ProviderPrompt::meansYes).orElse(false),
              prompt.flag("AskFirst").filter(asks -> asks).flatMap(_ -> prompt.text("AskPrompt")),
              prompt.text("IfEmpty").filter(text -> !text.isEmpty()),
              prompt.text("PlaceHolder").orElse("")));
    }
    return prompts;
  }

  /** For the menu: {@code Configure p2p}. */
  String title() {
    return "Configure " + section.split("\\.", 2)[0];
  }

  private static boolean meansYes(String word) {
    return word.equalsIgnoreCase("yes") || word.equalsIgnoreCase("true");
  }
}
