package io.kairos.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One figure.
 *
 * @param what is measured, stable for programs
 * @param value in the unit
 * @param ratio to what it is compared with, where there is something
 * @param remark how it was measured, or compared with what
 */
record Measurement(String what, double value, String unit, Optional<Double> ratio, String remark) {
  static Measurement of(String what, double value, String unit, String remark) {
    return new Measurement(what, value, unit, Optional.empty(), remark);
  }

  static Measurement compared(String what, double value, String unit, double with, String remark) {
    return new Measurement(what, value, unit, Optional.of(value / with), remark);
  }

  /** For programs. */
  Map<String, Object> fields() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("what", what);
    fields.put("value", value);
    fields.put("unit", unit);
    ratio.ifPresent(number -> fields.put("ratio", number));
    fields.put("remark", remark);
    return fields;
  }

  /** For people, one line. */
  String render() {
    String share = ratio.map(number -> String.format(Locale.ROOT, "%.3f", number)).orElse("");
    return String.format(
        Locale.ROOT, "%-44s %10.1f %-4s %7s  %s", what, value, unit, share, remark);
  }
}
