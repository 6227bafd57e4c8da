package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What a run of Maven tested, from the XML files that surefire and failsafe leave.
 *
 * @param suites one for each test class
 */
record TestReport(List<Suite> suites) {
  /** How a test that did not pass ended, and why. */
  sealed interface Outcome {
    String test();

    /** One line for what was skipped; what a failure said, whole. */
    String reason();

    record Failed(String test, String reason) implements Outcome {}

    record Skipped(String test, String reason) implements Outcome {}
  }

  /**
   * @param count of all tests
   * @param notPassed the others
   */
  record Suite(String name, int count, Duration took, List<Outcome> notPassed) {
    int failed() {
      return (int) notPassed.stream().filter(Outcome.Failed.class::isInstance).count();
    }

    int skipped() {
      return notPassed.size() - failed();
    }

    int passed() {
      return count - notPassed.size();
    }
  }

  TestReport {
    suites = List.copyOf(suites);
  }

  /** Reads every report below a directory of modules. */
  static TestReport read(Path root) {
    var suites = new ArrayList<Suite>();
    for (Path file : files(root)) {
      try (InputStream in = Files.newInputStream(file)) {
        suites.add(parse(in));
      } catch (IOException | XMLStreamException e) {
        throw new HostFailure("cannot read the test report " + file, e);
      }
    }
    return new TestReport(suites);
  }

  /** Forgets earlier runs. */
  static void clear(Path root) {
    for (Path file : files(root)) {
      try {
        Files.delete(file);
      } catch (IOException e) {
        throw new HostFailure("cannot delete the old test report " + file, e);
      }
    }
  }

  private static List<Path> files(Path root) {
    try (Stream<Path> paths =
        Files.find(root, 6, (path, attributes) -> isReport(path) && attributes.isRegularFile())) {
      return paths.sorted().toList();
    } catch (IOException e) {
      throw new HostFailure("cannot look for test reports below " + root, e);
    }
  }

  private static boolean isReport(Path path) {
    String name = path.getFileName().toString();
    String folder = String.valueOf(path.getParent().getFileName());
    return name.startsWith("TEST-")
        && name.endsWith(".xml")
        && (folder.equals("surefire-reports") || folder.equals("failsafe-reports"));
  }

  static Suite parse(InputStream in) throws XMLStreamException {
    var factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader xml = factory.createXMLStreamReader(in);
    String name = "";
    Duration took = Duration.ZERO;
    int count = 0;
    String test = "";
    var notPassed = new ArrayList<Outcome>();
    while (xml.hasNext()) {
      if (xml.next() != XMLStreamReader.START_ELEMENT) {
        continue;
      }
      switch (xml.getLocalName()) {
        case "testsuite" -> {
          name = attribute(xml, "name");
          took = Duration.ofMillis((long) (Double.parseDouble(attribute(xml, "time")) * 1000));
        }
        case "testcase" -> {
          count++;
          test = attribute(xml, "name");
        }
        case "failure", "error" -> notPassed.add(new Outcome.Failed(test, said(xml)));
        case "skipped" -> notPassed.add(new Outcome.Skipped(test, reason(said(xml))));
        default -> {}
      }
    }
    return new Suite(name, count, took, notPassed);
  }

  private static String attribute(XMLStreamReader xml, String name) {
    return Optional.ofNullable(xml.getAttributeValue(null, name)).orElse("");
  }

  /**
   * Surefire writes the reason of a failed assumption as text only, behind the exception's name.
   */
  private static String said(XMLStreamReader xml) throws XMLStreamException {
    String message = attribute(xml, "message");
    return (message.isBlank() ? xml.getElementText() : message).strip();
  }

  private static String reason(String said) {
    return said.lines()
        .findFirst()
        .map(line -> line.replaceFirst("^[\\w.$]+Exception: (Assumption failed: )?", ""))
        .orElse("no reason given");
  }

  int passed() {
    return suites.stream().mapToInt(Suite::passed).sum();
  }

  int failed() {
    return suites.stream().mapToInt(Suite::failed).sum();
  }

  int skipped() {
    return suites.stream().mapToInt(Suite::skipped).sum();
  }

  /** What failed and what was skipped, with reasons; then the closing line that CI reads. */
  String render() {
    var text = new StringBuilder();
    for (Suite suite : suites) {
      for (Outcome outcome : suite.notPassed()) {
        text.append(outcome instanceof Outcome.Failed ? "failed   " : "skipped  ");
        text.append(suite.name()).append('.').append(outcome.test()).append(": ");
        text.append(outcome.reason().replace("\n", "\n    ")).append('\n');
      }
    }
    return text.append(closingLine()).append('\n').toString();
  }

  String closingLine() {
    return passed() + " passed, " + failed() + " failed, " + skipped() + " skipped";
  }
}
