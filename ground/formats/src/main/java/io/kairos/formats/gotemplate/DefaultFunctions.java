package io.kairos.formats.gotemplate;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** sprig's functions that choose among values, or ask what they are. */
final class DefaultFunctions implements FunctionSet {
  @Override
  public Set<String> names() {
    return Set.of(
        "default",
        "empty",
        "coalesce",
        "all",
        "any",
        "ternary",
        "required",
        "fail",
        "typeOf",
        "typeIs",
        "typeIsLike",
        "kindOf",
        "kindIs",
        "deepEqual",
        "hello");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "default" ->
          a.expect(1, 2).count() == 2 && Values.isTrue(a.get(1)) ? a.get(1) : a.get(0);
      case "empty" -> !Values.isTrue(a.expect(1).get(0));
      case "coalesce" -> a.values().stream().filter(Values::isTrue).findFirst().orElse(null);
      case "all" -> a.values().stream().allMatch(Values::isTrue);
      case "any" -> a.values().stream().anyMatch(Values::isTrue);
      case "ternary" -> a.expect(3).flag(2) ? a.get(0) : a.get(1);
      case "required" -> {
        Object value = a.expect(2).get(1);
        if (value == null || value.equals("")) {
          throw Failure.execute("error calling required: " + a.text(0));
        }
        yield value;
      }
      case "fail" -> throw Failure.execute("error calling fail: " + a.expect(1).text(0));
      case "typeOf" -> type(a.expect(1).get(0));
      case "typeIs", "typeIsLike" -> type(a.expect(2).get(1)).equals(a.text(0));
      case "kindOf" -> kind(a.expect(1).get(0));
      case "kindIs" -> kind(a.expect(2).get(1)).equals(a.text(0));
      case "deepEqual" -> Objects.equals(a.expect(2).get(0), a.get(1));
      case "hello" -> "Hello!";
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String type(Object value) {
    return value == null ? "<nil>" : Values.typeOf(value);
  }

  private static String kind(Object value) {
    return switch (value) {
      case null -> "invalid";
      case List<?> _ -> "slice";
      case Map<?, ?> _ -> "map";
      case GoTime _ -> "struct";
      case Version _ -> "ptr";
      default -> Values.typeOf(value);
    };
  }
}
