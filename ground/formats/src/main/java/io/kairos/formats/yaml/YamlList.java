package io.kairos.formats.yaml;

import io.kairos.base.Position;
import java.util.ArrayList;
import java.util.List;

/** A sequence. */
public record YamlList(List<YamlNode> items, Position position) implements YamlNode {
  public YamlList {
    items = List.copyOf(items);
  }

  @Override
  public List<Object> value() {
    var values = new ArrayList<Object>(items.size());
    items.forEach(item -> values.add(item.value()));
    return values;
  }

  @Override
  public String described() {
    return "a list";
  }
}
