package io.kairos.immucore;

import io.kairos.base.Problem;
import io.kairos.base.Refused;
import io.kairos.boot.BootState;
import io.kairos.plan.Graph;
import io.kairos.plan.Policy;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what a boot does; touches nothing. Step ids are the names that upstream's log has; users
 * and support scripts look for them.
 */
public final class BootPlanner {
  private static final Duration DEVICE_DEADLINE = Duration.ofMinutes(1);
  private static final Duration VOLUME_DEADLINE = Duration.ofSeconds(30);

  private BootPlanner() {}

  /**
   * The steps of this boot.
   *
   * @throws Refused when the command line names no image
   */
  public static Graph<BootStep> plan(BootRequest request) {
    if (request.inRam().isPresent()) {
      return inRam(request, request.inRam().get());
    }
    return request.isLive() ? live(request) : installed(request);
  }

  private static Graph<BootStep> live(BootRequest request) {
    return Graph.<BootStep>named("boot live media")
        .add("create-sentinel", new BootStep.CreateSentinel(request.state(), false), Policy.MUST)
        .add("wait-for-sysroot", new BootStep.AwaitRoot(request.rootDeadline()), Policy.MUST)
        .add(
            "rootfs-hook",
            new BootStep.RunStage("rootfs", false),
            Policy.SHOULD,
            "create-sentinel",
            "wait-for-sysroot")
        .add(
            "initramfs-hook",
            new BootStep.RunStage("initramfs", true),
            Policy.SHOULD,
            Set.of("wait-for-sysroot"),
            Set.of("create-sentinel", "rootfs-hook"))
        .build();
  }

  /** dracut makes the root, in memory; all that is writable or kept is as on an installed node. */
  private static Graph<BootStep> inRam(BootRequest request, InRam wanted) {
    var graph =
        Graph.<BootStep>named("boot " + request.state().word() + " in memory")
            .add("create-sentinel", new BootStep.CreateSentinel(request.state(), true), Policy.MUST)
            .add("wait-for-sysroot", new BootStep.AwaitRoot(request.rootDeadline()), Policy.MUST)
            .add(
                "ensure-partitions",
                new BootStep.EnsurePartitions(wanted),
                Policy.MUST,
                "wait-for-sysroot");
    return layers(graph, request, "ensure-partitions", Set.of()).build();
  }

  private static Graph<BootStep> installed(BootRequest request) {
    String image =
        request
            .image()
            .orElseThrow(
                () ->
                    new Refused(
                        new Problem(
                            "could not get the image name from cmdline (i.e."
                                + " cos-img/filename=/cOS/active.img)",
                            Optional.empty(),
                            Optional.of("boot an entry of the installed boot menu"))));
    String imagesLabel =
        switch (request.state()) {
          case ACTIVE, PASSIVE -> "COS_STATE";
          case RECOVERY, AUTORESET -> "COS_RECOVERY";
          case LIVE, UNKNOWN ->
              throw new Refused(
                  "the kernel command line names no slot of this system",
                  "boot an entry of the installed boot menu, which passes root=LABEL=COS_ACTIVE,"
                      + " COS_PASSIVE or COS_SYSTEM");
        };
    boolean writable = request.isWritable();
    var graph =
        Graph.<BootStep>named("boot " + request.state().word())
            .add(
                "create-sentinel", new BootStep.CreateSentinel(request.state(), false), Policy.MUST)
            .add("lvm-activation", new BootStep.ActivateLvm(), Policy.SHOULD)
            .add(
                "mount-state",
                new BootStep.MountState(imagesLabel, writable, DEVICE_DEADLINE),
                Policy.MUST,
                Set.of(),
                Set.of("lvm-activation"))
            .add(
                "discover-state",
                new BootStep.AttachImage(image, writable),
                Policy.MUST,
                "mount-state")
            .add("mount-root", new BootStep.MountRoot(writable), Policy.MUST, "discover-state");
    return layers(graph, request, "mount-root", Set.of("lvm-activation")).build();
  }

  /**
   * What is writable, and what of it is kept.
   *
   * @param root step after which there is a root
   * @param storage steps that may bring partitions
   */
  private static Graph.Builder<BootStep> layers(
      Graph.Builder<BootStep> graph, BootRequest request, String root, Set<String> storage) {
    boolean keepsState =
        request.state() == BootState.ACTIVE || request.state() == BootState.PASSIVE;
    return graph
        .add("mount-tmpfs", new BootStep.MountTmp(), Policy.SHOULD, root)
        .add(
            "mount-oem",
            new BootStep.MountOem(request.oemLabel().orElse("COS_OEM"), request.oemDeadline()),
            Policy.SHOULD,
            Set.of(root),
            storage)
        .add(
            "rootfs-hook",
            new BootStep.RunStage("rootfs", false),
            Policy.SHOULD,
            Set.of(root),
            Set.of("mount-oem", "create-sentinel"))
        .add(
            "load-config",
            new BootStep.LoadLayout(request.state()),
            Policy.MUST,
            Set.of(root),
            Set.of("rootfs-hook"))
        .add("mount-base-overlay", new BootStep.MountBaseOverlay(), Policy.MUST, "load-config")
        .add(
            "custom-mount",
            new BootStep.MountVolumes(VOLUME_DEADLINE),
            keepsState ? Policy.MUST : Policy.SHOULD,
            "load-config")
        .add(
            "overlay-mount",
            new BootStep.MountOverlays(),
            Policy.MUST,
            "load-config",
            "mount-base-overlay")
        .add(
            "mount-bind",
            new BootStep.BindPersistentPaths(),
            Policy.SHOULD,
            "overlay-mount",
            "custom-mount")
        .add(
            "write-fstab",
            new BootStep.WriteFstab(),
            Policy.SHOULD,
            Set.of("overlay-mount"),
            Set.of("mount-oem", "custom-mount", "mount-bind", "mount-tmpfs"))
        .add(
            "enable-sysext-confext",
            new BootStep.LinkExtensions(request.state()),
            Policy.SHOULD,
            Set.of(root),
            Set.of("mount-bind"))
        .add(
            "initramfs-hook",
            new BootStep.RunStage("initramfs", true),
            Policy.SHOULD,
            Set.of(root, "overlay-mount"),
            Set.of(
                "write-fstab", "enable-sysext-confext", "mount-bind", "mount-oem", "mount-tmpfs"));
  }
}
