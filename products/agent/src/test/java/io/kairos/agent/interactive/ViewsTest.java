package io.kairos.agent.interactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.frontend.InstallEvent;
import io.kairos.agent.frontend.InstallMilestone;
import io.kairos.agent.interactive.View.Tone;
import io.kairos.agent.interactive.View.Typing;
import io.kairos.formats.dotenv.DotEnv;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewsTest {
  private static final Look PLAIN = Look.of(DotEnv.parse(""), Map.of("TERM", "linux"));

  private static Wizard begin() {
    return Wizard.begin(
        new Setting(
            "Title",
            List.of(Disks.refused("sda", "it holds /var"), Disks.free("vda")),
            true,
            List.of(),
            Optional.empty()));
  }

  private static String text(Wizard wizard) {
    return Views.of(wizard, "*").rows().stream()
        .map(View.Row::text)
        .collect(Collectors.joining("\n"));
  }

  private static Wizard press(Wizard wizard, Key... keys) {
    Wizard now = wizard;
    for (Key key : keys) {
      now = now.press(key);
    }
    return now;
  }

  @Test
  void theDangerIsSaidWhereADiskIsChosenAndBeforeItIsOverwritten() {
    assertThat(text(begin())).contains("ALL DATA ON THAT DISK WILL BE DESTROYED");
    Wizard summary = press(begin(), Key.Named.ENTER, Key.Named.ENTER);
    assertThat(text(summary))
        .contains("/dev/vda, ALL DATA ON IT WILL BE DESTROYED", "Nobody will be able to log in");
  }

  @Test
  void aDiskThatMayNotBeChosenSaysWhy() {
    assertThat(text(begin())).contains("/dev/sda  40.0 GiB", "[cannot be used: it holds /var]");
  }

  @Test
  void whatDisksCallThemselvesMovesNoCursor() {
    assertThat(text(begin())).contains("Model of vda").doesNotContain("\u001b");
  }

  @Test
  void aPasswordIsNeverSeen() {
    Wizard typing =
        press(
            begin(),
            Key.Named.ENTER,
            new Key.Item(1),
            new Key.Item(0),
            new Key.Text("ada"),
            Key.Named.ENTER,
            new Key.Text("hunter2"));
    assertThat(text(typing)).contains("Password: *******_").doesNotContain("hunter2");
    assertThat(Views.of(typing, "*").typing()).isEqualTo(Typing.SECRET);
    Wizard view = press(typing, Key.Named.ENTER, new Key.Item(2), new Key.Sign('v'));
    assertThat(text(view)).contains("ada:").doesNotContain("hunter2");
  }

  @Test
  void whatIsFilledInHasACheckMark() {
    Wizard done =
        press(
            begin(),
            Key.Named.ENTER,
            new Key.Item(1),
            new Key.Item(0),
            new Key.Text("ada"),
            Key.Named.ENTER,
            Key.Named.ENTER);
    assertThat(text(done)).contains("User & Password  *\nSSH Keys\n");
  }

  @Test
  void progressIsABarAndAList() {
    Wizard installing =
        press(begin(), Key.Named.ENTER, Key.Named.ENTER, Key.Named.ENTER)
            .started()
            .hear(new InstallEvent.Reached(InstallMilestone.ACTIVE))
            .hear(new InstallEvent.Line("copying"));
    assertThat(text(installing))
        .contains("[##########------------------------------] 2/8")
        .contains("* Preparing", "> Copying the system", "  Finishing", "copying");
    assertThat(text(installing.hear(new InstallEvent.Failed("no room")).ended(1)))
        .contains("The installation failed", "no room");
    assertThat(text(installing.ended(0))).contains("[" + "#".repeat(40) + "] 8/8");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 10, 24, 50})
  void ofAPageThatDoesNotFitTheMarkedItemIsSeen(int height) {
    List<View.Row> rows =
        IntStream.range(0, 40)
            .mapToObj(i -> new View.Row("row " + i, i == 33 ? Tone.MARKED : Tone.PLAIN, i + 1))
            .toList();
    String screen =
        new ScreenLayout("Title", PLAIN)
            .rendered(new View(rows, 33, "hint", "", Typing.NUMBER), new Teletype.Size(80, height));
    assertThat(screen).contains("> row 33").contains("hint");
    assertThat(screen.lines().count()).isLessThanOrEqualTo(Math.max(height, 5));
  }

  @Test
  void noLineIsWiderThanTheScreen() {
    var view =
        new View(
            List.of(new View.Row("x".repeat(200), Tone.MARKED, 1)),
            0,
            "y".repeat(200),
            "",
            Typing.NUMBER);
    String screen = new ScreenLayout("Title", PLAIN).rendered(view, new Teletype.Size(40, 24));
    assertThat(screen.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", "").lines().mapToInt(String::length))
        .allMatch(width -> width < 40);
  }

  // ---- looks

  @Test
  void aTerminalOfSixteenColoursGetsNoOthersAndNoSignsItMayLack() {
    DotEnv brand = DotEnv.parse("KAIROS_BG=#112233\nKAIROS_TEXT=#ffffff\nCHECK_MARK=✔\n");
    Look poor = Look.of(brand, Map.of("TERM", "linux"));
    assertThat(poor.page()).isEmpty();
    assertThat(poor.styles().values()).noneMatch(style -> style.contains("38;2"));
    assertThat(poor.checkMark()).isEqualTo("*");
    assertThat(poor.rule()).isEqualTo("-");
    Look rich = Look.of(brand, Map.of("TERM", "xterm-256color"));
    assertThat(rich.page()).isEqualTo("48;2;17;34;51");
    assertThat(rich.styles()).containsEntry(Tone.PLAIN, "38;2;255;255;255");
    assertThat(rich.checkMark()).isEqualTo("✔");
  }

  @Test
  void aColourThatIsNoneIsPassedOver() {
    Look look =
        Look.of(
            DotEnv.parse("KAIROS_BG=blue\nBORDER_STYLE=double\n"),
            Map.of("COLORTERM", "truecolor"));
    assertThat(look.page()).isEmpty();
    assertThat(look.rule()).isEqualTo("═");
  }
}
