package io.kairos.formats.gotemplate;

import java.util.List;

/** All functions that templates may call. */
final class Functions {
  private static final List<FunctionSet> SETS =
      List.of(new BuiltinFunctions(), new TextFunctions(), new DataFunctions());

  private Functions() {}

  static boolean isKnown(String name) {
    if (name.equals("and") || name.equals("or")) {
      return true;
    }
    for (FunctionSet set : SETS) {
      if (set.names().contains(name)) {
        return true;
      }
    }
    return false;
  }

  static Object call(String name, Arguments arguments) {
    for (FunctionSet set : SETS) {
      if (set.names().contains(name)) {
        return set.call(name, arguments);
      }
    }
    throw Failure.execute("function \"" + name + "\" not defined");
  }
}
