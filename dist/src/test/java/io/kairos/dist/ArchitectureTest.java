package io.kairos.dist;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The picture of docs/architecture.md as a test: change both in the same commit as an arrow. */
class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.kairos");

  /** Module → modules that it may use. {@code dist} and what stands beside it may use all. */
  private static final Map<String, Set<String>> ARROWS = new TreeMap<>();

  static {
    ARROWS.put("base", Set.of());
    ARROWS.put("host", Set.of("base"));
    ARROWS.put("formats", Set.of("base"));
    ARROWS.put("zstd", Set.of("base", "formats"));
    ARROWS.put("plan", Set.of("base", "host"));
    ARROWS.put("config", Set.of("base", "host", "formats"));
    ARROWS.put("stages", Set.of("base", "host", "formats", "plan", "config"));
    ARROWS.put("storage", Set.of("base", "host", "formats", "plan"));
    ARROWS.put("boot", Set.of("base", "host", "formats", "plan", "storage"));
    ARROWS.put("images", Set.of("base", "host", "formats", "plan"));
    ARROWS.put(
        "immucore",
        Set.of("base", "host", "formats", "plan", "config", "stages", "storage", "boot"));
    ARROWS.put(
        "agent",
        Set.of("base", "host", "formats", "plan", "config", "stages", "storage", "boot", "images"));
    ARROWS.put("convert", Set.of("base", "host", "formats", "plan", "config", "stages", "images"));
    ARROWS.put("kubernetes", Set.of("base", "host", "formats", "plan", "images", "testkit"));
    ARROWS.put("operator", Set.of("base", "formats"));
    ARROWS.put("auroraboot", Set.of("base", "host", "formats", "plan", "config", "images"));
  }

  @Test
  void arrowsPointDown() {
    ArchRuleDefinition.classes()
        .that()
        .resideInAPackage("io.kairos..")
        .should(useOnlyAllowedModules())
        .check(ALL);
  }

  @Test
  void onlyHostLinuxTouchesTheMachine() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.kairos.host.linux..", "io.kairos.testkit..", "io.kairos.e2e..")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ProcessBuilder.class)
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .because("tests and image conversion run on another root")
        .check(ALL);
  }

  @Test
  void aThirdPartyLibraryHasOneDoor() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kairos.formats.yaml..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.snakeyaml..")
        .check(ALL);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kairos.formats.json..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("tools.jackson..")
        .check(ALL);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kairos.formats.qrcode..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.nayuki..")
        .check(ALL);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kairos.zstd..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.github.luben..")
        .check(ALL);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kairos.operator..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "com.fasterxml..")
        .check(ALL);
  }

  private static ArchCondition<JavaClass> useOnlyAllowedModules() {
    return new ArchCondition<>("use only the modules that its module may use") {
      @Override
      public void check(JavaClass user, ConditionEvents events) {
        String from = module(user);
        Set<String> allowed = ARROWS.get(from);
        if (allowed == null) {
          return;
        }
        user.getDirectDependenciesFromSelf()
            .forEach(
                dependency -> {
                  String to = module(dependency.getTargetClass());
                  if (!to.isEmpty() && !to.equals(from) && !allowed.contains(to)) {
                    events.add(SimpleConditionEvent.violated(user, dependency.getDescription()));
                  }
                });
      }
    };
  }

  /** The implementation of a host counts as a module of its own. */
  private static String module(JavaClass type) {
    String name = type.getPackageName();
    if (!name.startsWith("io.kairos.")) {
      return "";
    }
    if (name.startsWith("io.kairos.host.linux")) {
      return "host-linux";
    }
    String rest = name.substring("io.kairos.".length());
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }
}
