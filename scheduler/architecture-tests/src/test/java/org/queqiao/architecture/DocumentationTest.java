package org.queqiao.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void everyLinkOfThePagesLeadsSomewhere() throws IOException {
    Set<String> broken = new TreeSet<>();
    try (Stream<Path> docs = Files.walk(House.ROOT.resolve("docs"));
        Stream<Path> top = Files.list(House.ROOT)) {
      for (Path page :
          Stream.concat(docs, top)
              .filter(p -> p.toString().endsWith(".md"))
              .collect(Collectors.toSet())) {
        Matcher link = LINK.matcher(Files.readString(page));
        while (link.find()) {
          if (!Files.exists(page.resolveSibling(link.group(1)))) {
            broken.add(House.ROOT.relativize(page) + " -> " + link.group(1));
          }
        }
      }
    }
    assertThat(broken).isEmpty();
  }
}
