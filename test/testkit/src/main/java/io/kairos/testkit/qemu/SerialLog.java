package io.kairos.testkit.qemu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a machine said on its serial console, growing while it runs. */
public final class SerialLog {
  /** Colours and cursor moves of a terminal (ECMA-48 control sequences), and carriage returns. */
  private static final Pattern CONTROL = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]|\r");

  private final Path file;
  private long mark;

  SerialLog(Path file) {
    this.file = file;
  }

  /** From here on, {@link #contains} looks at what is new. */
  public void mark() {
    try {
      mark = Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean contains(Pattern pattern) {
    return pattern.matcher(text()).find();
  }

  /** The first line since the mark in which a pattern is found. */
  public Optional<String> line(Pattern pattern) {
    return text().lines().filter(line -> pattern.matcher(line).find()).findFirst();
  }

  /** Everything since the mark, without the control sequences of a terminal. */
  public String text() {
    try (var channel = Files.newByteChannel(file)) {
      channel.position(Math.min(mark, channel.size()));
      var in = java.nio.channels.Channels.newInputStream(channel);
      return CONTROL.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8)).replaceAll("");
    } catch (java.nio.file.NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines, for failures. */
  public List<String> tail(int lines) {
    List<String> all = text().lines().filter(line -> !line.isBlank()).toList();
    return all.subList(Math.max(0, all.size() - lines), all.size());
  }
}
