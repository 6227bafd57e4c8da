package io.kairos.agent.interactive;

import io.kairos.agent.frontend.InstallMilestone;
import io.kairos.agent.install.InstallTargets;
import io.kairos.agent.install.Machine;
import io.kairos.agent.interactive.View.Row;
import io.kairos.agent.interactive.View.Tone;
import io.kairos.agent.interactive.View.Typing;
import io.kairos.storage.Disk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What each page says. Pure. */
final class Views {
  private static final String MENU = "up/down choose, Enter goes on, Esc goes back, q quits";
  private static final String FIRST_MENU = "up/down choose, Enter goes on, q quits";
  private static final int BAR = 40;
  private static final int LOG_LINES = 8;
  private static final int SUCCEEDED = 0;

  private final Wizard wizard;
  private final String checkMark;
  private final List<Row> rows = new ArrayList<>();
  private int focus;

  private Views(Wizard wizard, String checkMark) {
    this.wizard = wizard;
    this.checkMark = checkMark;
  }

  /**
   * @param checkMark stands before what is done
   */
  static View of(Wizard wizard, String checkMark) {
    return new Views(wizard, checkMark).view();
  }

  private View view() {
    if (wizard.asksToAbort()) {
      row("Abort the installation? (y/n)", Tone.HEADING);
      return new View(rows, 0, "y aborts, n goes on", "", Typing.ENTER);
    }
    return switch (wizard.page()) {
      case Page.DiskSelection page -> disks(page);
      case Page.InstallOptions page -> options(page);
      case Page.Customization page -> customization(page);
      case Page.UserPassword page -> user(page);
      case Page.SshKeys page -> sshKeys(page);
      case Page.Question page -> question(page);
      case Page.YesNo page -> yesNo(page);
      case Page.Summary _ -> summary();
      case Page.UserData page -> userData(page);
      case Page.InstallProcess page -> process(page);
    };
  }

  // ---- choosing

  private View disks(Page.DiskSelection page) {
    row("Which disk shall the system be installed to?", Tone.HEADING);
    row("ALL DATA ON THAT DISK WILL BE DESTROYED.", Tone.DANGER);
    gap();
    List<InstallTargets.Target> disks = wizard.setting().disks();
    for (int i = 0; i < disks.size(); i++) {
      item(i, page.cursor(), described(disks.get(i)));
    }
    if (disks.isEmpty()) {
      row("This machine has no disk of at least 1 GiB.", Tone.DANGER);
    }
    return menu("", FIRST_MENU);
  }

  private static String described(InstallTargets.Target target) {
    Disk disk = target.disk();
    var text = new StringBuilder(disk.device() + "  " + disk.size());
    disk.model().ifPresent(model -> text.append("  ").append(model));
    target
        .previous()
        .ifPresent(
            was ->
                text.append(
                    was == Machine.Previous.COMPLETE
                        ? "  (Kairos is installed on it)"
                        : "  (an interrupted installation)"));
    target.objection().ifPresent(why -> text.append("  [cannot be used: ").append(why).append(']'));
    return text.toString();
  }

  private View options(Page.InstallOptions page) {
    row("Install to " + wizard.answers().device(), Tone.HEADING);
    gap();
    List<Wizard.Option> options = wizard.options();
    for (int i = 0; i < options.size(); i++) {
      Wizard.Option option = options.get(i);
      item(
          i,
          page.cursor(),
          option == Wizard.Option.AFTERWARDS
              ? option.title() + ": < " + wizard.answers().afterwards().title() + " >"
              : option.title());
    }
    return menu("", "left/right change what happens afterwards, " + MENU);
  }

  private View customization(Page.Customization page) {
    row("What is this machine to know?", Tone.HEADING);
    gap();
    List<Map.Entry<String, Boolean>> items = wizard.customizations();
    for (int i = 0; i < items.size(); i++) {
      String done = items.get(i).getValue() ? "  " + checkMark : "";
      item(i, page.cursor(), items.get(i).getKey() + done);
    }
    return menu("", MENU);
  }

  private View yesNo(Page.YesNo page) {
    row(
        page.comesFirst() ? page.prompt().askFirst().orElseThrow() : page.prompt().question(),
        Tone.HEADING);
    gap();
    item(0, page.cursor(), "Yes");
    item(1, page.cursor(), "No");
    return menu("y or n", MENU);
  }

  // ---- typing

  private View user(Page.UserPassword page) {
    row("Who administers this machine?", Tone.HEADING);
    gap();
    field("User name", page.name(), page.field() == 0);
    field(
        "Password",
        "*".repeat(page.password().codePointCount(0, page.password().length())),
        page.field() == 1);
    return new View(
        rows,
        focus,
        "Enter accepts",
        "Tab changes the field, Esc goes back",
        page.field() == 0 ? Typing.TEXT : Typing.SECRET);
  }

  private View sshKeys(Page.SshKeys page) {
    row("Which SSH keys open it?", Tone.HEADING);
    row("A public key, or github:NAME.", Tone.SOFT);
    gap();
    List<String> keys = wizard.answers().sshKeys();
    for (int i = 0; i < keys.size(); i++) {
      item(i, page.typed().isPresent() ? -1 : page.cursor(), keys.get(i));
    }
    if (keys.isEmpty()) {
      row("none yet", Tone.SOFT);
    }
    if (page.typed().isPresent()) {
      gap();
      field("New key", page.typed().get(), true);
      return new View(rows, focus, "Enter adds it", "Esc does not", Typing.TEXT);
    }
    return menu("a adds, d deletes the marked one", "Enter or Esc goes back, q quits");
  }

  private View question(Page.Question page) {
    row(page.prompt().question(), Tone.HEADING);
    gap();
    field(page.prompt().section(), page.typed(), true);
    if (page.typed().isEmpty() && !page.prompt().placeholder().isEmpty()) {
      row("for example " + page.prompt().placeholder(), Tone.SOFT);
    }
    page.refusal().ifPresent(why -> row(why, Tone.DANGER));
    return new View(rows, focus, "Enter accepts", "Esc goes back", Typing.TEXT);
  }

  // ---- installing

  private View summary() {
    Answers answers = wizard.answers();
    row("Ready to install", Tone.HEADING);
    gap();
    row("Disk        " + answers.device() + ", ALL DATA ON IT WILL BE DESTROYED", Tone.DANGER);
    row("Afterwards  " + answers.afterwards().title(), Tone.PLAIN);
    row("User        " + (answers.hasUser() ? answers.user() : "none"), Tone.PLAIN);
    row("SSH keys    " + answers.sshKeys().size(), Tone.PLAIN);
    answers.provided().keySet().forEach(section -> row("Configured  " + section, Tone.PLAIN));
    if (!answers.letsSomebodyIn()) {
      gap();
      row("Nobody will be able to log in: customize the user to change that.", Tone.DANGER);
    }
    return new View(
        rows,
        0,
        "Enter installs, v shows the cloud-config, q quits",
        "Esc goes back",
        Typing.ENTER);
  }

  private View userData(Page.UserData page) {
    wizard.cloudConfig(false).lines().skip(page.top()).forEach(line -> row(line, Tone.PLAIN));
    return new View(rows, 0, "Enter goes back", "up/down scroll", Typing.ENTER);
  }

  private View process(Page.InstallProcess page) {
    List<String> reached = page.reached();
    boolean isOver = page.exitCode().isPresent();
    boolean hasSucceeded = page.exitCode().filter(code -> code == SUCCEEDED).isPresent();
    row(
        !isOver ? "Installing" : hasSucceeded ? "Installed" : "The installation failed",
        isOver && !hasSucceeded ? Tone.DANGER : Tone.HEADING);
    gap();
    int done =
        hasSucceeded
            ? InstallMilestone.count()
            : reached.isEmpty()
                ? 0
                : InstallMilestone.named(reached.getLast()).map(InstallMilestone::number).orElse(1)
                    - 1;
    int full = BAR * done / InstallMilestone.count();
    row(
        "["
            + "#".repeat(full)
            + "-".repeat(BAR - full)
            + "] "
            + done
            + "/"
            + InstallMilestone.count(),
        Tone.PLAIN);
    for (InstallMilestone milestone : InstallMilestone.values()) {
      boolean isPast = milestone.number() <= done;
      boolean isNow = !isOver && milestone.number() == done + 1 && !reached.isEmpty();
      row(
          (isPast ? checkMark : isNow ? ">" : " ") + " " + milestone.title(),
          isPast ? Tone.GOOD : isNow ? Tone.HEADING : Tone.SOFT);
    }
    gap();
    if (page.errors().isEmpty()) {
      page.lines().stream()
          .skip(Math.max(0, page.lines().size() - LOG_LINES))
          .forEach(line -> row(line.strip(), Tone.SOFT));
    } else {
      page.errors().forEach(line -> row(line, Tone.DANGER));
    }
    focus = rows.size() - 1;
    return new View(rows, focus, ending(isOver, hasSucceeded), "", Typing.ENTER);
  }

  private String ending(boolean isOver, boolean hasSucceeded) {
    if (!isOver) {
      return "do not switch the machine off";
    }
    if (!hasSucceeded) {
      return "any key leaves";
    }
    return switch (wizard.answers().afterwards()) {
      case REBOOT -> "the machine restarts: take the medium out";
      case POWER_OFF -> "the machine switches itself off: take the medium out";
      case NOTHING -> "take the medium out and restart the machine, any key leaves";
    };
  }

  // ---- rows

  private View menu(String hint, String arrows) {
    return new View(rows, focus, hint, arrows, Typing.NUMBER);
  }

  private void row(String text, Tone tone) {
    rows.add(new Row(printable(text), tone, 0));
  }

  private void gap() {
    row("", Tone.PLAIN);
  }

  private void item(int index, int cursor, String text) {
    if (index == cursor) {
      focus = rows.size();
    }
    rows.add(new Row(printable(text), index == cursor ? Tone.MARKED : Tone.PLAIN, index + 1));
  }

  private void field(String label, String content, boolean isFocused) {
    if (isFocused) {
      focus = rows.size();
    }
    row(label + ": " + content + (isFocused ? "_" : ""), isFocused ? Tone.MARKED : Tone.PLAIN);
  }

  /** Models of disks and lines of logs move no cursor. */
  private static String printable(String text) {
    return text.replaceAll("\u001b\\[[0-9;?]*[ -/]*[@-~]", "").replaceAll("\\p{Cntrl}", "");
  }
}
