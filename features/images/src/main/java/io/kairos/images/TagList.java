package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tags of a repository, page by page (distribution-spec 1.1, "Listing Tags"). A registry names
 * the next page in a {@code Link} (RFC 8288); only its query counts, so that our login stays with
 * who asked for it, and a page of a mirror is a page of its registry.
 */
final class TagList {
  private static final String PATH = "tags/list";
  private static final Pattern NEXT =
      Pattern.compile("<([^>]*)>\\s*(?:;[^,]*)?;\\s*rel=\"?next\"?(?=[\\s;,]|$)");

  /** More than a hundred thousand tags are a registry that has lost its way. */
  private static final int MAX_PAGES = 1000;

  private static final int MAX_JSON = 16 << 20;

  private final RegistryConnection connection;

  TagList(RegistryConnection connection) {
    this.connection = connection;
  }

  /** In the order of the registry, each once. */
  List<String> fetch() {
    Set<String> tags = new LinkedHashSet<>();
    Set<String> seen = new HashSet<>();
    Optional<String> page = Optional.of(PATH);
    while (page.isPresent() && seen.add(page.get())) {
      if (seen.size() > MAX_PAGES) {
        throw failure("its list of tags has no end");
      }
      page = fetch(page.get(), tags);
    }
    return new ArrayList<>(tags);
  }

  private Optional<String> fetch(String page, Set<String> tags) {
    try (var reply = connection.send(RegistryRequest.get(page))) {
      byte[] octets = reply.answer().body().readNBytes(MAX_JSON + 1);
      if (octets.length > MAX_JSON) {
        throw failure("its list of tags is larger than " + MAX_JSON + " bytes");
      }
      tags.addAll(Json.parseObject("tags of " + repository(), octets).texts("tags"));
      return reply.answer().headers().allValues("Link").stream()
          .flatMap(link -> next(link).stream())
          .findFirst();
    } catch (IOException e) {
      throw new HostFailure("cannot list the tags of " + repository(), e);
    }
  }

  private Optional<String> next(String link) {
    Matcher matcher = NEXT.matcher(link);
    if (!matcher.find()) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(URI.create(matcher.group(1)).getRawQuery())
          .map(query -> PATH + "?" + query);
    } catch (IllegalArgumentException e) {
      throw failure("the address of its next page is none");
    }
  }

  private HostFailure failure(String why) {
    return new HostFailure("cannot list the tags of " + repository() + ": " + why);
  }

  private String repository() {
    return connection.reference().registry() + "/" + connection.reference().repository();
  }
}
