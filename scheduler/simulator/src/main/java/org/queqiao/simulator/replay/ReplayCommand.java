package org.queqiao.simulator.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.core.plan.PlanPolicy;
import org.queqiao.simulator.swf.BadLog;
import org.queqiao.simulator.swf.SwfLog;
import org.queqiao.simulator.swf.SwfReader;

/** The command {@code queqiao simulate --trace}: a workload log through the planning engine. */
public final class ReplayCommand {
  /** How it is used. */
  public static final String HELP =
      """
             queqiao simulate --trace FILE.swf[.gz] --policy NAME | --compare NAME,NAME,...
                [--procs N] [--reservations N] [--estimates requested|exact|avg2|learnt] [--correction requested|tsafrir]
                [--passes batch|event] [--start-times OUT] [--json OUT] [--page OUT.html]
      """;

  private static final int USAGE = 2;

  private ReplayCommand() {}

  /** Whether the words are those of a replay. */
  public static boolean isMeant(List<String> arguments) {
    return arguments.contains("--trace");
  }

  /** Runs and gives the exit code. */
  public static int run(List<String> arguments) {
    try {
      ReplayOptions options = ReplayOptions.parse(arguments);
      ReplayJobs jobs = jobs(options);
      if (options.compare()) {
        compare(options, jobs);
      } else {
        one(options, jobs);
      }
      return 0;
    } catch (BadCommand | BadLog wrong) {
      System.err.println("queqiao simulate: " + wrong.getMessage());
    } catch (IOException failed) {
      System.err.println("queqiao simulate: cannot write " + failed.getMessage());
    }
    return USAGE;
  }

  private static ReplayJobs jobs(ReplayOptions options) throws BadLog, BadCommand {
    SwfLog log = SwfReader.read(options.trace());
    long procs = options.procs() > 0 ? options.procs() : log.maxProcs();
    if (procs <= 0) {
      throw new BadCommand(
          options.trace() + " does not state its MaxProcs: say --procs, the size of the machine");
    }
    ReplayJobs jobs = ReplayJobs.of(log, procs);
    if (jobs.count() == 0) {
      throw new BadCommand(
          options.trace()
              + " has "
              + log.size()
              + " jobs, but none that ran, stated a time and fits "
              + procs
              + " processors");
    }
    return jobs;
  }

  private static void one(ReplayOptions options, ReplayJobs jobs) throws IOException {
    ReplayResult result = Replay.run(jobs, options.settings(options.policies().getFirst()));
    System.out.print(ReplayReport.text(result));
    if (options.json() != null) {
      Files.writeString(options.json(), ReplayReport.json(result));
    }
    if (options.startTimes() != null) {
      StartTimes.write(result, options.startTimes());
    }
  }

  private static void compare(ReplayOptions options, ReplayJobs jobs) throws IOException {
    List<ComparisonPage.Curve> curves = new ArrayList<>();
    if (jobs.leftOut().all() > 0) {
      System.out.println("left out of the log: " + jobs.leftOut().text());
    }
    System.out.print(ReplayReport.tableHead());
    for (PlanPolicy policy : options.policies()) {
      ReplayResult result = Replay.run(jobs, options.settings(policy));
      System.out.print(ReplayReport.tableLine(policy.policyName(), result));
      curves.add(new ComparisonPage.Curve(policy.policyName(), result));
    }
    if (options.json() != null) {
      Files.writeString(options.json(), ReplayReport.json(curves));
    }
    Path name = options.trace().getFileName();
    Files.writeString(options.page(), ComparisonPage.html(String.valueOf(name), curves));
    System.out.println("curves: " + options.page());
  }
}
