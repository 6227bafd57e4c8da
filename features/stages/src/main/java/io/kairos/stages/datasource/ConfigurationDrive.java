package io.kairos.stages.datasource;

import io.kairos.stages.StepContext;
import java.util.List;
import java.util.Optional;

/**
 * A drive with a file for this machine.
 *
 * @param name as in {@code providers}
 * @param labels that such a drive has
 * @param files that it may hold, the first one wins
 */
record ConfigurationDrive(String name, List<String> labels, List<String> files, Drives drives)
    implements Datasource {
  /** NoCloud: a drive labelled cidata, or any CD. */
  static ConfigurationDrive cdrom(Drives drives) {
    return new ConfigurationDrive(
        "cdrom", List.of("cidata", "CIDATA"), List.of("user-data", "config"), drives);
  }

  /** OpenStack's drive. */
  static ConfigurationDrive openstack(Drives drives) {
    return new ConfigurationDrive(
        "config-drive",
        List.of("config-2", "CONFIG-2"),
        List.of("openstack/latest/user_data"),
        drives);
  }

  @Override
  public boolean needsNetwork() {
    return false;
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    for (String device : drives.find(context.host(), labels)) {
      Optional<String> text = drives.read(context.host(), device, files);
      if (text.filter(content -> !content.isBlank()).isPresent()) {
        context.log().info(name + ": found user data on " + device);
        return text.map(UserData::of);
      }
    }
    return Optional.empty();
  }
}
