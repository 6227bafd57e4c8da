package io.kairos.agent.interactive;

import io.kairos.agent.frontend.InstallEvent;
import io.kairos.agent.install.InstallTargets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a person is in the installer. Pure: a key leads to another wizard, whoever draws it.
 *
 * @param pages the way to the page that is shown, which is the last one
 * @param asksToAbort whether "abort?" is shown over it
 * @param next what has to happen now
 */
record Wizard(Setting setting, List<Page> pages, Answers answers, boolean asksToAbort, Next next) {

  /** What a wizard waits for. */
  enum Next {
    KEY,
    /** The installation with the answers is to be started, and to be heard. */
    INSTALLATION,
    /** A person has had enough. */
    ABORTED,
    /** The installation is over, well or not, and its end has been seen. */
    OVER
  }

  /** The items of {@code InstallOptions}. */
  enum Option {
    START("Start Install"),
    CUSTOMIZE("Customize Further (User, SSH Keys, etc.)"),
    AFTERWARDS("Afterwards");

    private final String title;

    Option(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /** The items of {@code Customization} that are always there; prompts come before the last. */
  static final String USER_ITEM = "User & Password";

  static final String KEYS_ITEM = "SSH Keys";
  static final String FINISH_ITEM = "Finish Customization and start Installation";

  private static final int USER = 0;
  private static final int KEYS = 1;
  private static final int FIRST_PROMPT = 2;
  private static final int YES = 0;
  private static final int NO = 1;

  Wizard {
    pages = List.copyOf(pages);
  }

  static Wizard begin(Setting setting) {
    List<InstallTargets.Target> disks = setting.disks();
    int first = 0;
    while (first < disks.size() - 1 && disks.get(first).objection().isPresent()) {
      first++;
    }
    return new Wizard(
        setting, List.of(new Page.DiskSelection(first)), Answers.none(), false, Next.KEY);
  }

  Page page() {
    return pages.getLast();
  }

  List<Option> options() {
    return Stream.of(Option.values())
        .filter(option -> option != Option.CUSTOMIZE || setting.hasAdvanced())
        .toList();
  }

  /** The items of {@code Customization}, each with whether it has been filled in. */
  List<Map.Entry<String, Boolean>> customizations() {
    List<Map.Entry<String, Boolean>> items = new ArrayList<>();
    items.add(Map.entry(USER_ITEM, answers.hasUser()));
    items.add(Map.entry(KEYS_ITEM, !answers.sshKeys().isEmpty()));
    for (ProviderPrompt prompt : setting.prompts()) {
      items.add(Map.entry(prompt.title(), answers.provided().containsKey(prompt.section())));
    }
    items.add(Map.entry(FINISH_ITEM, false));
    return items;
  }

  String cloudConfig(boolean shownSecrets) {
    return answers.cloudConfig(setting.source(), shownSecrets);
  }

  // ---- keys

  Wizard press(Key key) {
    if (next != Next.KEY) {
      return this;
    }
    if (asksToAbort) {
      return answerAbort(key);
    }
    if (key == Key.Named.INTERRUPT || (isSign(key, 'q') && !isTyping())) {
      return page() instanceof Page.InstallProcess ? leave(key) : abortAsked(true);
    }
    if (key == Key.Named.BACK && !(page() instanceof Page.InstallProcess)) {
      return back();
    }
    return switch (page()) {
      case Page.DiskSelection page -> disk(page, key);
      case Page.InstallOptions page -> option(page, key);
      case Page.Customization page -> customize(page, key);
      case Page.UserPassword page -> user(page, key);
      case Page.SshKeys page -> sshKeys(page, key);
      case Page.Question page -> question(page, key);
      case Page.YesNo page -> yesNo(page, key);
      case Page.Summary _ -> summary(key);
      case Page.UserData page -> userData(page, key);
      case Page.InstallProcess _ -> leave(key);
    };
  }

  private Wizard answerAbort(Key key) {
    if (isSign(key, 'y') || isSign(key, 'Y') || isText(key, "y")) {
      return new Wizard(setting, pages, answers, false, Next.ABORTED);
    }
    return isSign(key, 'n') || isSign(key, 'N') || isText(key, "n") || key == Key.Named.BACK
        ? abortAsked(false)
        : this;
  }

  /** Whether signs are part of a text. */
  boolean isTyping() {
    return switch (page()) {
      case Page.UserPassword _, Page.Question _ -> true;
      case Page.SshKeys page -> page.typed().isPresent();
      default -> false;
    };
  }

  private Wizard disk(Page.DiskSelection page, Key key) {
    List<InstallTargets.Target> disks = setting.disks();
    Page.Menu moved = moved(page, key, disks.size());
    if (!chooses(key, disks.size()) || disks.get(moved.cursor()).objection().isPresent()) {
      return replaced(moved);
    }
    String device = disks.get(moved.cursor()).disk().device().toString();
    return replaced(moved).with(answers.withDevice(device)).entered(new Page.InstallOptions(0));
  }

  private Wizard option(Page.InstallOptions page, Key key) {
    if (key == Key.Named.LEFT || key == Key.Named.RIGHT) {
      return turned(key == Key.Named.LEFT ? -1 : 1);
    }
    Wizard moved = replaced(moved(page, key, options().size()));
    if (!chooses(key, options().size())) {
      return moved;
    }
    return switch (options().get(((Page.InstallOptions) moved.page()).cursor())) {
      case START -> moved.entered(new Page.Summary());
      case CUSTOMIZE -> moved.entered(new Page.Customization(0));
      case AFTERWARDS -> moved.turned(1);
    };
  }

  private Wizard turned(int by) {
    return with(answers.withAfterwards(answers.afterwards().turned(by)));
  }

  private Wizard customize(Page.Customization page, Key key) {
    Wizard moved = replaced(moved(page, key, customizations().size()));
    if (!chooses(key, customizations().size())) {
      return moved;
    }
    int item = ((Page.Customization) moved.page()).cursor();
    return switch (item) {
      case USER -> moved.entered(new Page.UserPassword(0, answers.user(), answers.password()));
      case KEYS -> moved.entered(new Page.SshKeys(0, Optional.empty()));
      default ->
          item == customizations().size() - 1
              ? moved.entered(new Page.Summary())
              : moved.entered(asked(setting.prompts().get(item - FIRST_PROMPT)));
    };
  }

  private Page asked(ProviderPrompt prompt) {
    if (prompt.askFirst().isPresent()) {
      return new Page.YesNo(
          prompt, true, answers.provided().containsKey(prompt.section()) ? YES : NO);
    }
    return put(prompt);
  }

  /** The prompt itself, with the answer of before. */
  private Page put(ProviderPrompt prompt) {
    Object before = answers.provided().get(prompt.section());
    if (prompt.isYesNo()) {
      boolean yes = before == null ? prompt.byDefault() : before.equals(true);
      return new Page.YesNo(prompt, false, yes ? YES : NO);
    }
    return new Page.Question(prompt, before == null ? "" : before.toString(), Optional.empty());
  }

  private Wizard user(Page.UserPassword page, Key key) {
    return switch (key) {
      case Key.Named.TAB, Key.Named.UP, Key.Named.DOWN ->
          replaced(new Page.UserPassword(1 - page.field(), page.name(), page.password()));
      case Key.Named.ENTER ->
          page.field() == 0 && !page.name().isBlank()
              ? replaced(new Page.UserPassword(1, page.name(), page.password()))
              : with(userOf(page)).left();
      default ->
          replaced(
              page.field() == 0
                  ? new Page.UserPassword(0, typed(page.name(), key), page.password())
                  : new Page.UserPassword(1, page.name(), typed(page.password(), key)));
    };
  }

  /** A password without a name belongs to nobody. */
  private Answers userOf(Page.UserPassword page) {
    String name = page.name().strip();
    return answers.withUser(name, name.isEmpty() ? "" : page.password());
  }

  private Wizard sshKeys(Page.SshKeys page, Key key) {
    List<String> keys = answers.sshKeys();
    if (page.typed().isPresent()) {
      String text = page.typed().get();
      if (!isEnter(key)) {
        return replaced(new Page.SshKeys(page.cursor(), Optional.of(typed(text, key))));
      }
      List<String> more = new ArrayList<>(keys);
      if (!text.isBlank()) {
        more.add(text.strip());
      }
      return with(answers.withSshKeys(more))
          .replaced(new Page.SshKeys(Math.max(0, more.size() - 1), Optional.empty()));
    }
    if (isSign(key, 'a')) {
      return replaced(new Page.SshKeys(page.cursor(), Optional.of("")));
    }
    if (isSign(key, 'd') && page.cursor() < keys.size()) {
      List<String> fewer = new ArrayList<>(keys);
      fewer.remove(page.cursor());
      return with(answers.withSshKeys(fewer))
          .replaced(page.at(Math.clamp(page.cursor(), 0, Math.max(0, fewer.size() - 1))));
    }
    return isEnter(key) ? left() : replaced(moved(page, key, keys.size()));
  }

  private Wizard question(Page.Question page, Key key) {
    if (!isEnter(key)) {
      return replaced(new Page.Question(page.prompt(), typed(page.typed(), key), Optional.empty()));
    }
    String text = page.typed().strip();
    Optional<String> answer = text.isEmpty() ? page.prompt().ifEmpty() : Optional.of(text);
    if (answer.isEmpty()) {
      return replaced(
          new Page.Question(page.prompt(), "", Optional.of("An answer is needed; Esc goes back")));
    }
    return with(answers.withProvided(page.prompt().section(), Optional.of(meant(answer.get()))))
        .left();
  }

  private static Object meant(String answer) {
    return switch (answer) {
      case "Yes", "true" -> true;
      case "No", "false" -> false;
      default -> answer;
    };
  }

  private Wizard yesNo(Page.YesNo page, Key key) {
    Page.YesNo now = (Page.YesNo) moved(page, key, 2);
    boolean isAnswered = chooses(key, 2);
    if (isSign(key, 'y') || isSign(key, 'n')) {
      now = new Page.YesNo(page.prompt(), page.comesFirst(), isSign(key, 'y') ? YES : NO);
      isAnswered = true;
    } else if (key == Key.Named.LEFT || key == Key.Named.RIGHT) {
      now = new Page.YesNo(page.prompt(), page.comesFirst(), 1 - page.cursor());
    }
    if (!isAnswered) {
      return replaced(now);
    }
    boolean yes = now.cursor() == YES;
    String section = page.prompt().section();
    if (!page.comesFirst()) {
      return with(answers.withProvided(section, Optional.of(yes))).left();
    }
    return yes
        ? left().entered(put(page.prompt()))
        : with(answers.withProvided(section, Optional.empty())).left();
  }

  private Wizard summary(Key key) {
    if (isEnter(key)) {
      return new Wizard(
          setting, added(Page.InstallProcess.begun()), answers, false, Next.INSTALLATION);
    }
    return isSign(key, 'v') ? entered(new Page.UserData(0)) : this;
  }

  private Wizard userData(Page.UserData page, Key key) {
    int last = Math.max(0, (int) cloudConfig(false).lines().count() - 1);
    return switch (key) {
      case Key.Named.UP -> replaced(new Page.UserData(Math.max(0, page.top() - 1)));
      case Key.Named.DOWN -> replaced(new Page.UserData(Math.min(last, page.top() + 1)));
      case Key.Named.ENTER -> back();
      default -> this;
    };
  }

  /** Any key, once it is over and nothing else happens. */
  private Wizard leave(Key key) {
    Page.InstallProcess page = (Page.InstallProcess) page();
    boolean restarts = page.exitCode().equals(Optional.of(0)) && isRestarting();
    return page.exitCode().isEmpty() || restarts || key == null
        ? this
        : new Wizard(setting, pages, answers, false, Next.OVER);
  }

  private boolean isRestarting() {
    return answers.afterwards() != Afterwards.NOTHING;
  }

  // ---- the installation

  /** It has been started. */
  Wizard started() {
    return new Wizard(setting, pages, answers, false, Next.KEY);
  }

  Wizard hear(InstallEvent event) {
    Page.InstallProcess page = (Page.InstallProcess) page();
    List<String> reached = new ArrayList<>(page.reached());
    List<String> lines = new ArrayList<>(page.lines());
    List<String> errors = new ArrayList<>(page.errors());
    switch (event) {
      case InstallEvent.Reached(var milestone) -> reached.add(milestone.word());
      case InstallEvent.Failed(var message) -> message.lines().forEach(errors::add);
      case InstallEvent.Line(var text) -> {
        if (!text.isBlank()) {
          lines.add(text);
        }
      }
    }
    return replaced(new Page.InstallProcess(reached, lines, errors, page.exitCode()));
  }

  /** It has ended. */
  Wizard ended(int exitCode) {
    Page.InstallProcess page = (Page.InstallProcess) page();
    return replaced(
        new Page.InstallProcess(
            page.reached(), page.lines(), page.errors(), Optional.of(exitCode)));
  }

  // ---- ways

  private Wizard with(Answers changed) {
    return new Wizard(setting, pages, changed, asksToAbort, next);
  }

  private Wizard abortAsked(boolean asks) {
    return new Wizard(setting, pages, answers, asks, next);
  }

  private Wizard replaced(Page page) {
    List<Page> way = new ArrayList<>(pages);
    way.set(way.size() - 1, page);
    return new Wizard(setting, way, answers, asksToAbort, next);
  }

  private List<Page> added(Page page) {
    List<Page> way = new ArrayList<>(pages);
    way.add(page);
    return way;
  }

  private Wizard entered(Page page) {
    return new Wizard(setting, added(page), answers, asksToAbort, next);
  }

  /** From a key that is being typed to the list, else to the page before. */
  private Wizard back() {
    if (page() instanceof Page.SshKeys keys && keys.typed().isPresent()) {
      return replaced(new Page.SshKeys(keys.cursor(), Optional.empty()));
    }
    return pages.size() == 1 ? abortAsked(true) : left();
  }

  private Wizard left() {
    return new Wizard(setting, pages.subList(0, pages.size() - 1), answers, asksToAbort, next);
  }

  // ---- what keys do everywhere

  private static Page.Menu moved(Page.Menu page, Key key, int items) {
    int last = Math.max(0, items - 1);
    return switch (key) {
      case Key.Named.UP -> page.at(Math.max(0, page.cursor() - 1));
      case Key.Named.DOWN, Key.Named.TAB -> page.at(Math.min(last, page.cursor() + 1));
      case Key.Item(int index) -> index >= 0 && index <= last ? page.at(index) : page;
      default -> page;
    };
  }

  /** Whether one of so many items is meant, not only marked. */
  private static boolean chooses(Key key, int items) {
    return items > 0
        && (isEnter(key) || (key instanceof Key.Item(int index) && index >= 0 && index < items));
  }

  private static String typed(String text, Key key) {
    return switch (key) {
      case Key.Sign(int sign) -> text + Character.toString(sign);
      case Key.Text(String whole) -> whole;
      case Key.Named.BACKSPACE ->
          text.isEmpty() ? text : text.substring(0, text.offsetByCodePoints(text.length(), -1));
      default -> text;
    };
  }

  private static boolean isEnter(Key key) {
    return key == Key.Named.ENTER;
  }

  private static boolean isSign(Key key, char sign) {
    return key.equals(Key.Sign.of(sign));
  }

  private static boolean isText(Key key, String text) {
    return key.equals(new Key.Text(text));
  }
}
