package org.queqiao.accounting.imports;

import java.math.BigDecimal;
import java.util.List;
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

/**
 * A log in the Standard Workload Format: 18 numbers a line, comments behind {@code ;}. Users are
 * {@code u} with their number, projects {@code g} with the number of the group, partitions {@code
 * p} with that of the partition or {@code q} with that of the queue. Parts of a checkpointed job
 * (status 2, 3 and 4) are passed over: the job has a line of its own.
 *
 * @see <a href="https://www.cs.huji.ac.il/labs/parallel/workload/swf.html">The format</a>
 */
public final class SwfFile {
  private static final int FIELDS = 18;
  private static final int SUBMIT = 1;
  private static final int WAIT = 2;
  private static final int RUN = 3;
  private static final int CORES = 4;
  private static final int MEMORY_KB = 6;
  private static final int LIMIT = 8;
  private static final int STATUS = 10;
  private static final int USER = 11;
  private static final int GROUP = 12;
  private static final int QUEUE = 14;
  private static final int PARTITION = 15;
  private static final long KIB = 1_024;
  private static final Pattern BEGIN = Pattern.compile(";\\s*UnixStartTime:\\s*([0-9]{1,12})\\s*");

  private final RunOrigin origin;
  private final long beginMs;

  private SwfFile(RunOrigin origin, long beginMs) {
    this.origin = origin;
    this.beginMs = beginMs;
  }

  /**
   * Reads a log.
   *
   * @throws NotRuns when it is not UTF-8, has too many lines, or does not say when it begins
   */
  public static RunFile read(byte[] content, RunOrigin origin) throws NotRuns {
    List<String> lines = RunFile.lines(content);
    SwfFile file = new SwfFile(origin, beginMs(lines));
    RunFile.Collector collector = new RunFile.Collector(origin.shift());
    for (int i = 0; i < lines.size(); i++) {
      file.take(i + 1, lines.get(i).strip(), collector);
    }
    return collector.file(
        List.of("the format has no devices, no quality of service, no memory held: cores alone"));
  }

  private static long beginMs(List<String> lines) throws NotRuns {
    for (String line : lines) {
      Matcher begin = BEGIN.matcher(line);
      if (begin.matches()) {
        return Long.parseLong(begin.group(1)) * 1_000;
      }
    }
    throw new NotRuns("a comment must say when the log begins, such as ; UnixStartTime: 820454400");
  }

  private void take(int number, String text, RunFile.Collector collector) {
    if (text.isEmpty() || text.startsWith(";")) {
      collector.passOver();
      return;
    }
    try {
      String[] fields = text.split("\\s+");
      if (fields.length != FIELDS) {
        throw new BadLine("it has " + fields.length + " numbers and not " + FIELDS);
      }
      long status = whole(fields, STATUS);
      if (status >= 2 && status <= 4) {
        collector.passOver();
      } else {
        collector.add(new RunLine(number, run(fields, status)));
      }
    } catch (BadLine e) {
      collector.putAside(number, e.getMessage());
    } catch (ArithmeticException e) {
      collector.putAside(number, "a number is too large");
    } catch (IllegalArgumentException e) {
      collector.putAside(number, e.getMessage());
    }
  }

  private ObservedRun run(String[] fields, long status) throws BadLine {
    long submitMs = Math.addExact(beginMs, millis(fields, SUBMIT));
    long waitMs = millis(fields, WAIT);
    long ranMs = millis(fields, RUN);
    long cores = whole(fields, CORES);
    boolean started = ranMs > 0 && cores > 0;
    JobState state =
        switch ((int) status) {
          case 0 -> JobState.FAILED;
          case 5 -> JobState.CANCELLED;
          case 1, -1 -> JobState.COMPLETED;
          default -> throw new BadLine("status " + status + " is none of the format");
        };
    if (!started && status != 5) {
      throw new BadLine("it has no run time or no processors, and was not cancelled");
    }
    long startMs = Math.addExact(submitMs, Math.max(0, waitMs));
    long endMs = started ? Math.addExact(startMs, ranMs) : startMs;
    if (endMs > origin.nowMs()) {
      throw new BadLine("it ends after now");
    }
    long memoryKb = whole(fields, MEMORY_KB);
    long user = whole(fields, USER);
    if (user < 0) {
      throw new BadLine("it does not say whose it was");
    }
    return new ObservedRun(
        new ExternalRun(origin.cluster(), whole(fields, 0), submitMs),
        "",
        "",
        new UserName("u" + user),
        Math.toIntExact(user),
        project(whole(fields, GROUP)),
        partition(fields),
        state,
        "SWF status " + status,
        0,
        0,
        startMs,
        endMs,
        List.of(),
        started ? cores : 0,
        memoryKb > 0 && started ? Math.multiplyExact(Math.multiplyExact(memoryKb, KIB), cores) : 0,
        Math.max(0, millis(fields, LIMIT)),
        "",
        List.of());
  }

  private ProjectName project(long group) throws BadLine {
    if (group >= 0) {
      return new ProjectName("g" + group);
    }
    if (origin.project() == null) {
      throw new BadLine("it has no group; say by project= who has such runs");
    }
    return origin.project();
  }

  private PartitionName partition(String[] fields) throws BadLine {
    long partition = whole(fields, PARTITION);
    long queue = whole(fields, QUEUE);
    String name = partition >= 0 ? "p" + partition : "q" + Math.max(0, queue);
    return PartitionName.elsewhere(origin.cluster(), name);
  }

  private static BigDecimal number(String[] fields, int field) throws BadLine {
    try {
      if (fields[field].length() > 20) {
        throw new NumberFormatException();
      }
      return new BigDecimal(fields[field]);
    } catch (NumberFormatException e) {
      throw new BadLine("number " + (field + 1) + " is none: " + fields[field]);
    }
  }

  private static long whole(String[] fields, int field) throws BadLine {
    try {
      return number(fields, field).longValueExact();
    } catch (ArithmeticException e) {
      throw new BadLine("number " + (field + 1) + " is no whole number: " + fields[field]);
    }
  }

  /** Seconds of the format in milliseconds. */
  private static long millis(String[] fields, int field) throws BadLine {
    return number(fields, field).movePointRight(3).toBigInteger().longValueExact();
  }
}
