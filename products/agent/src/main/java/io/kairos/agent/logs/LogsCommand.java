package io.kairos.agent.logs;

import io.kairos.agent.state.NodeState;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.formats.json.Json;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarWriter;
import io.kairos.formats.yaml.Yaml;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.storage.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.zip.GZIPOutputStream;

/**
 * {@code kairos-agent logs}: one file with what somebody needs who helps from afar. Secrets are
 * masked as far as they can be told. What cannot be had is left out and named.
 */
public final class LogsCommand {
  /** Of a journal; the newest ones count. */
  private static final int LINES = 20_000;

  /** Of a file; its end counts. */
  private static final int LARGEST = 16 << 20;

  private static final String NO_ENTRIES = "-- No entries --";

  private final Host host;
  private final PrintStream out;
  private final PrintStream err;
  private final SecretMask mask = SecretMask.usual();
  private final Sections sources = Sections.read("sources.conf");

  public LogsCommand(Host host, PrintStream out, PrintStream err) {
    this.host = host;
    this.out = out;
    this.err = err;
  }

  /**
   * @param target the archive; its folder is made. Only its owner may read it
   * @throws KairosException when it cannot be written; what was there before then stays
   */
  public void run(Path target) {
    Path file = target.toAbsolutePath().normalize();
    Path aside = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      Files.createDirectories(file.getParent());
      Files.deleteIfExists(aside);
      Files.createFile(
          aside,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Bundle bundle = write(aside);
      new DurableFile(host.kernel()).rename(aside, file);
      out.print(bundle.summary());
      out.println("written to " + file + "; look into it before you give it away");
      out.flush();
    } catch (IOException e) {
      throw new HostFailure("cannot write " + file, e);
    } finally {
      delete(aside);
    }
  }

  private static void delete(Path aside) {
    try {
      Files.deleteIfExists(aside);
    } catch (IOException e) {
      throw new HostFailure("cannot delete " + aside, e);
    }
  }

  private Bundle write(Path file) throws IOException {
    try (var stream = Files.newOutputStream(file, StandardOpenOption.WRITE);
        var gzip = new GZIPOutputStream(stream, 1 << 16);
        var tar = new TarWriter(gzip)) {
      var bundle = new Bundle(tar, host.clock().instant());
      Config config = new Collector(host).directories(Collector.USER_DIRECTORIES).collect();
      config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
      bundle.add("config.yaml", () -> yaml(mask.tree(config.tree())));
      bundle.add("state.yaml", () -> yaml(NodeState.observe(host).whole()));
      program(bundle, "dmesg.log", Command.of("dmesg"));
      journals(bundle, config.agent().logs().journal());
      files(bundle, config.agent().logs().files());
      bundle.finish();
      return bundle;
    }
  }

  private static byte[] yaml(Object tree) {
    return Yaml.emit(Yaml.parse(Json.write(tree), "document")).getBytes(StandardCharsets.UTF_8);
  }

  private void program(Bundle bundle, String name, Command command) {
    if (!host.hasProgram(command.argv().getFirst())) {
      bundle.leaveOut(name, "there is no " + command.argv().getFirst());
      return;
    }
    bundle.add(
        name,
        () -> {
          String text = host.run(command.within(Duration.ofMinutes(2))).stdout();
          boolean isEmpty = text.isBlank() || text.strip().equals(NO_ENTRIES);
          return (isEmpty ? "" : mask.text(text)).getBytes(StandardCharsets.UTF_8);
        });
  }

  private void journals(Bundle bundle, List<String> more) {
    Command journal =
        Command.of("journalctl", "--no-pager", "--output=short-iso", "--lines=" + LINES);
    program(bundle, "journal/boot.log", journal.with("--boot"));
    Set<String> units = new LinkedHashSet<>(sources.list("units"));
    units.addAll(more);
    for (String unit : units) {
      program(bundle, "journal/" + unit.replace('/', '-') + ".log", journal.with("--unit=" + unit));
    }
  }

  private void files(Bundle bundle, List<String> more) {
    List<String> patterns = new ArrayList<>(sources.list("files"));
    patterns.addAll(more);
    Set<String> found = new LinkedHashSet<>();
    for (String pattern : patterns) {
      try {
        found.addAll(new FilePatterns(host).find(pattern));
      } catch (IOException | PatternSyntaxException e) {
        bundle.leaveOut("files" + pattern, String.valueOf(e.getMessage()));
      }
    }
    found.stream().sorted().forEach(path -> bundle.add("files" + path, () -> end(path)));
  }

  /** Octet for octet but for secrets, whatever its encoding is. */
  private byte[] end(String path) {
    try (SeekableByteChannel channel = Files.newByteChannel(host.resolved(path))) {
      channel.position(Math.max(0, channel.size() - LARGEST));
      ByteBuffer octets = ByteBuffer.allocate(LARGEST);
      while (octets.hasRemaining() && channel.read(octets) >= 0) {}
      String text = new String(octets.array(), 0, octets.position(), StandardCharsets.ISO_8859_1);
      return mask.text(text).getBytes(StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes an entry; an empty one is left out. */
  @FunctionalInterface
  private interface Content {
    byte[] make();
  }

  /** The archive while it grows, and the account of it. */
  private static final class Bundle {
    private final TarWriter tar;
    private final Instant now;
    private final List<String> held = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    Bundle(TarWriter tar, Instant now) {
      this.tar = tar;
      this.now = now;
    }

    void add(String name, Content content) {
      byte[] octets;
      try {
        octets = content.make();
      } catch (KairosException e) {
        leaveOut(name, e.getMessage());
        return;
      } catch (UncheckedIOException e) {
        leaveOut(name, reason(e.getCause()));
        return;
      }
      if (octets.length > 0) {
        put(name, octets);
        held.add(name);
      }
    }

    private static String reason(IOException e) {
      return e instanceof NoSuchFileException ? "it is gone" : e.toString();
    }

    void leaveOut(String name, String why) {
      leftOut.add(name + ": " + why.lines().findFirst().orElse(""));
    }

    /** The last entry is what the summary says. */
    void finish() {
      put("SUMMARY", summary().getBytes(StandardCharsets.UTF_8));
    }

    private void put(String name, byte[] octets) {
      try {
        tar.add(
            TarEntry.file(name, 0644, octets.length).modifiedAt(now),
            new ByteArrayInputStream(octets));
      } catch (IOException e) {
        throw new HostFailure("cannot write " + name + " into the archive", e);
      }
    }

    String summary() {
      var text = new StringBuilder("collected:\n");
      held.forEach(name -> text.append("  ").append(name).append('\n'));
      if (!leftOut.isEmpty()) {
        text.append("left out:\n");
        leftOut.forEach(line -> text.append("  ").append(line).append('\n'));
      }
      return text.toString();
    }
  }
}
