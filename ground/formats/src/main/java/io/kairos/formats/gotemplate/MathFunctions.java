package io.kairos.formats.gotemplate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;

/** sprig's arithmetic. */
final class MathFunctions implements FunctionSet {
  private static final int MOST = 100_000;

  @Override
  public Set<String> names() {
    return Set.of(
        "add",
        "add1",
        "sub",
        "mul",
        "div",
        "mod",
        "max",
        "biggest",
        "min",
        "maxf",
        "minf",
        "addf",
        "add1f",
        "subf",
        "mulf",
        "divf",
        "ceil",
        "floor",
        "round",
        "int",
        "int64",
        "atoi",
        "float64",
        "toDecimal",
        "until",
        "untilStep",
        "seq");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "add" -> longs(a, 0).stream().reduce(0L, Long::sum);
      case "add1" -> a.expect(1).converted(0) + 1;
      case "sub" -> a.expect(2).converted(0) - a.converted(1);
      case "mul" -> longs(a.expect(1, 100), 0).stream().reduce(1L, (x, y) -> x * y);
      case "div" -> a.expect(2).converted(0) / divisor(a);
      case "mod" -> a.expect(2).converted(0) % divisor(a);
      case "max", "biggest" -> longs(a.expect(1, 100), 0).stream().reduce(Math::max).orElseThrow();
      case "min" -> longs(a.expect(1, 100), 0).stream().reduce(Math::min).orElseThrow();
      case "maxf" -> doubles(a.expect(1, 100)).stream().reduce(Math::max).orElseThrow();
      case "minf" -> doubles(a.expect(1, 100)).stream().reduce(Math::min).orElseThrow();
      case "addf" -> exact(BigDecimal.ZERO, a.values(), BigDecimal::add);
      case "add1f" -> exact(BigDecimal.ONE, a.expect(1).values(), BigDecimal::add);
      case "subf" -> exact(first(a), a.from(1), BigDecimal::subtract);
      case "mulf" -> exact(first(a), a.from(1), BigDecimal::multiply);
      case "divf" -> exact(first(a), a.from(1), MathFunctions::quotient);
      case "ceil" -> Math.ceil(a.expect(1).convertedFloat(0));
      case "floor" -> Math.floor(a.expect(1).convertedFloat(0));
      case "round" -> round(a.expect(2, 3));
      case "int", "int64" -> a.expect(1).converted(0);
      case "atoi" -> decimal(a.expect(1).text(0));
      case "float64" -> a.expect(1).convertedFloat(0);
      case "toDecimal" -> octal(a.expect(1).shown(0));
      case "until" -> {
        long count = a.expect(1).integer(0);
        yield steps(0, count, count < 0 ? -1 : 1);
      }
      case "untilStep" -> steps(a.expect(3).integer(0), a.integer(1), a.integer(2));
      case "seq" -> seq(a.expect(0, 3));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static List<Long> longs(Arguments a, int from) {
    return a.from(from).stream().map(Conversion::integer).toList();
  }

  private static List<Double> doubles(Arguments a) {
    return a.values().stream().map(Conversion::floating).toList();
  }

  private static long divisor(Arguments a) {
    if (a.converted(1) == 0) {
      throw Failure.execute("error calling " + a.function() + ": division by zero");
    }
    return a.converted(1);
  }

  private static BigDecimal first(Arguments a) {
    return exact(a.expect(1, 100).get(0));
  }

  private static BigDecimal exact(Object value) {
    double number = Conversion.floating(value);
    return Double.isFinite(number) ? BigDecimal.valueOf(number) : BigDecimal.ZERO;
  }

  private static double exact(
      BigDecimal start, List<Object> values, BinaryOperator<BigDecimal> step) {
    return values.stream().map(MathFunctions::exact).reduce(start, step).doubleValue();
  }

  private static BigDecimal quotient(BigDecimal a, BigDecimal b) {
    if (b.signum() == 0) {
      throw Failure.execute("error calling divf: division by zero");
    }
    return a.divide(b, 16, RoundingMode.HALF_UP).round(MathContext.DECIMAL128);
  }

  private static double round(Arguments a) {
    double power = Math.pow(10, (double) Math.clamp(a.integer(1), -300L, 300L));
    double shifted = power * a.convertedFloat(0);
    double fraction = shifted % 1;
    double border = a.count() > 2 ? a.floating(2) : 0.5;
    return (fraction >= border ? Math.ceil(shifted) : Math.floor(shifted)) / power;
  }

  private static long decimal(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static long octal(String text) {
    try {
      return Long.parseLong(text, 8);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static List<Object> steps(long start, long stop, long step) {
    List<Object> numbers = new ArrayList<>();
    if (step == 0 || (stop < start && step > 0) || (stop > start && step < 0)) {
      return numbers;
    }
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      if (numbers.size() >= MOST) {
        throw Failure.execute("more than " + MOST + " numbers");
      }
      numbers.add(i);
    }
    return numbers;
  }

  private static String seq(Arguments a) {
    long first = a.count() > 1 ? a.integer(0) : 1;
    long last = a.count() == 0 ? 0 : a.integer(a.count() == 3 ? 2 : a.count() - 1);
    long step = a.count() == 3 ? a.integer(1) : last < first ? -1 : 1;
    if (a.count() == 0 || step == 0 || (step > 0) != (last >= first)) {
      return "";
    }
    var text = new StringBuilder();
    for (Object number : steps(first, last + step / Math.abs(step), step)) {
      text.append(text.isEmpty() ? "" : " ").append(number);
    }
    return text.toString();
  }
}
