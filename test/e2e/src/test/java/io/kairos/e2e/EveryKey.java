package io.kairos.e2e;

import io.kairos.dist.workshop.NodeCheck;
import java.util.List;

/** A cloud-config with each key of a step, and what a node then is. */
final class EveryKey {
  /** What the server of the test gives for {@code /payload}. */
  static final String PAYLOAD = "a payload\n";

  static final String USER_DATA =
      "#cloud-config\nwrite_files:\n  - path: /run/every/user-data\n    content: yes\n";

  private EveryKey() {}

  /** User data of a CD with that label. */
  static String onCd(String label) {
    return "#cloud-config\nwrite_files:\n  - path: /run/from-cd\n    permissions: \"0644\"\n"
        + "    content: "
        + label
        + "\n";
  }

  /**
   * @param server base address, as the node sees it
   */
  static String cloudConfig(String server) {
    return Beside.text("every-key.yaml").replace("@SERVER@", server);
  }

  static List<NodeCheck> checks() {
    return List.of(
        NodeCheck.prints(
            "sub-stages and 'after' order the steps",
            "cat /run/every/order",
            "before\nfirst\nlast\nafter"),
        NodeCheck.succeeds("conditions that hold let a step run", "test -f /run/every/conditions"),
        NodeCheck.prints(
            "conditions that fail skip their steps",
            "cd /run/every && ls | grep skipped || true",
            ""),
        NodeCheck.prints("directories", "stat -c '%a %u %g' /run/every/directory", "750 0 4"),
        NodeCheck.prints(
            "files have modes and owners, and are templates",
            "sudo stat -c '%a %U' /run/every/plain && sudo cat /run/every/plain",
            "640 kairos\non kairos-demo"),
        NodeCheck.prints("files are decoded", "sudo cat /run/every/base64", "every key"),
        NodeCheck.prints(
            "parents are made",
            "sudo stat -c %a /run/every/deep/below && sudo cat /run/every/deep/below/file",
            "744\ndeep"),
        NodeCheck.prints(
            "dns",
            "cat /run/every/resolv.conf",
            "search example.test\nnameserver 192.0.2.53\noptions ndots:2"),
        NodeCheck.prints(
            "hostname is a template of its own",
            "test $(hostname) = every-$(cut -c1-4 /etc/machine-id) && echo same",
            "same"),
        NodeCheck.prints(
            "users",
            "getent passwd every; id -Gn every",
            "every:x:4711:1000:Every Key:/home/every:/bin/bash\nevery everygroup"),
        NodeCheck.prints(
            "passwords are hashed", "sudo getent shadow every | cut -d: -f2 | cut -c1-3", "$6$"),
        NodeCheck.prints(
            "authorized_keys",
            "sudo stat -c '%a %U' /home/every/.ssh/authorized_keys"
                + " && sudo grep -c every@ /home/every/.ssh/authorized_keys",
            "600 every\n1"),
        NodeCheck.prints("entities come", "getent group everygroup", "everygroup:x:4242:every"),
        NodeCheck.prints("entities go", "getent group passing || echo gone", "gone"),
        NodeCheck.prints(
            "sysctl", "cat /proc/sys/debug/exception-trace /proc/sys/net/ipv4/ip_forward", "0\n1"),
        NodeCheck.succeeds("modules", "grep -q '^dummy ' /proc/modules"),
        NodeCheck.prints(
            "units are masked", "systemctl is-enabled every-masked.service || true", "masked"),
        NodeCheck.prints(
            "units are overridden",
            "cat /etc/systemd/system/cron.service.d/override-yip.conf",
            "[Service]\nNice=7"),
        NodeCheck.prints(
            "timesyncd",
            "cat /etc/systemd/timesyncd.conf.d/10-yip.conf",
            "[Time]\nNTP = ntp.example.test"),
        NodeCheck.prints(
            "environment",
            "grep ^EVERY= /etc/environment; cat /run/every/environment",
            "EVERY=\"key and more\"\nNUMBER=42"),
        NodeCheck.prints(
            "systemd-firstboot", "readlink /etc/localtime", "../usr/share/zoneinfo/Europe/Berlin"),
        NodeCheck.prints(
            "package pins", "grep -c 'Pin: version 8' /etc/apt/preferences.d/99-yip-pins", "1"),
        NodeCheck.prints(
            "partitions are made and grown",
            "lsblk -no PARTLABEL,LABEL,FSTYPE /dev/loop7p1 | tr -s ' '"
                + " && test $(lsblk -bno SIZE /dev/loop7p1) -gt 250000000 && echo grown",
            "every EVERY ext4\ngrown"),
        NodeCheck.prints("downloads", "cat /run/every/downloaded", PAYLOAD.strip()),
        NodeCheck.succeeds("user data is found", "test -f /run/config/userdata.yaml"),
        NodeCheck.prints(
            "the image asks for user data, and what the CD cidata has is applied",
            "sudo grep -h content: /oem/95_userdata/userdata.yaml && cat /run/from-cd",
            "content: cidata\ncidata"),
        NodeCheck.prints(
            "the provider cdrom finds the CD cidata",
            "grep content: /run/every/cidata/userdata.yaml",
            "content: cidata"),
        NodeCheck.prints(
            "the provider config-drive finds the CD config-2",
            "grep content: /run/every/config-2/userdata.yaml",
            "content: config-2"));
  }
}
