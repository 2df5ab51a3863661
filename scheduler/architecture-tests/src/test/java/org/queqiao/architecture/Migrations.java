package org.queqiao.architecture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The numbers of SQL migrations. */
final class Migrations {
  private static final Pattern NAME = Pattern.compile("V([1-9][0-9]*)__[a-z0-9_]+\\.sql");

  private Migrations() {}

  /**
   * What is wrong with them: two of one folder with one number, and names without a plain number,
   * which Flyway would read as another version.
   */
  static List<String> wrong(List<Path> files) {
    List<String> wrong = new ArrayList<>();
    Map<String, Path> numbered = new TreeMap<>();
    for (Path file : files.stream().sorted().toList()) {
      Matcher name = NAME.matcher(file.getFileName().toString());
      if (!name.matches()) {
        wrong.add(file + " is not named V<number>__<words>.sql");
        continue;
      }
      Path other = numbered.putIfAbsent(file.getParent() + " V" + name.group(1), file);
      if (other != null) {
        wrong.add("%s and %s have one number".formatted(other.getFileName(), file.getFileName()));
      }
    }
    return wrong;
  }
}
