package io.kairos.formats.gotemplate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The arguments of one call; asking for one of the wrong kind ends the rendering. */
record Arguments(String function, List<Object> values) {
  int count() {
    return values.size();
  }

  Arguments expect(int exactly) {
    return expect(exactly, exactly);
  }

  Arguments expect(int least, int most) {
    if (values.size() < least || values.size() > most) {
      throw Failure.execute(
          "wrong number of args for "
              + function
              + ": want "
              + (least == most ? "" : "at least ")
              + least
              + " got "
              + values.size());
    }
    return this;
  }

  Object get(int index) {
    return values.get(index);
  }

  Object last() {
    return values.getLast();
  }

  /** A text; nothing else counts as one. */
  String text(int index) {
    if (values.get(index) instanceof String text) {
      return text;
    }
    throw wrong("string", values.get(index));
  }

  /** Any value as the text that it prints as. */
  String shown(int index) {
    return values.get(index) == null ? "" : Values.shown(values.get(index));
  }

  /** A whole number; a text is none. */
  long integer(int index) {
    return switch (values.get(index)) {
      case Long number -> number;
      case Double number when number == Math.rint(number) -> number.longValue();
      case null, default -> throw wrong("int", values.get(index));
    };
  }

  /** A number that may have a fraction. */
  double floating(int index) {
    return switch (values.get(index)) {
      case Number number -> number.doubleValue();
      case null, default -> throw wrong("float64", values.get(index));
    };
  }

  /** Anything as a whole number, as sprig converts it; what is no number is 0. */
  long converted(int index) {
    return Conversion.integer(values.get(index));
  }

  /** Anything as a number, as sprig converts it; what is no number is 0. */
  double convertedFloat(int index) {
    return Conversion.floating(values.get(index));
  }

  boolean flag(int index) {
    if (values.get(index) instanceof Boolean flag) {
      return flag;
    }
    throw wrong("bool", values.get(index));
  }

  /** The arguments from one on. */
  List<Object> from(int index) {
    return values.subList(Math.min(index, values.size()), values.size());
  }

  List<Object> list(int index) {
    if (values.get(index) instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      list.forEach(item -> items.add(Values.of(item)));
      return items;
    }
    throw wrong("list", values.get(index));
  }

  Map<?, ?> map(int index) {
    if (values.get(index) instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong("map", values.get(index));
  }

  private RuntimeException wrong(String expected, Object found) {
    return Failure.execute(
        "error calling "
            + function
            + ": "
            + (found == null
                ? "invalid value; expected " + expected
                : "wrong type for value; expected " + expected + "; got " + Values.typeOf(found)));
  }
}
