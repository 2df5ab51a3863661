package org.queqiao.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The house keeps its rules. */
final class HouseTest {
  private static final JavaClasses CLASSES = House.classes();
  private static final HouseRules RULES = new HouseRules("org.queqiao");

  @Test
  void theRulesSeeTheHouse() {
    for (String layer : List.of("contract", "core", "eventlog", "runtime")) {
      assertThat(
              CLASSES.stream().filter(c -> c.getPackageName().startsWith("org.queqiao." + layer)))
          .as(layer)
          .hasSizeGreaterThan(5);
    }
  }

  @TestFactory
  Stream<DynamicTest> theHouseKeepsEveryRule() {
    return RULES.all().entrySet().stream()
        .map(rule ->
            DynamicTest.dynamicTest(
                rule.getKey(), () -> rule.getValue().allowEmptyShould(true).check(CLASSES)));
  }

  @TestFactory
  Stream<DynamicTest> packagesOfAModuleFormNoCycle() {
    return Stream.of("contract", "core", "eventlog", "runtime", "accounting", "agent", "server")
        .map(
            module -> DynamicTest.dynamicTest(module, () -> RULES.noCycles(module).check(CLASSES)));
  }

  @Test
  void moneyIsNeverCountedWithFloatingPoint() {
    List<String> found = new ArrayList<>();
    for (Path file : House.files(House.classFolders(), ".class")) {
      String name = file.toString().replace('/', '.');
      boolean money =
          Stream.of(RULES.moneyPackages()).anyMatch(p -> name.contains(p.replace("..", ".")));
      if (money && !name.contains("contract.wire")) {
        found.addAll(FloatingPoint.methods(file));
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void everyPackageSaysWhatLivesThere() {
    List<Path> silent =
        House.sources().stream()
            .map(Path::getParent)
            .distinct()
            .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
            .toList();
    assertThat(silent).isEmpty();
  }

  @Test
  void noTwoMigrationsHaveTheSameNumber() {
    assertThat(House.migrations()).hasSizeGreaterThan(20);
    assertThat(Migrations.wrong(House.migrations()))
        .as("the one that has not landed takes the next free number")
        .isEmpty();
  }

  @Test
  void noTwoDecisionsHaveTheSameNumber() {
    List<Path> decisions = House.files(List.of(House.ROOT.resolve("docs/decisions")), ".md");
    assertThat(decisions).hasSizeGreaterThan(30);
    assertThat(decisions.stream().map(file -> file.getFileName().toString().substring(0, 4)))
        .as("the one that has not landed takes the next free number")
        .doesNotHaveDuplicates();
  }

  /**
   * What is oversized today is listed with its size; it may shrink or go, never grow or be joined.
   */
  @Test
  void sizesOnlyShrink() throws IOException {
    Map<String, Integer> allowed = new TreeMap<>();
    for (String line :
        Files.readAllLines(House.ROOT.resolve("scheduler/architecture-tests/size-ratchet.txt"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split("\\s+");
        allowed.put(parts[0], Integer.valueOf(parts[1]));
      }
    }
    Map<String, Integer> oversized = Sizes.oversized(House.ROOT, House.sources());
    List<String> grown = new ArrayList<>();
    oversized.forEach((name, size) -> {
      if (size > allowed.getOrDefault(name, 0)) {
        grown.add(name + " " + size);
      }
    });
    assertThat(grown).as("past the sizes of the house: split these").isEmpty();
    allowed.forEach((name, size) ->
        assertThat(oversized.getOrDefault(name, 0))
            .as("%s shrank: write its new size into size-ratchet.txt, or take it out", name)
            .isEqualTo(size));
  }
}
