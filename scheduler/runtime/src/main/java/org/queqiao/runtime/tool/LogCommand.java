package org.queqiao.runtime.tool;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.queqiao.contract.id.JobId;
import org.queqiao.eventlog.tool.LogTool;
import org.queqiao.eventlog.tool.OfflineLog;
import org.queqiao.runtime.recovery.RecoveryException;

/** The command {@code queqiao log}: reads a log without changing it, also while it is written. */
public final class LogCommand {
  /** Folder of the log inside the data folder. */
  public static final String LOG_FOLDER = "log";

  private static final int USAGE = 2;
  private static final String HELP =
      """
      usage: queqiao log describe|dump|verify|replay --data FOLDER [--from POSITION] [--until POSITION]
             queqiao log explain --data FOLDER --job NUMBER --at MS
        describe  segments, positions, epochs with their writers, snapshots
        dump      the facts, a line of JSON each, without scripts and environments
        verify    checks every byte and names the file and offset of what is damaged
        replay    rebuilds the state at a position and prints its digest
        explain   the same at a time in epoch milliseconds, and why the job waited then
      exit code: 0 the log is whole, 1 it is not, 2 the command is wrong\
      """;

  private LogCommand() {}

  /** Runs and exits. */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.out, System.err));
  }

  /**
   * Runs the command.
   *
   * @return the exit code
   */
  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    ArrayDeque<String> words = new ArrayDeque<>(arguments);
    String action = words.isEmpty() ? "" : words.poll();
    Path data = null;
    long from = 1;
    long until = Long.MAX_VALUE;
    long job = 0;
    long atMs = 0;
    try {
      while (!words.isEmpty()) {
        String option = words.poll();
        String value = words.isEmpty() ? "" : words.poll();
        switch (option) {
          case "--data" -> data = Path.of(value);
          case "--from" -> from = position(option, value);
          case "--until" -> until = position(option, value);
          case "--job" -> job = number(option, "number", value);
          case "--at" -> atMs = number(option, "time in milliseconds", value);
          default -> throw new IllegalArgumentException("there is no option " + option);
        }
      }
      if (data == null || !Files.isDirectory(data.resolve(LOG_FOLDER))) {
        throw new IllegalArgumentException("there is no log in data folder " + data);
      }
      OfflineLog log = OfflineLog.in(data.resolve(LOG_FOLDER));
      if (action.equals("explain")) {
        if (job == 0 || atMs == 0) {
          throw new IllegalArgumentException("explain takes --job NUMBER and --at MS");
        }
        return explain(log, new JobId(job), atMs, out) ? 0 : 1;
      }
      return run(action, log, from, until, out) ? 0 : 1;
    } catch (IllegalArgumentException wrong) {
      err.println("queqiao log: " + wrong.getMessage());
      err.println(HELP);
      return USAGE;
    } catch (IOException | RecoveryException failure) {
      err.println("queqiao log: " + failure.getMessage());
      return 1;
    }
  }

  private static boolean run(String action, OfflineLog log, long from, long until, PrintStream out)
      throws IOException {
    switch (action) {
      case "describe" -> {
        return LogTool.describe(log, out);
      }
      case "dump" -> {
        return LogTool.dump(log, from, until, EventLines::render, out);
      }
      case "verify" -> {
        return LogTool.verify(log, out);
      }
      case "replay" -> {
        MachineReplay replay = new MachineReplay();
        boolean whole = LogTool.replay(log, until, replay, out);
        replay.summary(out);
        return whole;
      }
      default -> throw new IllegalArgumentException("there is no action '" + action + "'");
    }
  }

  private static boolean explain(OfflineLog log, JobId job, long atMs, PrintStream out)
      throws IOException {
    MachineReplay replay = new MachineReplay();
    boolean whole = LogTool.replay(log, LogTool.positionAt(log, atMs), replay, out);
    return replay.explain(job, atMs, out) && whole;
  }

  private static long position(String option, String value) {
    return number(option, "position", value);
  }

  private static long number(String option, String what, String value) {
    try {
      long number = Long.parseLong(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // told below, with everything else that is none
    }
    throw new IllegalArgumentException(
        option + " takes a " + what + " from 1, not '" + value + "'");
  }
}
