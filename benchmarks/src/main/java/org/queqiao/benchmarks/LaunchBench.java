package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One launcher on its own, with control groups and counters when root asks: how many runs it
 * starts, ends and forgets in a second, how long one takes, and what a monitor has in memory.
 */
final class LaunchBench {
  private static final Pattern FIGURE = Pattern.compile("\"(\\w+)\":([\\d.]+|true|false)");

  private LaunchBench() {}

  static void run(Path root, int jobs, Report report) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                root.resolve("native/target/test-bin/launch_bench").toString(),
                Integer.toString(jobs))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("launch_bench ended with " + process.exitValue());
    }
    Matcher figure = FIGURE.matcher(out);
    while (figure.find()) {
      String value = figure.group(2);
      report.put(
          figure.group(1),
          value.equals("true") ? 1 : value.equals("false") ? 0 : Double.parseDouble(value));
    }
  }
}
