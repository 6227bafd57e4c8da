package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import io.kairos.stages.download.FileDownload;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code downloads}: gets files over HTTP; one that fails does not stop the next. */
final class DownloadsAction implements Action {
  /**
   * @param path a file, or a directory that exists or ends in a slash
   * @param timeout zero for none
   */
  private record Download(String path, String url, Ownership ownership, Duration timeout) {
    static Download read(Section item) {
      return new Download(
          item.text("path", "file or directory").requiredOr("/"),
          item.text("url", "http or https address").requiredOr(""),
          Ownership.read(item, true),
          Duration.ofSeconds(
              Math.max(0, item.number("timeout", "seconds for all of it; 0 is none").orElse(0L))));
    }

    void run(StepContext context, HttpClient client) {
      var done =
          new FileDownload(context.host(), address(), path, timeout)
              .run(client, file -> ownership.apply(context.host(), file));
      context.log().debug("download of " + done.path() + ": " + done.outcome());
    }

    private URI address() {
      try {
        URI address = URI.create(url.strip());
        if (("http".equals(address.getScheme()) || "https".equals(address.getScheme()))
            && address.getHost() != null) {
          return address;
        }
      } catch (IllegalArgumentException e) {
        throw HostFailure.withRemedy(
            "cannot download to " + path + ": its url is no address",
            "write characters such as spaces as %20");
      }
      throw new HostFailure("cannot download to " + path + ": its url must be http or https");
    }
  }

  private record Downloads(List<Download> downloads) implements Work {
    @Override
    public String summary() {
      return "downloads: " + downloads.size();
    }

    @Override
    public void perform(StepContext context) {
      try (HttpClient client = FileDownload.client()) {
        context.each(downloads, download -> download.run(context, client));
      }
    }
  }

  @Override
  public List<String> keys() {
    return List.of("downloads");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.sections("downloads", "files to download", Download::read)
        .optional()
        .filter(list -> !list.isEmpty())
        .map(Downloads::new);
  }
}
