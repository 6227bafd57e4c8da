package io.kairos.formats.gotemplate;

import java.util.Set;

/** Functions of one kind. A new kind is a new file and one line in {@link Functions#SETS}. */
interface FunctionSet {
  Set<String> names();

  Object call(String name, Arguments arguments);
}
