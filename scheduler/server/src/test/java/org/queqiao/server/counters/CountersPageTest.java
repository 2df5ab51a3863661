package org.queqiao.server.counters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.metrics.Counter;

final class CountersPageTest {
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| `(\\w+)` \\| ([^|]+) \\| (\\w+) \\| [^|]+ \\| [^|]+ \\|");

  @Test
  void thePageOfCountersIsTheTableOfTheCode() throws IOException {
    List<String> page = new ArrayList<>();
    for (String line :
        Files.readAllLines(Path.of(System.getProperty("queqiao.root"), "docs/counters.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        page.add(row.group(1) + " " + row.group(2) + " " + row.group(3) + " " + row.group(4));
      }
    }
    List<String> code = new ArrayList<>();
    for (Counter each : Counter.values()) {
      code.add(
          each.number()
              + " "
              + each.text()
              + " "
              + each.unit().text()
              + " "
              + each.scope().name().toLowerCase(Locale.ROOT));
    }
    assertThat(page).isEqualTo(code);
  }
}
