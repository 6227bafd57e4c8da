package io.kairos.boot;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.host.Kernel;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;

/** The file of an environment block: what a boot menu is told, and what it keeps. */
public final class GrubVariables {
  private static final String FILE = "rw-r--r--";

  private final Path file;
  private final DurableFile durable;

  /**
   * @param file need not exist: it then has no variables
   */
  public GrubVariables(Kernel kernel, Path file) {
    this.file = file;
    this.durable = DurableFile.forBootLoader(kernel);
  }

  /**
   * @throws InvalidConfig when the file is no environment block
   */
  public SortedMap<String, String> read() {
    return environment().variables();
  }

  /**
   * After a power cut the file has all of the changes or none.
   *
   * @param changes new values win; empty ones remove
   * @throws InvalidConfig when the file is no environment block, a change is no variable, or all of
   *     them do not fit into a block; the file is then as before
   */
  public void set(Map<String, String> changes) {
    GrubEnvironment before = environment();
    byte[] block;
    try {
      block = before.with(changes).toBlock();
    } catch (IllegalArgumentException e) {
      throw new InvalidConfig(
          Problem.at(Position.ofSource(file.toString()), e.getMessage())
              .withRemedy("change the names or shorten the values; the file is as before"));
    }
    durable.write(file, block, FILE);
  }

  private GrubEnvironment environment() {
    try {
      return Files.exists(file)
          ? GrubEnvironment.parse(Files.readAllBytes(file))
          : GrubEnvironment.EMPTY;
    } catch (IOException e) {
      throw new HostFailure("cannot read the GRUB variables in " + file, e);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfig(
          Problem.at(Position.ofSource(file.toString()), "no GRUB environment block: " + reason(e))
              .withRemedy("mend the file, or move it away: GRUB does without it"));
    }
  }

  /** What a block that is none holds may be anything, also octets that a terminal obeys. */
  private static String reason(IllegalArgumentException e) {
    String text = String.valueOf(e.getMessage()).replaceAll("[^\\x20-\\x7e]", "?");
    return text.length() <= 80 ? text : text.substring(0, 79) + "…";
  }
}
