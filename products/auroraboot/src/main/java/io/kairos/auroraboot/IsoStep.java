package io.kairos.auroraboot;

import io.kairos.plan.Step;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What building an ISO does, as values. */
sealed interface IsoStep extends Step {
  /** Makes the folder to which all relative paths belong. */
  record PrepareFolder() implements IsoStep {
    @Override
    public String summary() {
      return "prepare a folder";
    }
  }

  /**
   * Opens the image; a directory is archived first.
   *
   * @param overlay what is laid over it
   */
  record ReadImage(Path aside, Optional<Overlay> overlay, Instant latest) implements IsoStep {
    /** A folder, and where it is kept as an archive meanwhile. */
    record Overlay(Path folder, Path aside) {}

    @Override
    public String summary() {
      return "read the image"
          + overlay.map(over -> ", and " + over.folder() + " over it").orElse("");
    }
  }

  /**
   * @param targets path inside the image to the file that is written
   * @param folder all files of a folder, flat
   */
  record ExtractFiles(Map<String, Path> targets, Optional<Folder> folder) implements IsoStep {
    /** A folder of the image and where its files go. */
    record Folder(String inImage, Path target) {}

    public ExtractFiles {
      targets = new TreeMap<>(targets);
    }

    @Override
    public String summary() {
      return "take "
          + String.join(", ", targets.keySet())
          + folder.map(each -> ", " + each.inImage()).orElse("")
          + " out of the image";
    }
  }

  record WriteText(Path file, String content) implements IsoStep {
    @Override
    public String summary() {
      return "write " + file;
    }
  }

  record CopyFile(Path from, Path to) implements IsoStep {
    @Override
    public String summary() {
      return "copy " + from + " to " + to;
    }
  }

  record CopyOverlay(Path from, Path to) implements IsoStep {
    @Override
    public String summary() {
      return "copy all of " + from + " to " + to;
    }
  }

  record MakeBiosImage(Path grub, List<String> modules, Path core, Path eltorito)
      implements IsoStep {
    @Override
    public String summary() {
      return "make " + eltorito + " of " + grub;
    }
  }

  /**
   * @param tree holds what the image gets
   */
  record MakeEfiImage(Path tree, Path image, Instant time) implements IsoStep {
    @Override
    public String summary() {
      return "make " + image;
    }
  }

  record Squash(Path target, List<String> removed, List<String> added, Instant latest)
      implements IsoStep {
    @Override
    public String summary() {
      return "compress the root file system to " + target;
    }
  }

  /** Equal modes and times of all files that go on the medium. */
  record Settle(Path tree, Instant time) implements IsoStep {
    @Override
    public String summary() {
      return "settle modes and times";
    }
  }

  record WriteIso(Path tree, Path iso, Instant time) implements IsoStep {
    @Override
    public String summary() {
      return "write " + iso;
    }
  }

  /** The file appears under its name when it is complete, its checksum before it. */
  record Publish(Path iso, Path target, Optional<Path> sbom) implements IsoStep {
    @Override
    public String summary() {
      return "publish " + target;
    }
  }
}
