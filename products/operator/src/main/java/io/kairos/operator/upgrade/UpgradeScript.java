package io.kairos.operator.upgrade;

import io.kairos.operator.Resources;
import java.util.ArrayList;
import java.util.List;

/** The commands that run on a node, out of the pieces beside this class. */
final class UpgradeScript {
  /** Kubernetes puts its own into each container; {@code dir:/} would take them along. */
  private static final List<String> ALWAYS_EXCLUDED = List.of("/etc/hostname", "/etc/hosts");

  private UpgradeScript() {}

  /** argv of the Job. */
  static List<String> command(NodeOpUpgradeSpec spec) {
    var script = new ArrayList<String>();
    script.add("set -x -e");
    script.add(piece("report.sh"));
    if (spec.comparesVersions()) {
      script.add(piece("check.sh"));
    }
    script.add(piece("mounts.sh"));
    script.add(calls(spec));
    script.add("report\nexit 0\n");
    return List.of("/bin/sh", "-c", String.join("\n", script));
  }

  /** argv of the preflight. */
  static List<String> preflight() {
    return List.of("/bin/sh", "-c", piece("preflight.sh"));
  }

  private static String calls(NodeOpUpgradeSpec spec) {
    String agent = Boolean.TRUE.equals(spec.debug()) ? "kairos-agent --debug" : "kairos-agent";
    String source = " --source dir:/" + exclusions(spec);
    String recovery = agent + " upgrade --recovery" + source + "\n";
    String active = agent + " upgrade" + source + "\n";
    if (spec.changesRecovery() && spec.changesActive()) {
      return "# Upgrade recovery partition\n" + recovery + "# Upgrade active partition\n" + active;
    }
    return spec.changesRecovery() ? recovery : active;
  }

  private static String exclusions(NodeOpUpgradeSpec spec) {
    var paths = new ArrayList<>(ALWAYS_EXCLUDED);
    if (spec.excludePaths() != null) {
      paths.addAll(spec.excludePaths());
    }
    var text = new StringBuilder();
    paths.forEach(path -> text.append(" --exclude-path ").append(quoted(path)));
    return text.toString();
  }

  /** One word of sh, whatever it holds. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static String piece(String name) {
    return Resources.text(UpgradeScript.class, name);
  }
}
