package io.kairos.stages.git;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.stages.action.HostFiles;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A checkout that shows a branch of a repository as it is there now. Cloning and updating are the
 * same commands, each of which can be repeated, so an interrupted clone is an update next time.
 *
 * @param path of the work tree; it may hold files already
 * @param branch empty for the one that the repository shows first
 * @param isOnlyBranch whether no other branch is fetched
 */
public record GitCheckout(
    GitAddress address, String path, String branch, boolean isOnlyBranch, GitAuth auth) {
  private static final Duration DEADLINE = Duration.ofHours(2);

  /** What {@code git} in a step says; nothing when it names no repository. */
  public static Optional<GitCheckout> read(Section git) {
    GitAddress address = GitAddress.parse(git.text("url", "address of the repository").orElse(""));
    String path = git.text("path", "where it is checked out").orElse("");
    String branch =
        git.text("branch", "branch to show; the repository's own when empty").orElse("");
    boolean onlyBranch = git.flag("branch_only", "fetch no other branch").orElse(false);
    GitAuth auth = git.section("auth", "how to log in", GitAuth::read).orElse(GitAuth.NONE);
    if (address.plain().isEmpty()) {
      return Optional.empty();
    }
    if (path.isEmpty()) {
      git.report("path", "is missing");
    }
    if (!address.user().isEmpty() && auth.username().isEmpty()) {
      auth = auth.as(address.user(), address.password());
    }
    return Optional.of(
        new GitCheckout(address, HostFiles.normalized(path), branch, onlyBranch, auth));
  }

  /** For logs; no secret. */
  public String shown() {
    return address.shown();
  }

  /**
   * Fetches, and throws away what was changed here. Files that the repository does not know stay.
   *
   * @return the commit that is shown now
   * @throws HostFailure when there is no git, no network, no such branch
   */
  public String update(Host host) {
    if (!host.hasProgram("git")) {
      throw HostFailure.withRemedy(
          "cannot check out " + shown() + ": there is no git on this system",
          "add the package 'git' to the image");
    }
    if (address.plain().startsWith("-") || branch.startsWith("-")) {
      throw new HostFailure("'" + shown() + "' or '" + branch + "' is no name for git");
    }
    try (var credentials = Credentials.prepare(host, auth, address)) {
      if (!Files.exists(host.resolved(path + "/.git"))) {
        HostFiles.createDirectories(host, path, 0755);
        git(host, credentials, "init", "--quiet");
      }
      point(host, credentials);
      String shownBranch = fetch(host, credentials);
      git(
          host,
          credentials,
          "checkout",
          "--quiet",
          "--force",
          "--no-track",
          "-B",
          shownBranch,
          "refs/remotes/origin/" + shownBranch);
      git(host, credentials, "config", "branch." + shownBranch + ".remote", "origin");
      git(
          host,
          credentials,
          "config",
          "branch." + shownBranch + ".merge",
          "refs/heads/" + shownBranch);
      return git(host, credentials, "rev-parse", "HEAD").text();
    }
  }

  /** The repository may have moved since. */
  private void point(Host host, Credentials credentials) {
    git(host, credentials, "config", "remote.origin.url", address.plain());
    git(
        host,
        credentials,
        "config",
        "--replace-all",
        "remote.origin.fetch",
        "+refs/heads/" + fetched() + ":refs/remotes/origin/" + fetched());
  }

  private String fetched() {
    return isOnlyBranch && !branch.isEmpty() ? branch : "*";
  }

  /** Names the branch to show. */
  private String fetch(Host host, Credentials credentials) {
    git(host, credentials, "fetch", "--quiet", "--force", "--prune", "origin");
    if (!branch.isEmpty()) {
      return branch;
    }
    String head = git(host, credentials, "ls-remote", "--symref", "origin", "HEAD").stdout();
    for (String line : head.split("\n")) {
      if (line.startsWith("ref: refs/heads/") && line.endsWith("\tHEAD")) {
        return line.substring("ref: refs/heads/".length(), line.length() - "\tHEAD".length());
      }
    }
    throw HostFailure.withRemedy(
        shown() + " does not say which branch it shows", "name one in 'branch'");
  }

  /** Hooks and watchers that the work tree may have configured are not ours to run. */
  private Output git(Host host, Credentials credentials, String... words) {
    List<String> argv = new ArrayList<>(List.of("git", "-C", path));
    argv.addAll(List.of("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"));
    argv.addAll(credentials.options());
    argv.addAll(List.of(words));
    return host.run(
        credentials.arm(
            Command.of(argv).inheritingEnvironment().env("LANG", "C").within(DEADLINE)));
  }
}
