package io.kairos.e2e;

import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.testkit.disk.Ext4;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which entries of a node's boot menu GRUB tries, in this order: the one that it is told to take,
 * then its fallbacks. It does what {@code /etc/cos/grub.cfg} and the boot assessment of
 * 08_grub.yaml say.
 *
 * @param entries ids, each once
 */
record GrubChoice(List<String> entries) {
  /** On the state partition, where Debian's grub-install puts it. */
  static final String MENU = "/grub/grub.cfg";

  private static final Pattern ENTRY = Pattern.compile("(?m)^menuentry .*--id ([\\w-]+)");

  /** In the order of the menu, for fallbacks by number. */
  private static final List<String> NEEDED = List.of("cos", "fallback", "recovery", "statereset");

  /** What the menu falls back to by itself. */
  private static final String FALLBACK = "0 1 2";

  /**
   * @param state with the menu
   * @param searched file systems in the order in which GRUB finds them
   * @throws IOException when there is no menu, or it is not whole
   */
  static GrubChoice of(Ext4 state, List<Ext4> searched) throws IOException {
    String menu = new String(state.bytes(MENU), StandardCharsets.UTF_8);
    List<String> offered = ENTRY.matcher(menu).results().map(found -> found.group(1)).toList();
    if (!offered.equals(NEEDED) || menu.indexOf('\0') >= 0 || !menu.endsWith("fi\n")) {
      throw new IOException("the boot menu is not whole: it offers " + offered);
    }
    SortedMap<String, String> variables = new TreeMap<>();
    for (String block : List.of("/grub_oem_env", "/grubenv")) {
      variables.putAll(variables(searched, block));
    }
    String selected = variables.getOrDefault("next_entry", "");
    String chosen = selected.isEmpty() ? variables.getOrDefault("saved_entry", "") : selected;
    if (isFailed(searched, selected)) {
      chosen = "fallback";
    }
    List<String> entries = new ArrayList<>();
    add(entries, offered, chosen.isEmpty() ? "0" : chosen);
    for (String word : variables.getOrDefault("default_fallback", FALLBACK).split(" ")) {
      add(entries, offered, word);
    }
    return new GrubChoice(List.copyOf(entries));
  }

  private static void add(List<String> entries, List<String> offered, String word) {
    String id =
        word.matches("\\d") && Integer.parseInt(word) < offered.size()
            ? offered.get(Integer.parseInt(word))
            : word;
    if (offered.contains(id) && !entries.contains(id)) {
      entries.add(id);
    }
  }

  /** Whether a new system has been tried, and did not come up. */
  private static boolean isFailed(List<Ext4> searched, String selected) throws IOException {
    if (first(searched, "/grubcustom").isEmpty()
        || first(searched, "/grub_boot_assessment").isEmpty()) {
      return false;
    }
    Map<String, String> variables = variables(searched, "/boot_assessment");
    boolean isStarted =
        "yes".equals(variables.get("enable_boot_assessment"))
            || "yes".equals(variables.get("enable_boot_assessment_always"));
    return isStarted
        && (selected.isEmpty() || selected.equals("cos"))
        && "yes".equals(variables.get("boot_assessment_tentative"));
  }

  /** GRUB does without a block that is none. */
  private static Map<String, String> variables(List<Ext4> searched, String path)
      throws IOException {
    Optional<Ext4> found = first(searched, path);
    if (found.isEmpty()) {
      return Map.of();
    }
    try {
      return GrubEnvironment.parse(found.get().bytes(path)).variables();
    } catch (IllegalArgumentException none) {
      return Map.of();
    }
  }

  private static Optional<Ext4> first(List<Ext4> searched, String path) throws IOException {
    for (Ext4 system : searched) {
      if (system.exists(path)) {
        return Optional.of(system);
      }
    }
    return Optional.empty();
  }
}
