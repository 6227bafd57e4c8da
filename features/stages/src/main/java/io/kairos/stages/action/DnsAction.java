package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import java.util.List;
import java.util.Optional;

/** {@code dns}: writes the resolver's file, if there are name servers. */
final class DnsAction implements Action {
  private record Resolver(
      List<String> nameservers, List<String> search, List<String> options, String path)
      implements Work {
    static Resolver read(Section dns) {
      return new Resolver(
          dns.texts("nameservers", "addresses of name servers").orElse(List.of()),
          dns.texts("search", "domains to search").orElse(List.of()),
          dns.texts("options", "options of the resolver").orElse(List.of()),
          dns.text("path", "file to write")
              .optional()
              .filter(text -> !text.isEmpty())
              .orElse("/etc/resolv.conf"));
    }

    @Override
    public String summary() {
      return "dns: " + nameservers.size();
    }

    @Override
    public void perform(StepContext context) {
      var text = new StringBuilder();
      String domains = String.join(" ", search);
      if (!domains.isEmpty() && !domains.equals(".")) {
        text.append("search ").append(domains).append('\n');
      }
      nameservers.forEach(server -> text.append("nameserver ").append(server).append('\n'));
      if (!options.isEmpty()) {
        text.append("options ").append(String.join(" ", options)).append('\n');
      }
      String file = HostFiles.normalized(path);
      HostFiles.createParents(context.host(), file);
      HostFiles.write(context.host(), file, text.toString(), 0644);
    }
  }

  @Override
  public List<String> keys() {
    return List.of("dns");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.section("dns", "name resolution", Resolver::read)
        .optional()
        .filter(resolver -> !resolver.nameservers.isEmpty())
        .map(resolver -> resolver);
  }
}
