package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.DependencyRule;

/**
 * Reads dependencies as Slurm writes them: {@code KIND:JOB[_TASK][+MINUTES][:JOB...]} or {@code
 * singleton}, joined by commas when all must hold and by question marks when one is enough.
 */
final class DependencyText {
  static final int MAX_PARTS = 256;
  private static final int MAX_CHARACTERS = 8192;
  private static final long MINUTE_MS = 60_000;

  /** A year: no job waits longer after the start of another. */
  private static final long MAX_MINUTES = 525_600;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
  private static final Pattern TASK = Pattern.compile("([0-9]{1,18})_([0-9]{1,9})");

  private final List<Dependency> parts = new ArrayList<>();
  private String problem;

  private DependencyText() {}

  /**
   * What was read.
   *
   * @param rule the conditions, or null when the text is wrong
   * @param problem what is wrong, or null
   */
  record Read(DependencyRule rule, String problem) {}

  static Read read(String text) {
    if (text.length() > MAX_CHARACTERS) {
      return wrong("has more than " + MAX_CHARACTERS + " characters");
    }
    boolean any = text.indexOf('?') >= 0;
    if (any && text.indexOf(',') >= 0) {
      return wrong("mixes , (all) and ? (any): use one of them");
    }
    DependencyText reader = new DependencyText();
    for (String each : text.split(any ? "[?]" : ",", -1)) {
      reader.condition(each.strip());
      if (reader.problem != null) {
        return wrong(reader.problem);
      }
    }
    return new Read(new DependencyRule(any, reader.parts), null);
  }

  private static Read wrong(String problem) {
    return new Read(null, problem);
  }

  private void condition(String text) {
    String[] words = text.split(":", -1);
    Dependency.Kind kind = kind(words[0]);
    if (kind == null) {
      problem =
          "begins a condition with \""
              + words[0]
              + "\": it is after, afterany, afterok, afternotok, aftercorr or singleton";
      return;
    }
    if (kind == Dependency.Kind.SINGLETON) {
      if (words.length > 1) {
        problem = "names a job after singleton, which stands alone";
      } else {
        add(new Dependency(kind, null, 0));
      }
      return;
    }
    if (words.length == 1) {
      problem = "names no job after " + words[0] + ": write " + words[0] + ":JOB";
    }
    for (int i = 1; i < words.length && problem == null; i++) {
      job(kind, words[i]);
    }
  }

  private void job(Dependency.Kind kind, String text) {
    int plus = text.indexOf('+');
    String number = plus < 0 ? text : text.substring(0, plus);
    Matcher ofArray = TASK.matcher(number);
    Integer task = null;
    if (ofArray.matches()) {
      number = ofArray.group(1);
      task = Integer.valueOf(ofArray.group(2));
      if (kind == Dependency.Kind.AFTER_CORRESPONDING) {
        problem =
            "names task "
                + task
                + " after aftercorr, by which each task waits for the one with its own index: write"
                + " aftercorr:"
                + number
                + " for that, afterok:"
                + number
                + "_"
                + task
                + " for one task";
        return;
      }
    }
    if (!NUMBER.matcher(number).matches() || Long.parseLong(number) == 0) {
      problem = "names \"" + number + "\", which is no number of a job";
      return;
    }
    long minutes = 0;
    if (plus >= 0) {
      String offset = text.substring(plus + 1);
      if (kind != Dependency.Kind.AFTER) {
        problem = "gives " + kind.slurmWord() + " a time: only after takes one (after:JOB+MINUTES)";
        return;
      }
      if (!NUMBER.matcher(offset).matches() || Long.parseLong(offset) > MAX_MINUTES) {
        problem = "has the time +" + offset + ": it is in minutes, at most " + MAX_MINUTES;
        return;
      }
      minutes = Long.parseLong(offset);
    }
    add(new Dependency(kind, new JobId(Long.parseLong(number)), task, minutes * MINUTE_MS));
  }

  private void add(Dependency part) {
    if (parts.size() == MAX_PARTS) {
      problem = "has more than " + MAX_PARTS + " conditions";
    } else if (parts.contains(part)) {
      problem = "says " + part + " twice";
    } else {
      parts.add(part);
    }
  }

  private static Dependency.Kind kind(String word) {
    for (Dependency.Kind each : Dependency.Kind.values()) {
      if (each.slurmWord().equals(word)) {
        return each;
      }
    }
    return null;
  }
}
