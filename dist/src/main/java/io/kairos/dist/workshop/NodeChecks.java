package io.kairos.dist.workshop;

import java.util.List;

/** What holds on every installed node that was booted from its active slot. */
public final class NodeChecks {
  private NodeChecks() {}

  /**
   * @param hostname as the cloud-config set it
   */
  public static List<NodeCheck> activeBoot(String hostname) {
    return List.of(
        NodeCheck.prints("booted the active slot", "kairos-agent state get boot", "active_boot"),
        NodeCheck.succeeds("its sentinel says so", "test -e /run/cos/active_mode"),
        NodeCheck.prints("runs from COS_ACTIVE", "findmnt -no LABEL /", "COS_ACTIVE"),
        NodeCheck.failsSaying(
            "/usr cannot be written, even by root",
            "sudo touch /usr/kairos-was-here",
            "Read-only file system"),
        NodeCheck.succeeds(
            "/etc can be written until the next boot", "sudo touch /etc/kairos-was-here"),
        NodeCheck.prints(
            "/usr/local is COS_PERSISTENT", "findmnt -no LABEL /usr/local", "COS_PERSISTENT"),
        NodeCheck.prints("/oem is COS_OEM", "findmnt -no LABEL /oem", "COS_OEM"),
        NodeCheck.prints("the hostname is the configured one", "hostname", hostname),
        NodeCheck.prints(
            "the file of the cloud-config is there", "cat /etc/kairos-demo", "made by Kairos"),
        NodeCheck.succeeds(
            "the command of the cloud-config ran", "test -s /run/kairos-demo-booted"),
        NodeCheck.prints(
            "no boot step failed", "cat /run/cos/boot_degraded 2>/dev/null || true", ""));
  }
}
