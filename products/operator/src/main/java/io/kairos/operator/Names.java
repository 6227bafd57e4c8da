package io.kairos.operator;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What clients, dashboards and scripts know objects by; see docs/reference of the operator. */
public final class Names {
  /** The group of NodeOp and NodeOpUpgrade. */
  public static final String OPERATOR_GROUP = "operator.kairos.io";

  /** The group of OSArtifact. */
  public static final String BUILD_GROUP = "build.kairos.io";

  /** Label of Jobs and pods of a NodeOp: its name, shortened to what a label value may hold. */
  public static final String NODEOP_LABEL = "kairos.io/nodeop";

  /** Label of Jobs and pods of a NodeOp: the node's name, shortened likewise. */
  public static final String NODE_LABEL = "kairos.io/node";

  /** Label of the pod that reboots a node: "true". */
  public static final String REBOOT_LABEL = "kairos.io/reboot";

  /** Label of the pod that looks before a node is touched: "true". */
  public static final String PREFLIGHT_LABEL = "kairos.io/preflight";

  /** Annotation by which upstream's reboot pod tells that it is done: "completed". */
  public static final String REBOOT_STATE_ANNOTATION = "kairos.io/reboot-state";

  /** Annotation of pods: the whole name of their NodeOp, which a label may have to shorten. */
  public static final String NODEOP_NAME_ANNOTATION = "operator.kairos.io/nodeop-name";

  /** Annotation of Jobs and pods: the whole name of their node. */
  public static final String NODE_NAME_ANNOTATION = "operator.kairos.io/node-name";

  /** Annotation of a node that a NodeOp has cordoned: {@code <namespace>/<name>@<uid>}. */
  public static final String CORDONED_BY_ANNOTATION = "operator.kairos.io/cordoned-by";

  /** Annotation of a NodeOp; each new value tries the failed nodes once more. */
  public static final String RETRY_ANNOTATION = "operator.kairos.io/retry-failed-nodes";

  /**
   * Finalizer of a NodeOp. Upstream's operator knows it too and removes it, so going back works.
   */
  public static final String NODEOP_FINALIZER = "nodeop-reboot.kairos.io/clusterrolebinding";

  /** Label of the NodeOp that belongs to a NodeOpUpgrade: that one's name. */
  public static final String UPGRADE_LABEL = "nodeopupgrade.kairos.io/name";

  /** Label of nodes that run Kairos: "true"; "false" is a user's way to keep the labeler away. */
  public static final String MANAGED_LABEL = "kairos.io/managed";

  /** Label of nodes: the system they have booted: active, passive, recovery, livecd, unknown. */
  public static final String BOOT_STATE_LABEL = "kairos.io/boot-state";

  /** Annotation of nodes: the boot in which the labeler has read what it wrote. */
  public static final String BOOT_ID_ANNOTATION = "kairos.io/boot-id";

  /** Service account, DaemonSet and prefix of Jobs of the labeler. */
  public static final String LABELER = "kairos-node-labeler";

  /** The Lease that upstream's operator takes too, so that never two of them work. */
  public static final String LEASE = "ce9721c3.kairos.io";

  /** Longest value of a label (RFC 1123 label, Kubernetes' "Labels and Selectors"). */
  public static final int LABEL_LIMIT = 63;

  /** Longest base of a name that gets a suffix of six characters and still fits a label. */
  public static final int BASE_LIMIT = 57;

  private static final int HASH_LENGTH = 12;
  private static final String SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private Names() {}

  /**
   * A name of at most {@code limit} bytes: unchanged up to {@code limit - 13}, otherwise its
   * beginning, a dash and 12 hexadecimal digits of the FNV-1a hash of the whole. Dots and dashes at
   * the end of the beginning are left out, since a name part must not end with them.
   */
  public static String shortened(String name, int limit) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int kept = limit - HASH_LENGTH - 1;
    if (bytes.length <= kept) {
      return name;
    }
    int end = kept;
    while (end > 0 && (bytes[end - 1] == '.' || bytes[end - 1] == '-')) {
      end--;
    }
    String beginning = new String(Arrays.copyOf(bytes, end), StandardCharsets.UTF_8);
    String hash = Long.toHexString(fnv1a(name));
    return beginning + "-" + hash.substring(0, Math.min(HASH_LENGTH, hash.length()));
  }

  /** A label value for a name: the name itself where it fits. */
  public static String labelValue(String name) {
    return name.length() <= LABEL_LIMIT ? name : shortened(name, LABEL_LIMIT);
  }

  /**
   * {@code base} shortened, a dash and five characters that follow from {@code key}: the same
   * object gets the same name however often and by whomever it is made.
   */
  public static String deterministic(String base, String key) {
    return shortened(base, BASE_LIMIT) + "-" + suffix(key);
  }

  /** Five characters of the alphabet that Kubernetes uses for generated names. */
  static String suffix(String key) {
    long rest = fnv1a(key);
    var text = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      text.append(
          SUFFIX_ALPHABET.charAt((int) Long.remainderUnsigned(rest, SUFFIX_ALPHABET.length())));
      rest = Long.divideUnsigned(rest, SUFFIX_ALPHABET.length());
    }
    return text.toString();
  }

  /** FNV-1a, 64 bits, over the UTF-8 bytes (draft-eastlake-fnv). */
  static long fnv1a(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (octet & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
