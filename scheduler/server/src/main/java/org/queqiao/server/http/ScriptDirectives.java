package org.queqiao.server.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds lines of a script that another scheduler would read as options. To this interface they are
 * comments, and whoever submits is told so, line by line: an option is never passed over in
 * silence.
 *
 * <p>A line is told by its number and the name of its option; its values are not repeated.
 */
final class ScriptDirectives {
  /** Lines told one by one; further ones are counted. */
  static final int MOST_TOLD = 5;

  private static final Pattern DIRECTIVE = Pattern.compile("#(SBATCH|PBS|BSUB|COBALT|\\$)\\s+(.*)");
  private static final Pattern LONG_OPTION = Pattern.compile("--([a-z][a-z-]{0,40})([=\\s].*)?");
  private static final Pattern SHORT_OPTION = Pattern.compile("-([A-Za-z])(.*)");

  /** What the options of sbatch that have a field here are called in a request. */
  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("job-name", "name"),
          Map.entry("J", "name"),
          Map.entry("partition", "partition"),
          Map.entry("p", "partition"),
          Map.entry("account", "project"),
          Map.entry("A", "project"),
          Map.entry("nodes", "nodes"),
          Map.entry("N", "nodes"),
          Map.entry("ntasks", "tasks"),
          Map.entry("n", "tasks"),
          Map.entry("cpus-per-task", "cpusPerTask"),
          Map.entry("c", "cpusPerTask"),
          Map.entry("mem", "memBytes"),
          Map.entry("gres", "gres"),
          Map.entry("time", "limitMs"),
          Map.entry("t", "limitMs"),
          Map.entry("chdir", "workDir"),
          Map.entry("D", "workDir"),
          Map.entry("export", "environment"),
          Map.entry("output", "stdoutPath"),
          Map.entry("o", "stdoutPath"),
          Map.entry("error", "stderrPath"),
          Map.entry("e", "stderrPath"),
          Map.entry("hold", "hold"),
          Map.entry("H", "hold"),
          Map.entry("begin", "beginMs"),
          Map.entry("b", "beginMs"),
          Map.entry("deadline", "deadlineMs"),
          Map.entry("nice", "nice"),
          Map.entry("dependency", "dependency"),
          Map.entry("d", "dependency"),
          Map.entry("qos", "qos"),
          Map.entry("q", "qos"),
          Map.entry("kill-on-invalid-dep", "killOnInvalidDependency"),
          Map.entry("no-requeue", "requeue"),
          Map.entry("requeue", "requeue"),
          Map.entry("signal", "signal"));

  private ScriptDirectives() {}

  /** One plain ASCII sentence for each such line, in their order; empty when there is none. */
  static List<String> warnings(byte[] script) {
    List<String> told = new ArrayList<>();
    int found = 0;
    int number = 0;
    for (int from = 0; from < script.length; ) {
      int to = from;
      while (to < script.length && script[to] != '\n') {
        to++;
      }
      number++;
      if (mayBeDirective(script, from, to)) {
        String line =
            new String(script, from, Math.min(to - from, 256), StandardCharsets.ISO_8859_1);
        Matcher directive = DIRECTIVE.matcher(line);
        if (directive.matches() && ++found <= MOST_TOLD) {
          told.add(told(number, directive.group(1), directive.group(2).strip()));
        }
      }
      from = to + 1;
    }
    if (found > MOST_TOLD) {
      told.add((found - MOST_TOLD) + " more such lines change nothing");
    }
    return List.copyOf(told);
  }

  private static boolean mayBeDirective(byte[] script, int from, int to) {
    return to - from > 3
        && script[from] == '#'
        && (script[from + 1] == '$' || (script[from + 1] >= 'A' && script[from + 1] <= 'Z'));
  }

  private static String told(int line, String kind, String options) {
    String option = null;
    String field = null;
    Matcher name = LONG_OPTION.matcher(options);
    Matcher letter = SHORT_OPTION.matcher(options);
    if (name.matches()) {
      option = "--" + name.group(1);
      field = kind.equals("SBATCH") ? FIELDS.get(name.group(1)) : null;
    } else if (letter.matches()) {
      option = "-" + letter.group(1);
      field = kind.equals("SBATCH") ? FIELDS.get(letter.group(1)) : null;
    }
    return "line "
        + line
        + ": #"
        + kind
        + (option == null ? "" : " " + option)
        + " is a comment here and changes nothing"
        + (field == null ? "" : ": ask for it by " + field);
  }
}
