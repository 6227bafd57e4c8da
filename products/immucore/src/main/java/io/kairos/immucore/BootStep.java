package io.kairos.immucore;

import io.kairos.boot.BootState;
import io.kairos.plan.Step;
import java.time.Duration;

/** What a boot does to the machine, as values. Paths are those of the initramfs. */
public sealed interface BootStep extends Step {
  /** Files in {@code /run/cos} by which stages and people know how the node was booted. */
  record CreateSentinel(BootState state, boolean inRam) implements BootStep {
    @Override
    public String summary() {
      return "tell the boot state " + state.word() + (inRam ? ", in memory" : "");
    }
  }

  /** What a system in memory keeps is on partitions that may have to be made. */
  record EnsurePartitions(InRam wanted) implements BootStep {
    @Override
    public String summary() {
      return "find COS_OEM and COS_PERSISTENT"
          + (wanted.creates() ? ", make what is missing" : "")
          + wanted.disk().map(" on "::concat).orElse("")
          + (wanted.wipes() ? ", also where something else is" : "");
    }
  }

  /** Volume groups that hold our partitions. */
  record ActivateLvm() implements BootStep {
    @Override
    public String summary() {
      return "activate LVM volumes";
    }
  }

  /** The partition that holds the image files. */
  record MountState(String label, boolean writable, Duration deadline) implements BootStep {
    @Override
    public String summary() {
      return "mount " + label + (writable ? " read-write" : " read-only");
    }
  }

  /** The slot's file system, as a loop device. */
  record AttachImage(String file, boolean writable) implements BootStep {
    @Override
    public String summary() {
      return "attach the image " + file;
    }
  }

  /** The image becomes the root. */
  record MountRoot(boolean writable) implements BootStep {
    @Override
    public String summary() {
      return "mount the image as root" + (writable ? " read-write" : " read-only");
    }
  }

  /** Live media: dracut makes the root. */
  record AwaitRoot(Duration deadline) implements BootStep {
    @Override
    public String summary() {
      return "wait for the live root";
    }
  }

  /** Memory-backed {@code /tmp}. */
  record MountTmp() implements BootStep {
    @Override
    public String summary() {
      return "mount /tmp in memory";
    }
  }

  /** The node's own configuration. */
  record MountOem(String label, Duration deadline) implements BootStep {
    @Override
    public String summary() {
      return "mount " + label + " on /oem";
    }
  }

  /** A cloud-config stage with its {@code before} and {@code after}. */
  record RunStage(String stage, boolean inNewRoot) implements BootStep {
    @Override
    public String summary() {
      return "run stage " + stage + (inNewRoot ? " in the new root" : " in the initramfs");
    }
  }

  /** What is writable, and what of it is kept. */
  record LoadLayout(BootState state) implements BootStep {
    @Override
    public String summary() {
      return "read the layout";
    }
  }

  /** Where changes go that are not kept. */
  record MountBaseOverlay() implements BootStep {
    @Override
    public String summary() {
      return "mount the backing store of overlays";
    }
  }

  /** Partitions that the layout names. */
  record MountVolumes(Duration deadline) implements BootStep {
    @Override
    public String summary() {
      return "mount the volumes of the layout";
    }
  }

  /** Writable paths whose changes are lost at reboot. */
  record MountOverlays() implements BootStep {
    @Override
    public String summary() {
      return "overlay the writable paths";
    }
  }

  /** Paths whose content is kept. */
  record BindPersistentPaths() implements BootStep {
    @Override
    public String summary() {
      return "bind the persistent paths";
    }
  }

  /** Tells the real system what is mounted. */
  record WriteFstab() implements BootStep {
    @Override
    public String summary() {
      return "write /etc/fstab";
    }
  }

  /** Extensions that are enabled for this boot, where systemd finds them. */
  record LinkExtensions(BootState state) implements BootStep {
    @Override
    public String summary() {
      return "link the enabled extensions";
    }
  }
}
