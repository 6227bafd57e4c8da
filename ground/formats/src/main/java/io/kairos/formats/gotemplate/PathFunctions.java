package io.kairos.formats.gotemplate;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** sprig's functions on paths, by the rules of Go's path package, and on addresses. */
final class PathFunctions implements FunctionSet {
  @Override
  public Set<String> names() {
    return Set.of(
        "base",
        "dir",
        "clean",
        "ext",
        "isAbs",
        "osBase",
        "osDir",
        "osClean",
        "osExt",
        "osIsAbs",
        "urlParse",
        "urlJoin");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "base", "osBase" -> base(a.expect(1).text(0));
      case "dir", "osDir" -> {
        String path = a.expect(1).text(0);
        yield clean(path.substring(0, path.lastIndexOf('/') + 1));
      }
      case "clean", "osClean" -> clean(a.expect(1).text(0));
      case "ext", "osExt" -> {
        String file = a.expect(1).text(0);
        int dot = file.lastIndexOf('.');
        yield dot > file.lastIndexOf('/') ? file.substring(dot) : "";
      }
      case "isAbs", "osIsAbs" -> a.expect(1).text(0).startsWith("/");
      case "urlParse" -> parsed(a.expect(1).text(0));
      case "urlJoin" -> joined(a.expect(1).map(0));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String base(String path) {
    if (path.isEmpty()) {
      return ".";
    }
    int end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return end == 0 ? "/" : path.substring(path.lastIndexOf('/', end - 1) + 1, end);
  }

  private static String clean(String path) {
    boolean rooted = path.startsWith("/");
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/")) {
      switch (part) {
        case "", "." -> {}
        case ".." -> {
          if (!parts.isEmpty() && !parts.getLast().equals("..")) {
            parts.removeLast();
          } else if (!rooted) {
            parts.add(part);
          }
        }
        default -> parts.add(part);
      }
    }
    String joined = String.join("/", parts);
    return rooted ? "/" + joined : joined.isEmpty() ? "." : joined;
  }

  private static Map<String, Object> parsed(String text) {
    try {
      URI uri = new URI(text);
      String authority = text(uri.getRawAuthority());
      int at = authority.lastIndexOf('@');
      Map<String, Object> parts = new LinkedHashMap<>();
      String host = authority.substring(at + 1);
      parts.put("scheme", text(uri.getScheme()));
      parts.put("host", host);
      parts.put("hostname", host.replaceFirst(":\\d*$", ""));
      parts.put("path", text(uri.getPath()));
      parts.put("query", text(uri.getRawQuery()));
      parts.put("opaque", uri.isOpaque() ? text(uri.getRawSchemeSpecificPart()) : "");
      parts.put("fragment", text(uri.getFragment()));
      parts.put("userinfo", at < 0 ? "" : authority.substring(0, at));
      return parts;
    } catch (URISyntaxException e) {
      throw Failure.execute("error calling urlParse: unable to parse url: " + e.getMessage());
    }
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  private static String joined(Map<?, ?> parts) {
    var url = new StringBuilder();
    String scheme = part(parts, "scheme");
    String host = part(parts, "host");
    String user = part(parts, "userinfo");
    if (!scheme.isEmpty()) {
      url.append(scheme).append(':');
    }
    if (!host.isEmpty() || !user.isEmpty()) {
      url.append("//").append(user).append(user.isEmpty() ? "" : "@").append(host);
    }
    url.append(part(parts, "path"));
    if (!part(parts, "query").isEmpty()) {
      url.append('?').append(part(parts, "query"));
    }
    if (!part(parts, "fragment").isEmpty()) {
      url.append('#').append(part(parts, "fragment"));
    }
    return url.toString();
  }

  private static String part(Map<?, ?> parts, String key) {
    return Values.of(parts.get(key)) instanceof String text ? text : "";
  }
}
