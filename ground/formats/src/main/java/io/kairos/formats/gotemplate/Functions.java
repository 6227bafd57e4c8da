package io.kairos.formats.gotemplate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All functions that templates may call. */
final class Functions {
  private static final List<FunctionSet> SETS =
      List.of(
          new BuiltinFunctions(),
          new TextFunctions(),
          new CaseFunctions(),
          new PatternFunctions(),
          new ListFunctions(),
          new MapFunctions(),
          new MathFunctions(),
          new DefaultFunctions(),
          new EncodingFunctions(),
          new PathFunctions(),
          new DateFunctions(),
          new RandomFunctions(),
          new VersionFunctions());

  private static final Map<String, FunctionSet> BY_NAME = byName();

  private Functions() {}

  private static Map<String, FunctionSet> byName() {
    Map<String, FunctionSet> byName = new HashMap<>();
    SETS.forEach(set -> set.names().forEach(name -> byName.put(name, set)));
    return byName;
  }

  /** {@code and} and {@code or} are the evaluator's: they need not look at all arguments. */
  static boolean isKnown(String name) {
    return name.equals("and") || name.equals("or") || BY_NAME.containsKey(name);
  }

  static Object call(String name, Arguments arguments) {
    return BY_NAME.get(name).call(name, arguments);
  }
}
