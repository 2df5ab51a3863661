package org.queqiao.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.planted.core.PlantedInCore;

/** Each rule finds the violation that is planted for it below {@code org.queqiao.planted}. */
final class RulesBiteTest {
  private static final JavaClasses PLANTED =
      new ClassFileImporter().importPackages("org.queqiao.planted");
  private static final HouseRules RULES = new HouseRules("org.queqiao.planted");

  @TestFactory
  Stream<DynamicTest> everyRuleFindsItsPlantedViolation() {
    return RULES.all().entrySet().stream()
        .filter(rule -> !rule.getKey().contains("Hazelcast"))
        .map(rule ->
            DynamicTest.dynamicTest(
                rule.getKey(),
                () ->
                    assertThat(rule.getValue().evaluate(PLANTED).hasViolation())
                        .as("found nothing wrong in the planted classes")
                        .isTrue()));
  }

  @Test
  void cyclesAreFound() {
    assertThat(RULES.noCycles("eventlog").evaluate(PLANTED).hasViolation()).isTrue();
  }

  @Test
  void floatingPointInsideAMethodIsFound() throws URISyntaxException {
    Path file = Path.of(PlantedInCore.class.getResource("PlantedInCore.class").toURI());
    assertThat(FloatingPoint.methods(file)).anyMatch(name -> name.endsWith(".share"));
    assertThat(FloatingPoint.methods(file)).noneMatch(name -> name.endsWith(".wholeShare"));
  }

  @Test
  void twoMigrationsOfOneNumberAndOtherNamesAreFound() {
    Path here = Path.of("accounting/db/migration");
    assertThat(
            Migrations.wrong(
                List.of(
                    here.resolve("V8__months.sql"),
                    here.resolve("V28__alerts.sql"),
                    here.resolve("V28__contracts.sql"),
                    here.resolve("V028__zero.sql"),
                    Path.of("other/db/migration/V28__of_another_database.sql"))))
        .containsExactly(
            here + "/V028__zero.sql is not named V<number>__<words>.sql",
            "V28__alerts.sql and V28__contracts.sql have one number");
  }

  @Test
  void largeFilesAndFunctionsAreFound(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("Large.java");
    String body = "    System.out.println();\n".repeat(Sizes.FUNCTION_LINES);
    String rest = "  // line\n".repeat(Sizes.FILE_LINES);
    Files.writeString(file, "class Large {\n  void large() {\n" + body + "  }\n" + rest + "}\n");
    assertThat(Sizes.oversized(folder, List.of(file)))
        .containsOnlyKeys("Large.java", "Large.java#large");
  }
}
