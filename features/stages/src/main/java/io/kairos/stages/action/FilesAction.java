package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.host.Host;
import io.kairos.stages.StepContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code files}: writes files; their content is a template. */
final class FilesAction implements Action {
  private record FileToWrite(String path, String content, String encoding, Ownership ownership) {
    static FileToWrite read(Section item) {
      return new FileToWrite(
          HostFiles.normalized(item.text("path", "where").requiredOr("/")),
          item.text("content", "what").orElse(""),
          item.text("encoding", "base64, gzip, or gzip+base64").orElse(""),
          Ownership.read(item, true));
    }

    void write(StepContext context) {
      Host host = context.host();
      byte[] decoded = decoded();
      String text = new String(decoded, StandardCharsets.UTF_8);
      // what is no text is no template, whatever it contains
      boolean isText = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), decoded);
      byte[] rendered =
          isText && text.contains("{{")
              ? context.render(text).getBytes(StandardCharsets.UTF_8)
              : decoded;
      String parent = path.substring(0, Math.max(1, path.lastIndexOf('/')));
      if (!Files.isDirectory(host.resolved(parent))) {
        int mode = ownership.mode();
        DirectoriesAction.create(host, parent, ownership.with(mode < 0700 ? mode | 0100 : mode));
      }
      HostFiles.write(host, path, rendered, ownership.mode());
      ownership.apply(host, path);
    }

    /** An encoding that nobody knows is none: the content is taken as it stands. */
    private byte[] decoded() {
      try {
        return ContentEncoding.named(encoding).orElse(ContentEncoding.PLAIN).decode(content);
      } catch (IOException e) {
        throw new HostFailure("the content of " + path + " is not " + encoding, e);
      }
    }
  }

  private record Writing(List<FileToWrite> files) implements Work {
    @Override
    public String summary() {
      return "files: " + files.size();
    }

    @Override
    public void perform(StepContext context) {
      context.each(files, file -> file.write(context));
    }
  }

  @Override
  public List<String> keys() {
    return List.of("files");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.sections("files", "files to write", FileToWrite::read)
        .optional()
        .filter(list -> !list.isEmpty())
        .map(Writing::new);
  }
}
