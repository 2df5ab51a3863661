package org.queqiao.agent.slurm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.RunId;

/**
 * Runs that slurmctld may take for alive after they have ended. It keeps its state every few
 * seconds; one that is killed and started again has jobs as they were when it was kept last. When
 * their nodes register it takes them for failed with the node, which may be at once or after half
 * an hour. It had told slurmdbd of their ends: so slurmdbd is asked for all that was alive last as
 * soon as slurmctld is away, and after each of its starts.
 */
final class RestoredRuns {
  private static final long ASK_AGAIN_MS = 5_000;

  /** So long after the first answer what slurmctld said before its end may still arrive. */
  private static final long SETTLE_MS = 20_000;

  /** So many jobs in one question. */
  private static final int ASK_MAX = 1_000;

  private static final long MS = 1_000;

  private final SlurmProcess slurm;
  private final TreeSet<RunId> doubted = new TreeSet<>();

  /** When this slurmctld was started, by its own clock; at first none is known. */
  private long bootS = -1;

  private boolean away;
  private long askedMs;

  /** When slurmdbd answered first since there was reason to doubt, or 0. */
  private long answeredMs;

  RestoredRuns(SlurmProcess slurm) {
    this.slurm = slurm;
  }

  /**
   * slurmctld answers.
   *
   * @param jobs what it has now
   * @param startedS when it says that it was started
   */
  void look(Collection<DrivenJob> jobs, long startedS) {
    if (startedS != bootS) {
      bootS = startedS;
      doubt(jobs);
    }
    away = false;
  }

  /**
   * slurmctld does not answer.
   *
   * @param jobs what it had last
   */
  void away(Collection<DrivenJob> jobs) {
    if (!away) {
      away = true;
      doubt(jobs);
    }
  }

  private void doubt(Collection<DrivenJob> jobs) {
    askedMs = 0;
    answeredMs = 0;
    jobs.stream().filter(each -> !each.isOver()).map(DrivenJob::run).forEach(doubted::add);
  }

  /**
   * Those that have ended, as they ended.
   *
   * @param held the runs that nodes hold
   * @param jobs what slurmctld has
   */
  List<DrivenJob> find(Set<RunId> held, Map<RunId, DrivenJob> jobs, long nowMs)
      throws SlurmException {
    doubted.removeIf(run -> !jobs.containsKey(run) || jobs.get(run).isOver());
    List<DrivenJob> asked =
        doubted.stream().filter(held::contains).map(jobs::get).filter(RestoredRuns::began).toList();
    if (asked.isEmpty() || askedMs != 0 && nowMs - askedMs < ASK_AGAIN_MS) {
      return List.of();
    }
    askedMs = nowMs;
    List<DrivenJob> ends = new ArrayList<>();
    for (int from = 0; from < asked.size(); from += ASK_MAX) {
      ends.addAll(ended(asked.subList(from, Math.min(asked.size(), from + ASK_MAX))));
    }
    answeredMs = answeredMs == 0 ? nowMs : answeredMs;
    if (nowMs - answeredMs >= SETTLE_MS) {
      asked.forEach(job -> doubted.remove(job.run()));
    }
    return ends;
  }

  private static boolean began(DrivenJob job) {
    return job.startMs() > 0 && !job.isWaiting();
  }

  /**
   * One that was restored as it waited and runs once more has its new start beside its old end: it
   * has not ended.
   */
  private List<DrivenJob> ended(List<DrivenJob> asked) throws SlurmException {
    long fromS = asked.stream().mapToLong(DrivenJob::submitMs).min().orElseThrow() / MS;
    List<Long> numbers = asked.stream().map(DrivenJob::number).toList();
    TreeMap<RunId, DrivenJob> last = new TreeMap<>();
    for (SlurmRecord each : slurm.records(fromS, numbers)) {
      RunMark.of(each.name())
          .map(mark -> DrivenJob.of(mark, each))
          .ifPresent(
              job -> last.merge(job.run(), job, (a, b) -> a.submitMs() > b.submitMs() ? a : b));
    }
    List<DrivenJob> ends = new ArrayList<>();
    for (DrivenJob each : asked) {
      DrivenJob end = last.get(each.run());
      if (end != null && end.isOver() && end.isSameRun(each) && end.startMs() <= end.endMs()) {
        ends.add(end);
      }
    }
    return ends;
  }
}
