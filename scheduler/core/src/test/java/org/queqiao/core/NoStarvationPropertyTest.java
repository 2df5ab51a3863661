package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.script;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/**
 * Nobody starves on the live machine under the policy of a site that has not chosen one: a job that
 * needs the whole machine starts within a bound, while small jobs that would always fit keep coming
 * as fast as the machine can run them, or faster.
 *
 * <pre>
 *   bound   = what its size puts it back by, after which whoever comes is behind it
 *           + the declared limits of all that runs or waits by then, on all cores
 *           + one limit of a small job until the last of them is gone
 *           + the hour by which a promise on declared limits may be late
 * </pre>
 */
final class NoStarvationPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(8, 200);

  /** For so long small jobs come: longer than any of the bounds. */
  private static final int MINUTES = 3_000;

  private static final long MINUTE_MS = 60_000;
  private static final int SHORTEST_MIN = 5;
  private static final int LONGEST_MIN = 30;
  private static final int PUT_BACK_HOURS = 2;

  private int passed;

  @Test
  void aJobThatNeedsTheWholeMachineStartsWithinABoundWhateverSmallOnesKeepComing() {
    SeededProperty.holds(SEEDS, Streams::new);
    assertThat(passed).as("small jobs that went before it, though they came later").isPositive();
  }

  /**
   * A small job.
   *
   * @param minute at which it comes, from 0
   * @param runMs how long it runs
   */
  private record Small(int minute, long runMs) {}

  private final class Streams implements SeededProperty.Case<Small> {
    private final int cores;
    private final List<Small> small = new ArrayList<>();

    private Streams(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      cores = random.nextInt(4, 13);
      double load = 1 + random.nextInt(3) / 10.0;
      double perMinute = load * cores / ((SHORTEST_MIN + LONGEST_MIN) / 2.0);
      for (int minute = 0; minute < MINUTES; minute++) {
        int coming = (int) perMinute + (random.nextDouble() < perMinute % 1 ? 1 : 0);
        for (int i = 0; i < coming; i++) {
          small.add(new Small(minute, random.nextLong(SHORTEST_MIN, LONGEST_MIN) * MINUTE_MS));
        }
      }
    }

    @Override
    public List<Small> moves() {
      return small;
    }

    @Override
    public void plays(List<Small> some, Consumer<String> says) {
      passed += new Stream(cores, some).run();
    }

    @Override
    public String about() {
      return cores + " cores";
    }
  }

  private static final class Stream {
    private final SchedulerStory story = SchedulerStory.site().withoutChecks();
    private final int cores;
    private final ArrayDeque<Small> coming;
    private final TreeMap<JobId, Long> runs = new TreeMap<>();
    private final TreeMap<Long, JobId> ends = new TreeMap<>();
    private int minute;
    private JobId wide;

    private Stream(int cores, List<Small> coming) {
      this.cores = cores;
      this.coming = new ArrayDeque<>(coming);
      story.node("n1", cores);
    }

    /** Says how many small jobs that came later started before it. */
    private int run() {
      while (minute < 60) {
        minute();
      }
      wide = story.submits("wangfang", script().cpusPerTask(cores).limitMs(HOUR_MS));
      long submittedMs = story.nowMs;
      long putBackMs = putBackMs();
      long boundMs = Long.MAX_VALUE;
      while (story.state(wide) == JobState.PENDING) {
        minute();
        if (boundMs == Long.MAX_VALUE && story.nowMs >= submittedMs + putBackMs) {
          boundMs =
              story.nowMs + declaredMs() / cores + LONGEST_MIN * MINUTE_MS + HOUR_MS + MINUTE_MS;
        }
        assertThat(story.nowMs).as("until when %s waits", wide).isLessThanOrEqualTo(boundMs);
      }
      return (int)
          runs.keySet().stream()
              .filter(job -> job.value() > wide.value())
              .filter(job -> story.machine.state().job(job).map(this::started).orElse(true))
              .count();
    }

    private boolean started(ClusterImage.JobImage job) {
      return job.state() != JobState.PENDING;
    }

    /** By how much its place is behind that of the smallest job that comes at the same time. */
    private long putBackMs() {
      double ratio = (double) cores * HOUR_MS / (SHORTEST_MIN * MINUTE_MS);
      return (long) Math.ceil(Math.log(ratio) / Math.log(2) + 1) * PUT_BACK_HOURS * HOUR_MS;
    }

    /** Core time by declared limits of all small jobs that wait or run. */
    private long declaredMs() {
      long sum = 0;
      for (ClusterImage.JobImage job : story.machine.image().jobs()) {
        boolean live = job.state() == JobState.PENDING || job.state() == JobState.RUNNING;
        sum += live && !job.id().equals(wide) ? job.spec().limitMs() : 0;
      }
      return sum;
    }

    private void minute() {
      story.after(MINUTE_MS);
      while (!ends.isEmpty() && ends.firstKey() <= story.nowMs) {
        story.exits(ends.pollFirstEntry().getValue(), 0);
      }
      for (; !coming.isEmpty() && coming.peek().minute() <= minute; coming.poll()) {
        JobId job = story.submits("liwei", script().limitMs(LONGEST_MIN * MINUTE_MS));
        runs.put(job, coming.peek().runMs());
      }
      minute++;
      story.ticks();
      int before = story.log.size();
      story.plans();
      for (int i = before; i < story.log.size(); i++) {
        if (story.log.get(i).event() instanceof JobAllocated e && runs.containsKey(e.run().job())) {
          expect(e.run().job());
        }
      }
    }

    private void expect(JobId job) {
      long endMs = story.nowMs + runs.get(job);
      while (ends.containsKey(endMs)) {
        endMs--;
      }
      ends.put(endMs, job);
    }
  }
}
