package io.kairos.config;

import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of a document on their way to JSON, which has no dates. */
final class JsonTree {
  private JsonTree() {}

  static Map<String, Object> of(YamlMap map) {
    Map<String, Object> tree = LinkedHashMap.newLinkedHashMap(map.entries().size());
    map.entries().forEach(entry -> tree.put(entry.key(), value(entry.value())));
    return tree;
  }

  private static Object value(YamlNode node) {
    return switch (node) {
      case YamlMap map -> of(map);
      case YamlList list -> {
        List<Object> items = new ArrayList<>(list.items().size());
        list.items().forEach(item -> items.add(value(item)));
        yield items;
      }
      case YamlScalar scalar ->
          scalar.kind() == YamlScalar.Kind.TIMESTAMP ? instant(scalar.text()) : scalar.value();
    };
  }

  /**
   * {@code 2001-12-14} becomes {@code 2001-12-14T00:00:00Z}; what is odd stays as it is written.
   */
  static String instant(String text) {
    String[] date = text.split("[-Tt ]", 4);
    try {
      LocalDate day =
          LocalDate.of(
              Integer.parseInt(date[0]), Integer.parseInt(date[1]), Integer.parseInt(date[2]));
      if (date.length < 4) {
        return day + "T00:00:00Z";
      }
      String time = date[3].replace(" ", "");
      int zone = Math.max(time.indexOf('Z'), Math.max(time.indexOf('+'), time.indexOf('-')));
      String[] clock = (zone < 0 ? time : time.substring(0, zone)).split(":");
      var local =
          LocalDateTime.parse(
              day + "T" + padded(clock[0]) + ":" + padded(clock[1]) + ":" + padded(clock[2]));
      var offset = zone < 0 ? ZoneOffset.UTC : ZoneOffset.of(time.substring(zone));
      return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(OffsetDateTime.of(local, offset));
    } catch (DateTimeException e) {
      return text; // 2001-02-30
    }
  }

  private static String padded(String number) {
    int dot = number.indexOf('.');
    return (dot < 0 ? number.length() : dot) < 2 ? "0" + number : number;
  }
}
