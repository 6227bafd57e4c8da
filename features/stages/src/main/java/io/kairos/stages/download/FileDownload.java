package io.kairos.stages.download;

import io.kairos.base.HostFailure;
import io.kairos.host.EnvironmentProxies;
import io.kairos.host.Host;
import io.kairos.stages.action.HostFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One file from a server to its place. It grows beside its place, under a name that depends on what
 * the server said about it, and takes its place when it is whole; what an interrupted run left is
 * continued, if the server still has the same (RFC 9110, 13.1.5 and 14).
 *
 * @param address http or https; user and password before the host are sent as such, never shown
 * @param target where it goes: a file, or a directory that gets the name the server says
 * @param deadline for everything; zero for none
 */
public record FileDownload(Host host, URI address, String target, Duration deadline) {
  /** Nothing at all for so long means that nothing will come. */
  private static final Duration STALLED = Duration.ofMinutes(2);

  private static final Duration CONNECT = Duration.ofSeconds(30);

  /** How a download ended. */
  public enum Outcome {
    WRITTEN,
    RESUMED,
    KEPT
  }

  /**
   * @param path of the file, also where only its directory was named
   */
  public record Done(String path, Outcome outcome) {}

  /**
   * Downloads the file, unless the one that is there has the size and the time that the server
   * tells.
   *
   * @param client follows redirects as it likes
   * @param finish gives the file its owner and permissions before it is in its place
   * @throws HostFailure on any answer but a good one, or when the time is over
   */
  public Done run(HttpClient client, Consumer<String> finish) {
    long begin = System.nanoTime();
    Optional<Remote> announced = head(client, begin);
    String path = place(announced);
    Path real = host.resolved(path);
    if (announced.isPresent() && isCurrent(real, announced.get())) {
      finish.accept(path);
      return new Done(path, Outcome.KEPT);
    }
    HostFiles.createParents(host, path);
    if (Files.isDirectory(real)) {
      throw new HostFailure("cannot download to " + path + ": it is a directory");
    }
    Path partial = Partial.of(real, shown(), announced);
    boolean isResumable = announced.isPresent() && announced.get().canResume();
    try {
      if (!isResumable) {
        Files.deleteIfExists(partial);
      }
      HttpResponse<Path> response = get(client, partial, announced, begin);
      if (response.statusCode() == 416) {
        Files.deleteIfExists(partial);
        response = get(client, partial, announced, begin);
      }
      requireGood(response.statusCode());
      Remote received = Remote.of(response);
      if (announced.isEmpty() && isDirectory()) {
        path = HostFiles.normalized(target) + "/" + name(Optional.of(received));
        real = host.resolved(path);
      }
      requireSize(partial, response.statusCode() == 206 ? announced : Optional.of(received));
      put(partial, real, path, received, finish);
      return new Done(path, response.statusCode() == 206 ? Outcome.RESUMED : Outcome.WRITTEN);
    } catch (IOException e) {
      throw new HostFailure("cannot download " + shown() + " to " + path, e);
    } finally {
      if (!isResumable) {
        deleteQuietly(partial);
      }
    }
  }

  // ---- what goes where

  private boolean isDirectory() {
    return target.endsWith("/") || Files.isDirectory(host.resolved(HostFiles.normalized(target)));
  }

  /** Without an answer to HEAD the name in the directory is only a guess so far. */
  private String place(Optional<Remote> remote) {
    String path = HostFiles.normalized(target);
    return isDirectory() ? path + "/" + name(remote) : path;
  }

  private String name(Optional<Remote> remote) {
    return remote
        .flatMap(Remote::fileName)
        .or(() -> lastSegment(address))
        .orElseThrow(
            () ->
                HostFailure.withRemedy(
                    shown() + " does not say how the file is called",
                    "name the file, not only its directory, in 'path'"));
  }

  private static Optional<String> lastSegment(URI address) {
    String path = address.getPath() == null ? "" : address.getPath();
    return Remote.plainName(path.substring(path.lastIndexOf('/') + 1));
  }

  private static boolean isCurrent(Path real, Remote remote) {
    try {
      return Files.isRegularFile(real)
          && remote.size().isPresent()
          && Files.size(real) == remote.size().getAsLong()
          && (remote.modified().isEmpty()
              || Files.getLastModifiedTime(real).toInstant().equals(remote.modified().get()));
    } catch (IOException unreadable) {
      return false;
    }
  }

  private void put(Path partial, Path real, String path, Remote received, Consumer<String> finish)
      throws IOException {
    String aside = path.substring(0, path.lastIndexOf('/') + 1) + partial.getFileName();
    finish.accept(aside);
    if (received.modified().isPresent()) {
      Files.setLastModifiedTime(partial, FileTime.from(received.modified().get()));
    }
    try {
      Files.move(
          partial, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(partial, real, StandardCopyOption.REPLACE_EXISTING);
    }
    Partial.deleteOthers(real);
  }

  private static void deleteQuietly(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      return; // the failure that led here counts
    }
  }

  // ---- the network

  /** What the server says about the file; nothing when it does not answer HEAD with success. */
  private Optional<Remote> head(HttpClient client, long begin) {
    HttpRequest request = request().method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
    HttpResponse<Void> response =
        await(client.sendAsync(request, HttpResponse.BodyHandlers.discarding()), begin, null);
    return response.statusCode() == 200 ? Optional.of(Remote.of(response)) : Optional.empty();
  }

  private HttpResponse<Path> get(
      HttpClient client, Path partial, Optional<Remote> announced, long begin) throws IOException {
    HttpRequest.Builder request = request().GET();
    long have = Files.isRegularFile(partial, LinkOption.NOFOLLOW_LINKS) ? Files.size(partial) : 0;
    boolean resumes = have > 0 && announced.isPresent() && announced.get().canResume();
    if (resumes) {
      request.header("Range", "bytes=" + have + "-");
      request.header("If-Range", announced.get().validator().orElseThrow());
    }
    Partial.create(partial);
    return await(client.sendAsync(request.build(), into(partial, have)), begin, partial);
  }

  private HttpRequest.Builder request() {
    URI plain = address;
    HttpRequest.Builder request = HttpRequest.newBuilder();
    if (address.getUserInfo() != null) {
      plain = URI.create(address.toString().replaceFirst("//[^/@]*@", "//"));
      String user =
          Base64.getEncoder()
              .encodeToString(address.getUserInfo().getBytes(StandardCharsets.UTF_8));
      request.header("Authorization", "Basic " + user);
    }
    return request.uri(plain).header("User-Agent", "grab");
  }

  /** Continues the file on 206, begins it on other success; what an error says is not kept. */
  private static BodyHandler<Path> into(Path partial, long have) {
    return answer -> {
      boolean continues =
          answer.statusCode() == 206
              && answer
                  .headers()
                  .firstValue("Content-Range")
                  .filter(range -> range.startsWith("bytes " + have + "-"))
                  .isPresent();
      if (answer.statusCode() / 100 != 2 || (answer.statusCode() == 206 && !continues)) {
        return BodySubscribers.replacing(partial);
      }
      return BodySubscribers.ofFile(
          partial,
          StandardOpenOption.WRITE,
          continues ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    };
  }

  /** Waits until all has come, the time is over, or nothing came for long. */
  private <T> T await(CompletableFuture<T> answer, long begin, Path growing) {
    long seen = 0;
    long changed = System.nanoTime();
    try {
      while (true) {
        long now = System.nanoTime();
        long left = deadline.isZero() ? Long.MAX_VALUE : deadline.toNanos() - (now - begin);
        long patience = STALLED.toNanos() - (now - changed);
        if (left <= 0 || patience <= 0) {
          answer.cancel(true);
          throw new HostFailure(
              "cannot download "
                  + shown()
                  + ": "
                  + (left <= 0
                      ? "it took longer than " + deadline.toSeconds() + " s"
                      : "nothing came for " + STALLED.toMinutes() + " minutes"));
        }
        try {
          return answer.get(Math.min(left, patience), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          long size = growing != null && Files.exists(growing) ? Files.size(growing) : 0;
          if (size != seen) {
            seen = size;
            changed = System.nanoTime();
          }
        }
      }
    } catch (ExecutionException e) {
      throw new HostFailure("cannot download " + shown(), e.getCause());
    } catch (IOException e) {
      throw new HostFailure("cannot download " + shown(), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while downloading " + shown());
    }
  }

  private void requireGood(int status) {
    if (status / 100 != 2) {
      throw new HostFailure("cannot download " + shown() + ": the server answered " + status);
    }
  }

  private void requireSize(Path partial, Optional<Remote> remote) throws IOException {
    long size = Files.size(partial);
    if (remote.isPresent()
        && remote.get().size().isPresent()
        && remote.get().size().getAsLong() != size) {
      throw new HostFailure(
          "cannot download "
              + shown()
              + ": the server announced "
              + remote.get().size().getAsLong()
              + " octets and sent "
              + size);
    }
  }

  /** The address without what may be secret: user, password, query. */
  private String shown() {
    int port = address.getPort();
    return address.getScheme()
        + "://"
        + address.getHost()
        + (port < 0 ? "" : ":" + port)
        + (address.getRawPath() == null ? "" : address.getRawPath());
  }

  /** A client for downloads: redirects but not from https to http. */
  public static HttpClient client() {
    return HttpClient.newBuilder()
        .connectTimeout(CONNECT)
        .proxy(EnvironmentProxies.ofThisProcess())
        .followRedirects(HttpClient.Redirect.NORMAL)
        .build();
  }
}
