package io.kairos.boot;

import io.kairos.base.HostFailure;
import io.kairos.base.Problem;
import io.kairos.base.Refused;
import io.kairos.base.Suggestion;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What GRUB's menus offer on this node, and the choice of one for the next boot alone. The menus
 * hand {@code next_entry} of the first environment block that they find to GRUB and clear it.
 */
public final class BootEntries {
  private static final List<String> MENUS =
      List.of(
          "/etc/cos/grub.cfg",
          "/run/initramfs/cos-state/grub/grub.cfg",
          "/run/initramfs/cos-state/grub2/grub.cfg",
          "/etc/kairos/branding/grubmenu.cfg");

  private static final Pattern ENTRY = Pattern.compile("^\\s*menuentry\\s.*$", Pattern.MULTILINE);
  private static final Pattern ID =
      Pattern.compile("\\s--id[\\s=]+(?:'([^'$]+)'|\"([^\"$]+)\"|([\\w.:-]+))(?=[\\s{])");
  private static final Pattern TITLE =
      Pattern.compile("^\\s*menuentry\\s+(?:'([^']+)'|\"([^\"]+)\")");

  private static final String NEXT_ENTRY = "next_entry";
  private static final String ENVIRONMENT = "grubenv";
  private static final String OEM = "/oem";

  /** Encrypted, it is nothing that GRUB can read. */
  public static final String OEM_LABEL = "COS_OEM";

  private static final String STATE_LABEL = "COS_STATE";

  /** Where the state partition is mounted when the boot has not done so. */
  private static final String STATE_MOUNT = "/run/cos/state";

  private final Host host;
  private final List<String> names;

  private BootEntries(Host host, List<String> names) {
    this.host = host;
    this.names = List.copyOf(names);
  }

  /**
   * @throws Refused on a node that another boot loader has started
   * @throws HostFailure when there is no menu
   */
  public static BootEntries of(Host host) {
    if (Sentinel.UKI_BOOT_MODE.isPresent(host) || isUnified(host)) {
      throw new Refused(
          "this node was booted by systemd-boot, whose entries cannot be chosen here yet",
          "choose one in the menu at boot, or with: bootctl set-oneshot ENTRY.conf");
    }
    Set<String> names = new LinkedHashSet<>();
    boolean any = false;
    for (String menu : MENUS) {
      Optional<String> text = text(host.resolved(menu));
      text.ifPresent(script -> names.addAll(offeredBy(script)));
      any |= text.isPresent();
    }
    if (!any) {
      throw HostFailure.withRemedy(
          "failed to get any required GRUB configuration file",
          "run this on an installed node; looked for " + String.join(", ", MENUS));
    }
    return new BootEntries(host, List.copyOf(names));
  }

  private static boolean isUnified(Host host) {
    return text(host.path("/proc/cmdline")).orElse("").contains("rd.immucore.uki");
  }

  private static Optional<String> text(Path file) {
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * The ids in a menu, then the titles of entries without one. A title with a variable is left out:
   * GRUB compares what the variable has become.
   */
  static List<String> offeredBy(String menu) {
    List<String> ids = new ArrayList<>();
    List<String> titles = new ArrayList<>();
    Matcher entries = ENTRY.matcher(menu);
    while (entries.find()) {
      String head = entries.group();
      Matcher id = ID.matcher(head);
      Matcher title = TITLE.matcher(head);
      if (id.find()) {
        ids.add(group(id));
      } else if (title.find()) {
        boolean isFixed = title.group(1) != null || !title.group(2).contains("$");
        if (isFixed) {
          titles.add(group(title));
        }
      }
    }
    ids.addAll(titles);
    return ids;
  }

  private static String group(Matcher matcher) {
    for (int number = 1; number <= matcher.groupCount(); number++) {
      if (matcher.group(number) != null) {
        return matcher.group(number);
      }
    }
    throw new IllegalStateException("no group has matched");
  }

  /** In the order of the menus, each once. */
  public List<String> names() {
    return names;
  }

  /** What has been chosen for the next boot, as far as it can be seen without mounting. */
  public Optional<String> chosen(boolean isOemEncrypted) {
    Optional<Path> folder =
        isOemEncrypted ? mountOfState().map(Kernel.MountEntry::target) : mountedOem();
    return folder
        .map(at -> new GrubVariables(host.kernel(), at.resolve(ENVIRONMENT)).read())
        .map(variables -> variables.get(NEXT_ENTRY));
  }

  /**
   * Makes GRUB boot an entry next, once.
   *
   * @param isOemEncrypted whether COS_OEM is encrypted: the state partition then keeps the choice,
   *     and is left as it was found, read-only or not mounted
   * @return the file that keeps it
   * @throws Refused when no menu offers it, or GRUB would not see the choice
   */
  public Path choose(String entry, boolean isOemEncrypted) {
    if (!names.contains(entry)) {
      String offered = "one of: " + String.join(", ", names);
      throw new Refused(
          Problem.of("entry " + entry + " does not exist")
              .withRemedy(
                  Suggestion.didYouMean(entry, names)
                      .map(question -> question + " Otherwise " + offered)
                      .orElse(offered)));
    }
    if (isOemEncrypted) {
      return chooseInState(entry);
    }
    Path oem =
        mountedOem()
            .orElseThrow(
                () ->
                    new Refused(
                        "COS_OEM is not mounted on /oem, so GRUB would not see the choice",
                        "mount it: mount LABEL=COS_OEM /oem"));
    return write(oem, entry);
  }

  private Optional<Path> mountedOem() {
    Path oem = host.resolved(OEM);
    return mountAt(oem).map(Kernel.MountEntry::target);
  }

  private Optional<Kernel.MountEntry> mountAt(Path target) {
    return host.kernel().mounts().reversed().stream()
        .filter(mount -> mount.target().equals(target))
        .findFirst();
  }

  private Path write(Path folder, String entry) {
    Path file = folder.resolve(ENVIRONMENT);
    new GrubVariables(host.kernel(), file).set(Map.of(NEXT_ENTRY, entry));
    return file;
  }

  // ---- the state partition

  private Path chooseInState(String entry) {
    Optional<Kernel.MountEntry> mounted = mountOfState();
    if (mounted.isEmpty()) {
      return chooseInUnmounted(entry);
    }
    Kernel.MountEntry mount = mounted.get();
    if (!mount.isReadOnly()) {
      return write(mount.target(), entry);
    }
    remount(mount, false);
    try {
      return write(mount.target(), entry);
    } finally {
      remount(mount, true);
    }
  }

  private Path chooseInUnmounted(String entry) {
    Disk.Partition partition =
        state()
            .orElseThrow(
                () ->
                    new Refused(
                        "there is no partition COS_STATE to keep the choice on",
                        "look for it with: kairos-agent state get state"));
    Path target = host.path(STATE_MOUNT);
    try {
      Files.createDirectories(target);
    } catch (IOException e) {
      throw new HostFailure("cannot make " + target, e);
    }
    String type = partition.content().orElseThrow().type();
    host.kernel().mount(partition.device().toString(), target, type, Set.of(), "");
    try {
      return write(target, entry);
    } finally {
      host.kernel().unmount(target);
    }
  }

  private Optional<Disk.Partition> state() {
    return BlockDevices.observe(host).partitionLabelled(STATE_LABEL);
  }

  /** Where the whole of its file system is mounted. */
  private Optional<Kernel.MountEntry> mountOfState() {
    return state().stream()
        .flatMap(partition -> partition.uses().stream())
        .flatMap(use -> use.mountedAt().stream())
        .flatMap(target -> mountAt(target).stream())
        .filter(mount -> mount.root().equals("/"))
        .findFirst();
  }

  private void remount(Kernel.MountEntry mount, boolean readOnly) {
    Set<Kernel.MountFlag> flags = EnumSet.of(Kernel.MountFlag.REMOUNT);
    List<String> options = List.of(mount.options().split(","));
    if (options.contains("nosuid")) {
      flags.add(Kernel.MountFlag.NO_SUID);
    }
    if (options.contains("nodev")) {
      flags.add(Kernel.MountFlag.NO_DEV);
    }
    if (options.contains("noexec")) {
      flags.add(Kernel.MountFlag.NO_EXEC);
    }
    if (readOnly) {
      flags.add(Kernel.MountFlag.READ_ONLY);
    }
    host.kernel().mount(mount.source(), mount.target(), "", flags, "");
  }
}
