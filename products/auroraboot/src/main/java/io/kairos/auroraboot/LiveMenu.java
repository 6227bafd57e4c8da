package io.kairos.auroraboot;

/**
 * What of the installer's menu can be chosen.
 *
 * @param console kernel parameters that name the consoles; the last one gets the programs' output
 * @param moreParameters further kernel parameters of every entry; may be empty
 */
public record LiveMenu(String console, String moreParameters) {
  private static final String BOTH_CONSOLES = "console=ttyS0 console=tty1";

  public static final LiveMenu DEFAULT = new LiveMenu("", "");

  public LiveMenu {
    String chosen = onOneLine(console);
    console = chosen.isEmpty() ? BOTH_CONSOLES : chosen;
    moreParameters = onOneLine(moreParameters);
  }

  private static String onOneLine(String text) {
    return text.replaceAll("[\r\n]", "").strip();
  }

  /**
   * {@code grub.cfg} of the medium.
   *
   * @param architecture as Go names it; old graphics of PCs need nomodeset
   */
  String render(String architecture) {
    return Resources.text("live.cfg")
        .replace("{{LIVE_CONSOLE}}", console)
        .replace("{{NOMODESET}}", architecture.equals("amd64") ? " nomodeset" : "")
        .replace("{{EXTEND_CMDLINE}}", moreParameters.isEmpty() ? "" : " " + moreParameters);
  }

  /** What the boot loaders of distributions find first; it leads to the menu. */
  static String chain() {
    return Resources.text("chain.cfg");
  }
}
