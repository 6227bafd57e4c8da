package io.kairos.operator.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Counters, gauges and histograms, written in Prometheus' text format (version 0.0.4). Safe for use
 * by several threads.
 */
public final class MetricsRegistry {
  /** Upper bounds in seconds, as controller-runtime's histograms of durations have them. */
  private static final List<Double> SECONDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0);

  /** Upper bounds in seconds of what machines take minutes and hours for. */
  private static final List<Double> LONG =
      List.of(1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0);

  private final Map<String, Family> families = new ConcurrentSkipListMap<>();

  /** One name with its help text; a series for each combination of labels. */
  private static final class Family {
    private final String type;
    private final String help;
    private final Map<String, Supplier<List<Sample>>> series = new ConcurrentSkipListMap<>();

    private Family(String type, String help) {
      this.type = type;
      this.help = help;
    }
  }

  private record Sample(String suffix, String labels, double value) {}

  /** Only grows. */
  public static final class Counter {
    private final DoubleAdder total = new DoubleAdder();

    public void add(double amount) {
      total.add(amount);
    }

    public void increment() {
      add(1);
    }
  }

  /** How often a duration was at most each bound, and the sum of all. */
  public static final class Histogram {
    private final List<Double> bounds;
    private final List<LongAdder> buckets = new ArrayList<>();
    private final LongAdder count = new LongAdder();
    private final DoubleAdder sum = new DoubleAdder();

    private Histogram(List<Double> bounds) {
      this.bounds = bounds;
      bounds.forEach(bound -> buckets.add(new LongAdder()));
    }

    public void observe(double seconds) {
      for (int i = 0; i < bounds.size(); i++) {
        if (seconds <= bounds.get(i)) {
          buckets.get(i).increment();
        }
      }
      count.increment();
      sum.add(seconds);
    }
  }

  private final Map<String, Object> instruments = new ConcurrentHashMap<>();

  /**
   * @param labels alternately names and values
   */
  public Counter counter(String name, String help, String... labels) {
    String text = labels(labels);
    return (Counter)
        instruments.computeIfAbsent(
            name + text,
            key -> {
              var counter = new Counter();
              family(name, "counter", help)
                  .series
                  .put(text, () -> List.of(new Sample("", text, counter.total.sum())));
              return counter;
            });
  }

  /** In seconds, up to a minute. */
  public Histogram histogram(String name, String help, String... labels) {
    return histogram(name, help, SECONDS, labels);
  }

  /** In seconds, up to two hours. */
  public Histogram longHistogram(String name, String help, String... labels) {
    return histogram(name, help, LONG, labels);
  }

  private Histogram histogram(String name, String help, List<Double> bounds, String... labels) {
    String text = labels(labels);
    return (Histogram)
        instruments.computeIfAbsent(
            name + text,
            key -> {
              var histogram = new Histogram(bounds);
              family(name, "histogram", help).series.put(text, () -> samples(histogram, labels));
              return histogram;
            });
  }

  /** A number that is asked for when it is read; replaces an earlier one of the same labels. */
  public void gauge(String name, String help, Supplier<Double> value, String... labels) {
    String text = labels(labels);
    family(name, "gauge", help).series.put(text, () -> List.of(new Sample("", text, value.get())));
  }

  /** Forgets one gauge. */
  public void removeGauge(String name, String... labels) {
    Family family = families.get(name);
    if (family != null) {
      family.series.remove(labels(labels));
    }
  }

  private Family family(String name, String type, String help) {
    return families.computeIfAbsent(name, key -> new Family(type, help));
  }

  private static List<Sample> samples(Histogram histogram, String... labels) {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < histogram.bounds.size(); i++) {
      samples.add(
          new Sample(
              "_bucket",
              labels(with(labels, histogram.bounds.get(i).toString())),
              histogram.buckets.get(i).sum()));
    }
    samples.add(new Sample("_bucket", labels(with(labels, "+Inf")), histogram.count.sum()));
    samples.add(new Sample("_sum", labels(labels), histogram.sum.sum()));
    samples.add(new Sample("_count", labels(labels), histogram.count.sum()));
    return samples;
  }

  private static String[] with(String[] labels, String bound) {
    var extended = new ArrayList<>(List.of(labels));
    extended.add("le");
    extended.add(bound);
    return extended.toArray(String[]::new);
  }

  private static String labels(String... labels) {
    if (labels.length == 0) {
      return "";
    }
    var sorted = new TreeMap<String, String>();
    for (int i = 0; i < labels.length; i += 2) {
      sorted.put(labels[i], labels[i + 1]);
    }
    var text = new StringBuilder("{");
    sorted.forEach(
        (name, value) ->
            text.append(text.length() > 1 ? "," : "")
                .append(name)
                .append("=\"")
                .append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))
                .append('"'));
    return text.append('}').toString();
  }

  /** All of it, sorted by name. */
  public String text() {
    var text = new StringBuilder();
    families.forEach(
        (name, family) -> {
          text.append("# HELP ").append(name).append(' ').append(family.help).append('\n');
          text.append("# TYPE ").append(name).append(' ').append(family.type).append('\n');
          family.series.forEach(
              (labels, samples) ->
                  samples
                      .get()
                      .forEach(
                          sample ->
                              text.append(name)
                                  .append(sample.suffix())
                                  .append(sample.labels())
                                  .append(' ')
                                  .append(number(sample.value()))
                                  .append('\n')));
        });
    return text.toString();
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
