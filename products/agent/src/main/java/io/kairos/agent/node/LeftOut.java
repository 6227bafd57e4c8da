package io.kairos.agent.node;

import io.kairos.base.HostFailure;
import io.kairos.host.FileTree;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.regex.Pattern;

/** Patterns of paths that are not wanted, as rsync(1) has them, without its character classes. */
final class LeftOut {
  private final List<Rule> rules;

  /**
   * @param path of what is inside the tree, without a leading slash
   */
  private record Rule(Pattern path, boolean foldersOnly) {
    static Rule of(String pattern) {
      boolean anchored = pattern.startsWith("/");
      boolean foldersOnly = pattern.endsWith("/");
      String body = pattern.substring(anchored ? 1 : 0);
      body = foldersOnly && !body.isEmpty() ? body.substring(0, body.length() - 1) : body;
      var regex = new StringBuilder(anchored ? "" : "(.*/)?");
      for (int i = 0; i < body.length(); i++) {
        char c = body.charAt(i);
        if (c == '*' && body.startsWith("**", i)) {
          regex.append(".*");
          i++;
        } else if (c == '*') {
          regex.append("[^/]*");
        } else if (c == '?') {
          regex.append("[^/]");
        } else {
          regex.append(Pattern.quote(String.valueOf(c)));
        }
      }
      return new Rule(Pattern.compile(regex.toString(), Pattern.DOTALL), foldersOnly);
    }

    boolean matches(String relative, boolean isFolder) {
      return (isFolder || !foldersOnly) && path.matcher(relative).matches();
    }
  }

  LeftOut(List<String> patterns) {
    this.rules = patterns.stream().filter(text -> !text.isBlank()).map(Rule::of).toList();
  }

  /** Links in the tree are removed, not followed. */
  void removeFrom(Path tree) {
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes facts) {
              if (!folder.equals(tree) && removes(tree, folder)) {
                FileTree.delete(folder);
                return FileVisitResult.SKIP_SUBTREE;
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
                throws IOException {
              if (removes(tree, file)) {
                Files.delete(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new HostFailure("cannot leave paths out in " + tree, e);
    }
  }

  private boolean removes(Path tree, Path path) {
    String relative = tree.relativize(path).toString();
    boolean isFolder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    return rules.stream().anyMatch(rule -> rule.matches(relative, isFolder));
  }
}
