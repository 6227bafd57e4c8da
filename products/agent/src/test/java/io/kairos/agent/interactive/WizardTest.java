package io.kairos.agent.interactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.frontend.InstallEvent;
import io.kairos.agent.frontend.InstallMilestone;
import io.kairos.agent.interactive.Key.Named;
import io.kairos.agent.interactive.Wizard.Next;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WizardTest {
  private static final ProviderPrompt TOKEN =
      new ProviderPrompt(
          "p2p.network_token",
          false,
          "Insert a network token",
          false,
          Optional.of("Full mesh?"),
          Optional.of("generated"),
          "");
  private static final ProviderPrompt K3S =
      new ProviderPrompt(
          "k3s.enabled", true, "Enable k3s?", false, Optional.empty(), Optional.empty(), "");
  private static final ProviderPrompt NAME =
      new ProviderPrompt(
          "acme.name", false, "Name?", false, Optional.empty(), Optional.empty(), "");

  private static Wizard begin(boolean hasAdvanced, ProviderPrompt... prompts) {
    return Wizard.begin(
        new Setting(
            "Title",
            List.of(Disks.refused("sda", "in use"), Disks.free("vda"), Disks.free("vdb")),
            hasAdvanced,
            List.of(prompts),
            Optional.empty()));
  }

  /** Upper case words are keys, everything else is typed. */
  private static Wizard press(Wizard wizard, String... keys) {
    Wizard now = wizard;
    for (String key : keys) {
      if (key.matches("[A-Z]{2,}")) {
        now = now.press(Named.valueOf(key));
      } else {
        for (int sign : key.codePoints().toArray()) {
          now = now.press(new Key.Sign(sign));
        }
      }
    }
    return now;
  }

  private static Wizard options(ProviderPrompt... prompts) {
    return press(begin(true, prompts), "ENTER");
  }

  private static Wizard customization(ProviderPrompt... prompts) {
    return press(options(prompts), "DOWN", "ENTER");
  }

  // ---- disks

  @Test
  void theFirstDiskThatMayBeChosenIsMarked() {
    assertThat(begin(true).page()).isEqualTo(new Page.DiskSelection(1));
    assertThat(options().answers().device()).isEqualTo("/dev/vda");
    assertThat(press(begin(true), "DOWN", "ENTER").answers().device()).isEqualTo("/dev/vdb");
  }

  @Test
  void aDiskThatMayNotBeChosenIsNot() {
    Wizard there = press(begin(true), "UP", "ENTER");
    assertThat(there.page()).isEqualTo(new Page.DiskSelection(0));
    assertThat(there.answers().device()).isEmpty();
    assertThat(begin(true).press(new Key.Item(0)).page()).isInstanceOf(Page.DiskSelection.class);
  }

  @Test
  void theMarkStaysWithinTheItems() {
    assertThat(press(begin(true), "DOWN", "DOWN", "DOWN").page())
        .isEqualTo(new Page.DiskSelection(2));
    assertThat(begin(true).press(new Key.Item(7)).page()).isEqualTo(new Page.DiskSelection(1));
  }

  @Test
  void aMachineWithoutDisksCanOnlyBeLeft() {
    Wizard bare = Wizard.begin(new Setting("Title", List.of(), true, List.of(), Optional.empty()));
    assertThat(press(bare, "ENTER", "DOWN", "ENTER").page()).isInstanceOf(Page.DiskSelection.class);
    assertThat(press(bare, "q", "y").next()).isEqualTo(Next.ABORTED);
  }

  // ---- options

  @Test
  void leftAndRightChangeWhatHappensAfterwards() {
    assertThat(press(options(), "RIGHT").answers().afterwards()).isEqualTo(Afterwards.REBOOT);
    assertThat(press(options(), "RIGHT", "RIGHT").answers().afterwards())
        .isEqualTo(Afterwards.POWER_OFF);
    assertThat(press(options(), "LEFT").answers().afterwards()).isEqualTo(Afterwards.POWER_OFF);
    assertThat(press(options(), "RIGHT", "RIGHT", "RIGHT").answers().afterwards())
        .isEqualTo(Afterwards.NOTHING);
  }

  @Test
  void anImageMayHideWhatIsAdvanced() {
    Wizard plain = press(begin(false), "ENTER");
    assertThat(plain.options()).containsExactly(Wizard.Option.START, Wizard.Option.AFTERWARDS);
    assertThat(press(plain, "DOWN", "ENTER").answers().afterwards()).isEqualTo(Afterwards.REBOOT);
  }

  // ---- back and away

  @Test
  void escapeLeadsBackTheWayOneCame() {
    Wizard deep = press(customization(), "ENTER");
    assertThat(deep.page()).isInstanceOf(Page.UserPassword.class);
    assertThat(press(deep, "BACK").page()).isInstanceOf(Page.Customization.class);
    assertThat(press(deep, "BACK", "BACK").page()).isInstanceOf(Page.InstallOptions.class);
    assertThat(press(deep, "BACK", "BACK", "BACK").page()).isInstanceOf(Page.DiskSelection.class);
    assertThat(press(deep, "BACK", "BACK", "BACK", "BACK").asksToAbort()).isTrue();
  }

  @Test
  void leavingIsAskedForFirst() {
    for (String key : List.of("q", "INTERRUPT")) {
      Wizard asked = press(options(), key);
      assertThat(asked.asksToAbort()).isTrue();
      assertThat(press(asked, "x", "ENTER").asksToAbort()).isTrue();
      assertThat(press(asked, "n")).isEqualTo(options());
      assertThat(press(asked, "y").next()).isEqualTo(Next.ABORTED);
    }
  }

  @Test
  void whoTypesMayTypeAnyLetter() {
    Wizard typing = press(customization(), "ENTER", "quentin");
    assertThat(typing.page()).isEqualTo(new Page.UserPassword(0, "quentin", ""));
    assertThat(press(typing, "INTERRUPT").asksToAbort()).isTrue();
  }

  // ---- customization

  @Test
  void aUserHasANameAndAPassword() {
    Wizard done = press(customization(), "ENTER", "adä", "BACKSPACE", "a", "ENTER", "pq", "ENTER");
    assertThat(done.page()).isInstanceOf(Page.Customization.class);
    assertThat(done.answers().user()).isEqualTo("ada");
    assertThat(done.answers().password()).isEqualTo("pq");
    assertThat(done.customizations().getFirst().getValue()).isTrue();
  }

  @Test
  void tabChangesTheField() {
    assertThat(press(customization(), "ENTER", "a", "TAB", "b", "TAB", "c").page())
        .isEqualTo(new Page.UserPassword(0, "ac", "b"));
  }

  @Test
  void withoutANameThereIsNoUser() {
    Wizard none = press(customization(), "ENTER", "TAB", "secret", "ENTER");
    assertThat(none.answers().hasUser()).isFalse();
    assertThat(none.answers().password()).isEmpty();
  }

  @Test
  void keysAreAddedAndDeleted() {
    Wizard list = press(customization(), "DOWN", "ENTER");
    Wizard two = press(list, "a", "github:ada", "ENTER", "a", "ssh-ed25519 AAA q", "ENTER");
    assertThat(two.answers().sshKeys()).containsExactly("github:ada", "ssh-ed25519 AAA q");
    assertThat(press(two, "UP", "d").answers().sshKeys()).containsExactly("ssh-ed25519 AAA q");
    assertThat(press(two, "d", "d", "d").answers().sshKeys()).isEmpty();
    assertThat(press(two, "a", "x", "BACK").answers().sshKeys()).hasSize(2);
    assertThat(press(two, "a", "x", "BACK").page()).isInstanceOf(Page.SshKeys.class);
    assertThat(press(two, "ENTER").page()).isInstanceOf(Page.Customization.class);
  }

  @Test
  void aPromptThatAsksFirstIsLeftOutWithNo() {
    Wizard asked = press(customization(TOKEN), "DOWN", "DOWN", "ENTER");
    assertThat(asked.page()).isEqualTo(new Page.YesNo(TOKEN, true, 1));
    assertThat(press(asked, "ENTER").answers().provided()).isEmpty();
    Wizard question = press(asked, "UP", "ENTER");
    assertThat(question.page()).isEqualTo(new Page.Question(TOKEN, "", Optional.empty()));
    assertThat(press(question, "ENTER").answers().provided())
        .containsExactly(java.util.Map.entry("p2p.network_token", "generated"));
    assertThat(press(question, "mine", "ENTER").page()).isInstanceOf(Page.Customization.class);
  }

  @Test
  void anAnswerThatIsNeededIsNeeded() {
    Wizard question = press(customization(NAME), "DOWN", "DOWN", "ENTER");
    Wizard refused = press(question, " ", "ENTER");
    assertThat(((Page.Question) refused.page()).refusal()).isPresent();
    assertThat(press(refused, "true", "ENTER").answers().provided())
        .containsEntry("acme.name", true);
  }

  @Test
  void yesAndNoAreBooleansAndNoComesFirst() {
    Wizard asked = press(customization(K3S), "DOWN", "DOWN", "ENTER");
    assertThat(asked.page()).isEqualTo(new Page.YesNo(K3S, false, 1));
    assertThat(press(asked, "ENTER").answers().provided()).containsEntry("k3s.enabled", false);
    assertThat(press(asked, "y").answers().provided()).containsEntry("k3s.enabled", true);
    assertThat(press(asked, "LEFT", "ENTER").answers().provided())
        .containsEntry("k3s.enabled", true);
  }

  @Test
  void customizationEndsWithTheSummary() {
    assertThat(press(customization(K3S, NAME), "DOWN", "DOWN", "DOWN", "DOWN", "ENTER").page())
        .isInstanceOf(Page.Summary.class);
  }

  // ---- installation

  private static Wizard summary() {
    return press(options(), "ENTER");
  }

  @Test
  void nothingIsInstalledBeforeTheSummaryIsAccepted() {
    assertThat(summary().next()).isEqualTo(Next.KEY);
    assertThat(press(summary(), "v").page()).isEqualTo(new Page.UserData(0));
    assertThat(press(summary(), "v", "BACK").page()).isInstanceOf(Page.Summary.class);
    assertThat(press(summary(), "ENTER").next()).isEqualTo(Next.INSTALLATION);
  }

  @Test
  void theCloudConfigScrollsWithinItsLines() {
    Wizard view = press(summary(), "v", "DOWN", "DOWN", "UP");
    assertThat(view.page()).isEqualTo(new Page.UserData(1));
    Wizard end = view;
    for (int i = 0; i < 50; i++) {
      end = press(end, "DOWN");
    }
    assertThat(((Page.UserData) end.page()).top())
        .isEqualTo((int) view.cloudConfig(false).lines().count() - 1);
  }

  @Test
  void whileItInstallsNoKeyDoesAnything() {
    Wizard installing = press(summary(), "ENTER").started();
    for (String key : List.of("q", "INTERRUPT", "BACK", "ENTER", "y")) {
      assertThat(press(installing, key)).isEqualTo(installing);
    }
  }

  @Test
  void afterAFailureAnyKeyLeaves() {
    Wizard failed =
        press(summary(), "ENTER")
            .started()
            .hear(new InstallEvent.Reached(InstallMilestone.PARTITION))
            .hear(new InstallEvent.Failed("no\nroom"))
            .ended(3);
    assertThat(((Page.InstallProcess) failed.page()).errors()).containsExactly("no", "room");
    assertThat(press(failed, "x").next()).isEqualTo(Next.OVER);
  }

  @Test
  void beforeARestartKeysAreOfNoUse() {
    Wizard restarting = press(options(), "RIGHT", "ENTER", "ENTER").started().ended(0);
    assertThat(press(restarting, "x", "ENTER")).isEqualTo(restarting);
    Wizard failed = press(options(), "RIGHT", "ENTER", "ENTER").started().ended(1);
    assertThat(press(failed, "x").next()).isEqualTo(Next.OVER);
  }
}
