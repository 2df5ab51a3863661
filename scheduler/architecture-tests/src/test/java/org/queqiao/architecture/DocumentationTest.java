package org.queqiao.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages name exists. */
final class DocumentationTest {
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern TYPE = Pattern.compile("^([A-Z][a-z]\\w*[a-z])(?:\\.\\w+.*)?$");
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)(?:#[^)]*)?\\)");

  @Test
  void everyClassThatTheArchitecturePageNamesExists() throws IOException {
    Set<String> types = new TreeSet<>();
    for (Path file : House.files(House.classFolders(), ".class")) {
      String name = file.getFileName().toString().replace(".class", "");
      types.add(name.substring(name.lastIndexOf('$') + 1));
    }
    Set<String> named = new TreeSet<>();
    Matcher code = CODE.matcher(Files.readString(House.ROOT.resolve("docs/architecture.md")));
    while (code.find()) {
      Matcher type = TYPE.matcher(code.group(1));
      if (type.matches()) {
        named.add(type.group(1));
      }
    }
    assertThat(named).hasSizeGreaterThan(15);
    assertThat(types).containsAll(named);
  }

  private static final Pattern ROW = Pattern.compile("^\\| ([RSAMC][0-9].*?) \\|.*\\| (.*) \\|$");

  @Test
  void everyTestThatThePageOfBadInputsNamesExists() throws IOException {
    Set<String> tests = testsOfTheHouse();
    Set<String> missing = new TreeSet<>();
    Set<String> rows = new TreeSet<>();
    Set<String> twice = new TreeSet<>();
    for (String line : Files.readAllLines(House.ROOT.resolve("docs/bad-inputs.md"))) {
      Matcher row = ROW.matcher(line);
      if (!row.matches()) {
        continue;
      }
      if (!rows.add(row.group(1))) {
        twice.add(row.group(1));
      }
      Matcher code = CODE.matcher(row.group(2));
      int named = 0;
      while (code.find()) {
        named++;
        if (!tests.contains(code.group(1))) {
          missing.add(row.group(1) + ": " + code.group(1));
        }
      }
      if (named == 0 && !line.contains("does not exist here yet: ")) {
        missing.add(row.group(1) + " names no test");
      }
    }
    assertThat(rows).hasSizeGreaterThan(70);
    assertThat(twice).as("names of two rows").isEmpty();
    assertThat(missing).isEmpty();
  }

  /** Every test by file and name, as the sources have them. */
  private static Set<String> testsOfTheHouse() throws IOException {
    // Methods of a test class that are neither private nor static are its tests.
    Pattern java = Pattern.compile("(?m)^  (?:void|Stream<DynamicTest>) (\\w+)\\(");
    Pattern c = Pattern.compile("\\bTEST\\((\\w+)\\)");
    Set<String> tests = new TreeSet<>();
    try (Stream<Path> files = Files.walk(House.ROOT)) {
      for (Path file : files.filter(DocumentationTest::isTestSource).toList()) {
        String name = file.getFileName().toString();
        boolean isJava = name.endsWith(".java");
        Matcher found = (isJava ? java : c).matcher(Files.readString(file));
        while (found.find()) {
          tests.add(
              isJava ? name.replace(".java", ".") + found.group(1) : name + ":" + found.group(1));
        }
      }
    }
    return tests;
  }

  /** A test that has two sizes, and how large they are. */
  private static final Pattern SIZE =
      Pattern.compile("(\\w+) =[^;=]*?TestSize\\.ciOrFull\\(([\\d_]+), ([\\d_]+)\\)");

  @Test
  void theSizesOfTheTestsAreThoseOfTheirPage() throws IOException {
    String page = Files.readString(House.ROOT.resolve("docs/tests.md"));
    Set<String> missing = new TreeSet<>();
    int sizes = 0;
    try (Stream<Path> files = Files.walk(House.ROOT)) {
      for (Path file : files.filter(DocumentationTest::isTestSource).toList()) {
        String test = file.getFileName().toString().replace(".java", "");
        Matcher size = SIZE.matcher(Files.readString(file));
        while (size.find()) {
          String row =
              String.format(
                  "| %s | %s |", size.group(2).replace('_', ','), size.group(3).replace('_', ','));
          boolean isTime = size.group(1).endsWith("_MS");
          sizes += isTime ? 0 : 1;
          if (!isTime
              && page.lines()
                  .noneMatch(each -> each.startsWith("| `" + test + "` |") && each.endsWith(row))) {
            missing.add(test + " " + row);
          }
        }
      }
    }
    assertThat(sizes).isGreaterThan(20);
    assertThat(missing).as("rows of docs/tests.md").isEmpty();
  }

  /** Of the page of tests: every test that is named, with its method or without, exists. */
  @Test
  void everyTestThatThePageOfTestsNamesExists() throws IOException {
    Set<String> tests = testsOfTheHouse();
    Set<String> named = new TreeSet<>();
    Matcher code = CODE.matcher(Files.readString(House.ROOT.resolve("docs/tests.md")));
    while (code.find()) {
      if (code.group(1).matches("\\w+Test(\\.\\w+)?")) {
        named.add(code.group(1));
      }
    }
    assertThat(named).hasSizeGreaterThan(20);
    named.removeIf(
        each -> tests.stream().anyMatch(test -> test.equals(each) || test.startsWith(each + ".")));
    assertThat(named).as("named and not there").isEmpty();
  }

  private static boolean isTestSource(Path file) {
    String path = House.ROOT.relativize(file).toString();
    return !path.contains("node_modules")
        && !path.contains("target/")
        && ((path.contains("src/test/java") && path.endsWith("Test.java"))
            || path.matches("native/test/\\w+_test\\.c"));
  }

  @Test
  void everyLinkOfThePagesLeadsSomewhere() throws IOException {
    Set<String> broken = new TreeSet<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          broken.add(House.ROOT.relativize(page) + " -> " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static final Pattern RULE = Pattern.compile("^\\|(?: ?:?-+:? ?\\|)+$");

  @Test
  void everyTableOfThePagesIsOneHeadARuleAndRowsOfTheSameWidth() throws IOException {
    Set<String> broken = new TreeSet<>();
    for (Path page : pages()) {
      List<String> table = new ArrayList<>();
      for (String line : (Files.readString(page) + "\n\n").split("\n", -1)) {
        if (line.startsWith("|")) {
          table.add(line);
          continue;
        }
        if (!table.isEmpty() && !isTable(table)) {
          broken.add(House.ROOT.relativize(page) + ": the table that begins " + table.get(0));
        }
        table.clear();
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean isTable(List<String> lines) {
    long rules = lines.stream().filter(line -> RULE.matcher(line).matches()).count();
    long widths =
        lines.stream().map(line -> line.split("(?<!\\\\)\\|", -1).length).distinct().count();
    return lines.size() > 2 && RULE.matcher(lines.get(1)).matches() && rules == 1 && widths == 1;
  }

  private static Set<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(House.ROOT.resolve("docs"));
        Stream<Path> top = Files.list(House.ROOT)) {
      return Stream.concat(docs, top)
          .filter(p -> p.toString().endsWith(".md"))
          .collect(Collectors.toSet());
    }
  }
}
