package io.kairos.plan;

/** One named change to a machine or an artifact, as a value. */
public interface Step {
  /** What it does, in the words of the user: {@code format /dev/vda2 as ext4 COS_OEM}. */
  String summary();

  /** Its kind in kebab case, stable for programs: {@code format}, {@code deploy-image}. */
  default String kind() {
    return getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-")
        .toLowerCase(java.util.Locale.ROOT);
  }
}
