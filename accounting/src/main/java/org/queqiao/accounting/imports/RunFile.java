package org.queqiao.accounting.imports;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.observe.ExternalRun;

/**
 * What a file of runs says. Each of its lines is in one of the four: a run, put aside with a
 * reason, the same as an earlier line, or none of a run. Nothing is guessed.
 *
 * @param runs in the order of the file, each run once
 * @param quarantined by their lines
 * @param repeated lines that say again exactly what an earlier one said
 * @param passedOver lines that are of no run, such as those of steps and comments
 * @param warnings what the file as a whole does not say, and what that means
 */
public record RunFile(
    List<RunLine> runs,
    List<Quarantined> quarantined,
    int repeated,
    int passedOver,
    List<String> warnings) {
  /** The most lines of a file. */
  public static final int MOST_LINES = 50_000;

  public RunFile {
    runs = List.copyOf(runs);
    quarantined = List.copyOf(quarantined);
    warnings = List.copyOf(warnings);
  }

  /** A file as a whole that is none of runs of this kind. */
  public static final class NotRuns extends Exception {
    private static final long serialVersionUID = 1;

    NotRuns(String message) {
      super(message);
    }
  }

  /** A line that is not as it must be. */
  static final class BadLine extends Exception {
    private static final long serialVersionUID = 1;

    BadLine(String message) {
      super(message);
    }
  }

  /** The lines of a file, without their ends and without an empty last one. */
  static List<String> lines(byte[] content) throws NotRuns {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new NotRuns("the file is not UTF-8");
    }
    List<String> lines = text.lines().toList();
    if (lines.size() > MOST_LINES) {
      throw new NotRuns(
          "the file has " + lines.size() + " lines: at most " + MOST_LINES + " at a time");
    }
    return lines;
  }

  /** Collects what becomes of the lines. */
  static final class Collector {
    private final Map<ExternalRun, RunLine> known = new TreeMap<>();
    private final List<RunLine> runs = new ArrayList<>();
    private final List<Quarantined> quarantined = new ArrayList<>();
    private final int shift;
    private int repeated;
    private int passedOver;

    /** Lines get numbers that are higher by so much than their places in the content. */
    Collector(int shift) {
      this.shift = shift;
    }

    void passOver() {
      passedOver++;
    }

    void putAside(int line, String reason) {
      quarantined.add(new Quarantined(line + shift, reason));
    }

    void add(RunLine unshifted) {
      RunLine line = new RunLine(unshifted.line() + shift, unshifted.run());
      RunLine before = known.putIfAbsent(line.run().id(), line);
      if (before == null) {
        runs.add(line);
      } else if (before.run().equals(line.run())) {
        repeated++;
      } else {
        quarantined.add(
            new Quarantined(
                line.line(), "line " + before.line() + " says otherwise of the same run"));
      }
    }

    RunFile file(List<String> warnings) {
      quarantined.sort(Comparator.comparingInt(Quarantined::line));
      return new RunFile(runs, quarantined, repeated, passedOver, warnings);
    }
  }
}
