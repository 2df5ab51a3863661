package org.queqiao.accounting.imports;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.accounting.imports.RunFile.BadLine;
import org.queqiao.accounting.imports.RunFile.NotRuns;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.RunResources;
import org.queqiao.contract.observe.SlurmTres;
import org.queqiao.contract.observe.SlurmWord;

/**
 * What {@code sacct -P} prints, with the names of its columns in the first line, in any order.
 * Lines of steps are passed over. Where {@code ElapsedRaw} and {@code CPUTimeRAW} are printed they
 * must agree with the times and cores, or the line is put aside.
 *
 * <p>Memory and devices are those of {@code AllocTRES}, or where it is not printed of {@code
 * ReqTRES}; without both columns a run is billed for its cores alone, and a warning says so.
 *
 * <p>Slurm prints how long a run was suspended and not when: that time is taken from its end.
 */
public final class SacctFile {
  /** The columns without which nothing can be said. */
  public static final List<String> NEEDED =
      List.of(
          "JobIDRaw",
          "User",
          "Account",
          "Partition",
          "State",
          "Submit",
          "Start",
          "End",
          "AllocCPUS");

  private static final String ALLOCATED = "AllocTRES";
  private static final String REQUESTED = "ReqTRES";
  private static final String QOS = "QOS";
  private static final int NOBODY = 65_534;
  private static final Pattern TASK = Pattern.compile("[0-9]+_([0-9]+)");
  private static final Pattern EXIT = Pattern.compile("([0-9]{1,3}):([0-9]{1,3})");
  private static final Pattern DURATION =
      Pattern.compile("(?:(?:([0-9]{1,6})-)?([0-9]{1,6}):)?([0-9]{1,6}):([0-9]{2})(?:\\.[0-9]+)?");

  private final RunOrigin origin;
  private final List<String> columns;
  private final Map<String, Integer> at = new HashMap<>();

  private SacctFile(RunOrigin origin, List<String> columns) {
    this.origin = origin;
    this.columns = columns;
    for (String column : columns) {
      at.put(column, at.size());
    }
  }

  /**
   * Reads a dump.
   *
   * @throws NotRuns when it is not UTF-8, has too many lines, or lacks a needed column
   */
  public static RunFile read(byte[] content, RunOrigin origin) throws NotRuns {
    List<String> lines = RunFile.lines(content);
    SacctFile file = new SacctFile(origin, lines.isEmpty() ? List.of() : cells(lines.getFirst()));
    List<String> missing = new ArrayList<>(NEEDED);
    missing.removeAll(file.columns);
    if (!missing.isEmpty()) {
      throw new NotRuns(
          "the first line must name the columns, as sacct -P prints them; missing: "
              + String.join(", ", missing));
    }
    if (file.at.size() < file.columns.size()) {
      throw new NotRuns("a column is named twice in the first line");
    }
    RunFile.Collector collector = new RunFile.Collector(origin.shift());
    for (int i = 1; i < lines.size(); i++) {
      file.take(i + 1, lines.get(i), collector);
    }
    return collector.file(file.warnings());
  }

  /** Cells of a line; {@code sacct -p} prints a separator behind the last one too. */
  private static List<String> cells(String line) {
    String trimmed = line.endsWith("|") ? line.substring(0, line.length() - 1) : line;
    return List.of(trimmed.split("\\|", -1));
  }

  private void take(int number, String text, RunFile.Collector collector) {
    try {
      List<String> cells = List.of(text.split("\\|", -1));
      if (cells.size() == columns.size() + 1 && cells.getLast().isEmpty()) {
        cells = cells.subList(0, columns.size());
      }
      if (cells.size() != columns.size()) {
        throw new BadLine(
            "it has "
                + cells.size()
                + " cells and not "
                + columns.size()
                + "; a name with a | in it makes more");
      }
      if (cell(cells, "JobIDRaw").indexOf('.') >= 0) {
        collector.passOver();
      } else {
        collector.add(new RunLine(number, run(cells)));
      }
    } catch (BadLine e) {
      collector.putAside(number, e.getMessage());
    } catch (ArithmeticException e) {
      collector.putAside(number, "a number is too large");
    } catch (IllegalArgumentException e) {
      collector.putAside(number, e.getMessage());
    }
  }

  private ObservedRun run(List<String> cells) throws BadLine {
    String word = cell(cells, "State").split(" ", 2)[0];
    JobState state =
        SlurmWord.end(word)
            .orElseThrow(() -> new BadLine("state " + word + " is not one of a run that is over"));
    long submitMs = instantMs(cells, "Submit");
    long endMs = instantMs(cells, "End");
    boolean started = !isUnknown(cell(cells, "Start"));
    long startMs = started ? instantMs(cells, "Start") : endMs;
    long cores = started ? number(cells, "AllocCPUS") : 0;
    long stoppedMs = started ? durationS(cells, "Suspended", 0) * 1_000 : 0;
    if (startMs > endMs || submitMs > endMs || stoppedMs > endMs - startMs) {
      throw new BadLine("its times are not in order: submitted, started, suspended, ended");
    }
    if (endMs > origin.nowMs()) {
      throw new BadLine("it ends after now");
    }
    long ranS = (endMs - startMs - stoppedMs) / 1_000;
    agrees(cells, "ElapsedRaw", ranS);
    agrees(cells, "CPUTimeRAW", Math.multiplyExact(cores, ranS));
    Matcher exit = EXIT.matcher(cell(cells, "ExitCode"));
    boolean exited = exit.matches();
    Matcher task = TASK.matcher(cell(cells, "JobID"));
    SlurmTres had = tres(cells);
    return new ObservedRun(
        new ExternalRun(origin.cluster(), number(cells, "JobIDRaw"), submitMs),
        task.matches() ? task.group(1) : "",
        cell(cells, "JobName"),
        new UserName(present(cells, "User")),
        cell(cells, "UID").isEmpty() ? NOBODY : Math.toIntExact(number(cells, "UID")),
        account(cells),
        PartitionName.elsewhere(origin.cluster(), present(cells, "Partition")),
        state,
        word,
        exited ? Integer.parseInt(exit.group(1)) : 0,
        exited ? Integer.parseInt(exit.group(2)) : 0,
        startMs,
        endMs,
        stoppedMs > 0 ? List.of(endMs - stoppedMs, endMs) : List.of(),
        cores,
        had.memBytes(),
        durationS(cells, "Timelimit", 0) * 1_000,
        started ? cell(cells, "NodeList") : "",
        List.of(),
        RunResources.ofSlurm(cell(cells, QOS), started ? had.gres() : Map.of()));
  }

  private ProjectName account(List<String> cells) throws BadLine {
    String account = cell(cells, "Account");
    if (!account.isEmpty()) {
      return new ProjectName(account);
    }
    if (origin.project() == null) {
      throw new BadLine("it has no account; say by project= who has such runs");
    }
    return origin.project();
  }

  /** The text of a column, or nothing when it is not printed. */
  private String cell(List<String> cells, String column) {
    Integer place = at.get(column);
    return place == null ? "" : cells.get(place);
  }

  private String present(List<String> cells, String column) throws BadLine {
    String text = cell(cells, column);
    if (text.isEmpty()) {
      throw new BadLine("it has no " + column);
    }
    return text;
  }

  private long number(List<String> cells, String column) throws BadLine {
    String text = present(cells, column);
    if (text.length() > 18 || !text.chars().allMatch(each -> each >= '0' && each <= '9')) {
      throw new BadLine(column + " is no number: " + text);
    }
    return Long.parseLong(text);
  }

  private void agrees(List<String> cells, String column, long computed) throws BadLine {
    if (!cell(cells, column).isEmpty() && number(cells, column) != computed) {
      throw new BadLine(
          column
              + " is "
              + cell(cells, column)
              + ", but times, suspension and cores give "
              + computed);
    }
  }

  private static boolean isUnknown(String time) {
    return time.isEmpty() || time.equals("Unknown") || time.equals("None");
  }

  private long instantMs(List<String> cells, String column) throws BadLine {
    String text = present(cells, column);
    if (isUnknown(text)) {
      throw new BadLine("it has no " + column + ": is it over?");
    }
    LocalDateTime local;
    try {
      local = LocalDateTime.parse(text);
    } catch (DateTimeException e) {
      throw new BadLine(column + " is no time such as 2026-11-27T08:00:00: " + text);
    }
    List<ZoneOffset> offsets = origin.zone().getRules().getValidOffsets(local);
    if (offsets.size() != 1) {
      throw new BadLine(
          column
              + " "
              + text
              + (offsets.isEmpty() ? " is left out" : " comes twice")
              + " in "
              + origin.zone()
              + ", where clocks are changed");
    }
    return local.toInstant(offsets.getFirst()).toEpochMilli();
  }

  /** Such as {@code 1-02:03:04}, {@code 02:03:04} and {@code 03:04}; no limit gives the other. */
  private long durationS(List<String> cells, String column, long otherwise) throws BadLine {
    String text = cell(cells, column);
    if (text.isEmpty() || text.equals("UNLIMITED") || text.equals("Partition_Limit")) {
      return otherwise;
    }
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      throw new BadLine(column + " is no time such as 1-02:03:04: " + text);
    }
    return ((part(parts, 1) * 24 + part(parts, 2)) * 60 + part(parts, 3)) * 60 + part(parts, 4);
  }

  private static long part(Matcher parts, int group) {
    return parts.group(group) == null ? 0 : Long.parseLong(parts.group(group));
  }

  /** What it had, or where that is not printed what it asked for. */
  private SlurmTres tres(List<String> cells) {
    return new SlurmTres(cell(cells, at.containsKey(ALLOCATED) ? ALLOCATED : REQUESTED));
  }

  private boolean hasResources() {
    return at.containsKey(ALLOCATED) || at.containsKey(REQUESTED);
  }

  private List<String> warnings() {
    List<String> all = new ArrayList<>();
    if (!hasResources()) {
      all.add("no AllocTRES column: cores alone");
    } else if (!at.containsKey(ALLOCATED)) {
      all.add("no AllocTRES column: memory and devices are those of ReqTRES");
    }
    if (!at.containsKey(QOS)) {
      all.add("no QOS column: no run has a quality of service");
    }
    return all;
  }
}
