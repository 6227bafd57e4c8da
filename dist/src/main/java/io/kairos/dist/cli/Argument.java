package io.kairos.dist.cli;

/**
 * A word without dashes that a verb takes.
 *
 * @param name as help shows it, in capitals
 * @param help one line: what it means
 * @param optional whether it may be missing
 * @param repeats whether it takes all further words too
 */
public record Argument(String name, String help, boolean optional, boolean repeats) {
  public static Argument required(String name, String help) {
    return new Argument(name, help, false, false);
  }

  public static Argument optional(String name, String help) {
    return new Argument(name, help, true, false);
  }

  /** Any number of words, also none. */
  public static Argument any(String name, String help) {
    return new Argument(name, help, true, true);
  }

  String spelled() {
    String text = repeats ? name + "…" : name;
    return optional ? "[" + text + "]" : text;
  }
}
