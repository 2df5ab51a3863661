package org.queqiao.server.slurm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Jobs of every kind of end: of two users, alone and in arrays. */
public final class MixedJobs {
  private static final String[] NO_OPTIONS = {};

  /** Cores of the job that begins first. */
  public static final int BEGUN_CORES = 2;

  private final SlurmSite site;
  private final Random random;
  private long timedOut;
  private long lasting;

  public MixedJobs(SlurmSite site, long seed) {
    this.site = site;
    this.random = new Random(seed);
  }

  /** Submits the one that runs into its limit, and waits for it. */
  public void begin() throws IOException {
    timedOut = site.submit("sleep 300", "-n" + BEGUN_CORES, "-t1", "-Apolar");
    awaitRunning(timedOut);
  }

  /**
   * Submits so many, counting tasks and the one that began, and does to them what is to be done;
   * one lasts until it is ended.
   */
  public void play(int jobs) throws IOException {
    // Slurm counts limits in minutes, and looks every thirty seconds who is over his.
    site.command("scontrol", "update", "JobId=" + timedOut, "EndTime=now");
    lasting = site.submit("sleep 36000", "-n1", "-t600", "-Apolar");
    int left = jobs - 1;
    left -= special();
    List<Long> alive = new ArrayList<>();
    while (left > 0) {
      int kind = random.nextInt(10);
      if (kind == 0 && left >= 6) {
        site.submit("sleep $((SLURM_ARRAY_TASK_ID % 3))", options("--array=1-6%4"));
        left -= 6;
      } else {
        String script =
            switch (kind) {
              case 1 -> "exit 3";
              case 2 -> "kill -9 $$";
              case 3 -> "srun -N1 -n1 true; srun -N1 -n1 sleep 1";
              default -> "sleep " + random.nextInt(4);
            };
        alive.add(site.submit(script, options()));
        left--;
      }
      if (random.nextInt(8) == 0) {
        site.command("scancel", "" + alive.get(random.nextInt(alive.size())));
      }
    }
  }

  /** Ends the one that lasts. */
  public void end() throws IOException {
    site.command("scancel", "" + lasting);
  }

  private String[] options(String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    all.add("-n" + (1 + random.nextInt(6)));
    all.add("-t" + (1 + random.nextInt(5)));
    all.add(random.nextBoolean() ? "--uid=nobody" : "--account=polar");
    if (random.nextInt(4) == 0) {
      all.add("--exclusive");
    }
    return all.toArray(NO_OPTIONS);
  }

  /** One at least of each that takes more than a submission. */
  private int special() throws IOException {
    long stopped = site.submit("sleep 12", "-n3", "-t5", "--uid=nobody");
    long stoppedToItsEnd = site.submit("sleep 100", "-n2", "-t5", "-Apolar");
    long again = site.submit("sleep 8", "-n2", "-t5", "-Apolar", "--requeue");
    long cancelled = site.submit("sleep 100", "-n4", "-t5", "-Apolar");
    long never = site.submit("true", "-Apolar", "--hold");
    awaitRunning(stopped, stoppedToItsEnd, again, cancelled);
    pause(1_500);
    site.command("scontrol", "suspend", "" + stopped);
    site.command("scontrol", "suspend", "" + stoppedToItsEnd);
    pause(2_500);
    site.command("scontrol", "requeue", "" + again);
    site.command("scontrol", "resume", "" + stopped);
    site.command("scancel", "" + cancelled);
    site.command("scancel", "" + never);
    pause(2_000);
    // Slurm would wait two minutes.
    site.command("scontrol", "update", "JobId=" + again, "StartTime=now");
    site.command("scontrol", "suspend", "" + stopped);
    pause(1_500);
    site.command("scontrol", "resume", "" + stopped);
    site.command("scancel", "" + stoppedToItsEnd);
    return 7;
  }

  private void awaitRunning(long... jobs) throws IOException {
    for (long each : jobs) {
      site.await(
          "start of job " + each,
          () -> site.command("squeue", "-h", "-j", "" + each, "-o", "%T").startsWith("RUNNING"));
    }
  }

  private static void pause(long ms) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
  }
}
