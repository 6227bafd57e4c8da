package io.kairos.agent.interactive;

import java.util.List;
import java.util.Optional;

/** One page of the installer: what can change on it, and nothing of how it looks. */
sealed interface Page {
  /** A page with items, one of which is marked. */
  sealed interface Menu extends Page {
    int cursor();

    Menu at(int cursor);
  }

  record DiskSelection(int cursor) implements Menu {
    @Override
    public Menu at(int item) {
      return new DiskSelection(item);
    }
  }

  record InstallOptions(int cursor) implements Menu {
    @Override
    public Menu at(int item) {
      return new InstallOptions(item);
    }
  }

  record Customization(int cursor) implements Menu {
    @Override
    public Menu at(int item) {
      return new Customization(item);
    }
  }

  /**
   * @param field 0 for the name, 1 for the password
   */
  record UserPassword(int field, String name, String password) implements Page {}

  /**
   * @param typed a key that is being added
   */
  record SshKeys(int cursor, Optional<String> typed) implements Menu {
    @Override
    public Menu at(int item) {
      return new SshKeys(item, typed);
    }
  }

  /**
   * A text for a provider.
   *
   * @param refusal why the text was not taken
   */
  record Question(ProviderPrompt prompt, String typed, Optional<String> refusal) implements Page {}

  /**
   * Yes or no for a provider.
   *
   * @param comesFirst whether it only asks if the prompt is to be asked
   * @param cursor 0 for yes, 1 for no
   */
  record YesNo(ProviderPrompt prompt, boolean comesFirst, int cursor) implements Menu {
    @Override
    public Menu at(int item) {
      return new YesNo(prompt, comesFirst, item);
    }
  }

  record Summary() implements Page {}

  /**
   * @param top the first line that is shown
   */
  record UserData(int top) implements Page {}

  /**
   * The installation itself.
   *
   * @param reached words of the milestones so far, in their order
   * @param lines the end of its log
   * @param exitCode when it is over
   */
  record InstallProcess(
      List<String> reached, List<String> lines, List<String> errors, Optional<Integer> exitCode)
      implements Page {
    private static final int KEPT = 200;

    public InstallProcess {
      reached = List.copyOf(reached);
      lines = List.copyOf(lines.subList(Math.max(0, lines.size() - KEPT), lines.size()));
      errors = List.copyOf(errors);
    }

    static InstallProcess begun() {
      return new InstallProcess(List.of(), List.of(), List.of(), Optional.empty());
    }
  }
}
