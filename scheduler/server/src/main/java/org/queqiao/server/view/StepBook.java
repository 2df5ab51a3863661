package org.queqiao.server.view;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.snapshot.StepImage;
import org.queqiao.contract.snapshot.StepsImage;

/**
 * The steps of jobs that readers may ask for: of each job the last ones, of the jobs those that
 * began a step last. What is older is in the log. Written by one thread, read by any.
 */
public final class StepBook {
  /** How many steps of a job are kept. */
  public static final int KEPT_OF_JOB = 1_000;

  private static final int KEPT_JOBS = 20_000;

  private final Map<Long, List<Step>> byJob =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<Step>> eldest) {
          return size() > KEPT_JOBS;
        }
      };

  /**
   * A step as readers see it.
   *
   * @param attempt of which run
   * @param number counts the steps of the run, from 0
   * @param tasks over all nodes
   * @param endMs 0 before its end
   * @param exitCode the highest of its tasks; null before its end, and when the run ended before it
   */
  public record Step(
      int attempt,
      int number,
      String name,
      int tasks,
      List<String> nodes,
      long startMs,
      long endMs,
      Integer exitCode) {
    private Step over(long atMs, Integer code) {
      return new Step(attempt, number, name, tasks, nodes, startMs, atMs, code);
    }
  }

  /** The last steps of a job, the oldest first. */
  public List<Step> of(long job) {
    synchronized (byJob) {
      return List.copyOf(byJob.getOrDefault(job, List.of()));
    }
  }

  /** What a snapshot says of the steps of a job. */
  void restore(StepsImage image) {
    List<Step> steps = new ArrayList<>();
    for (StepImage each : image.recent()) {
      steps.add(
          new Step(
              each.attempt(),
              each.number(),
              each.name(),
              each.tasks(),
              each.nodes().stream().map(Object::toString).toList(),
              each.startMs(),
              each.endMs(),
              each.exitCode()));
    }
    synchronized (byJob) {
      if (!steps.isEmpty()) {
        byJob.put(image.run().job().value(), steps);
      }
    }
  }

  /** A fact about steps. */
  void apply(LoggedEvent logged) {
    if (logged.event() instanceof StepStarted started) {
      started(started, logged.timeMs());
    } else if (logged.event() instanceof StepEnded ended) {
      ended(ended, logged.timeMs());
    }
  }

  private void started(StepStarted event, long nowMs) {
    Step step =
        new Step(
            event.run().attempt(),
            event.step(),
            event.name(),
            event.tasks(),
            event.nodes().stream().map(Object::toString).toList(),
            nowMs,
            0,
            null);
    synchronized (byJob) {
      List<Step> steps = byJob.computeIfAbsent(event.run().job().value(), _ -> new ArrayList<>());
      if (steps.size() == KEPT_OF_JOB) {
        steps.removeFirst();
      }
      steps.add(step);
    }
  }

  private void ended(StepEnded event, long nowMs) {
    synchronized (byJob) {
      List<Step> steps = byJob.get(event.run().job().value());
      if (steps != null) {
        steps.replaceAll(step ->
            step.attempt() == event.run().attempt() && step.number() == event.step()
                ? step.over(nowMs, event.exitCode())
                : step);
      }
    }
  }

  /** The run of a job is over, and with it its steps. */
  void runEnded(JobId job, long endMs) {
    synchronized (byJob) {
      List<Step> steps = byJob.get(job.value());
      if (steps != null) {
        steps.replaceAll(step -> step.endMs() == 0 ? step.over(endMs, null) : step);
      }
    }
  }
}
