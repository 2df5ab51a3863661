package org.queqiao.agent.slurm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/**
 * Runs that nodes hold and slurmctld does not have. It forgets a job some minutes after its end,
 * and a crash takes what it has not saved, at most some seconds; slurmdbd knows the first kind. Of
 * the second nothing can run on a node that is up: a node that registers has what slurmctld does
 * not know ended.
 */
final class MissingRuns {
  private static final long ASK_AGAIN_MS = 2_000;
  private static final long BEFORE_MS = 60_000;
  private static final long MS = 1_000;

  private final SlurmProcess slurm;
  private final long giveUpMs;
  private final TreeMap<RunId, Seen> seen = new TreeMap<>();
  private final TreeMap<RunId, Long> missedMs = new TreeMap<>();
  private long askedMs;

  private record Seen(long startMs, long lastMs) {}

  /**
   * None yet.
   *
   * @param giveUpMs a run that neither slurmctld nor slurmdbd has known for so long is lost
   */
  MissingRuns(SlurmProcess slurm, long giveUpMs) {
    this.slurm = slurm;
    this.giveUpMs = giveUpMs;
  }

  /** Slurm has taken a run. */
  void began(RunId run, long nowMs) {
    seen.put(run, new Seen(0, nowMs));
  }

  /** What slurmctld has now. */
  void seen(Collection<DrivenJob> jobs, long nowMs) {
    for (DrivenJob each : jobs) {
      if (!each.isOver()) {
        seen.put(each.run(), new Seen(each.startMs(), nowMs));
      }
    }
  }

  /**
   * slurmctld does not answer: what it has is not known, and the time that passes proves nothing.
   */
  void interrupted() {
    missedMs.clear();
  }

  /**
   * The ends of those that are missing, as far as they are known now.
   *
   * @param held the runs that nodes hold, with the node of each
   * @param known what slurmctld has
   * @param aheadMs by how much its clock is ahead of that of this host
   */
  List<DrivenJob> find(Map<RunId, NodeName> held, Set<RunId> known, long nowMs, long aheadMs)
      throws SlurmException {
    seen.keySet().removeIf(run -> !held.containsKey(run) && !known.contains(run));
    missedMs.keySet().removeIf(run -> !held.containsKey(run) || known.contains(run));
    for (RunId run : held.keySet()) {
      if (!known.contains(run)) {
        missedMs.putIfAbsent(run, nowMs);
      }
    }
    if (missedMs.isEmpty() || nowMs - askedMs < ASK_AGAIN_MS) {
      return List.of();
    }
    askedMs = nowMs;
    SlurmAnswer backlog = slurm.ask(SlurmCall.BACKLOG);
    long nowS = backlog.i64();
    boolean allTold = backlog.u32() == 0;
    long fromMs = nowMs;
    for (Map.Entry<RunId, Long> each : missedMs.entrySet()) {
      Seen last = seen.get(each.getKey());
      fromMs = Math.min(fromMs, (last == null ? each.getValue() : last.lastMs()) - BEFORE_MS);
    }
    List<DrivenJob> ends = new ArrayList<>();
    for (SlurmRecord each :
        SlurmRecord.list(slurm.ask(SlurmCall.HISTORY, (fromMs + aheadMs) / MS, nowS + 1))) {
      RunMark.of(each.name())
          .filter(mark -> missedMs.containsKey(mark.run()))
          .ifPresent(mark -> ends.add(DrivenJob.of(mark, each)));
    }
    ends.forEach(job -> missedMs.remove(job.run()));
    if (allTold) {
      giveUp(held, nowMs, aheadMs, ends);
    }
    return ends;
  }

  private void giveUp(Map<RunId, NodeName> held, long nowMs, long aheadMs, List<DrivenJob> ends) {
    missedMs.forEach((run, sinceMs) -> {
      if (nowMs - sinceMs >= giveUpMs) {
        Seen last = seen.getOrDefault(run, new Seen(0, sinceMs));
        long seenMs = last.lastMs() + aheadMs;
        ends.add(DrivenJob.lost(new RunMark(run, held.get(run)), last.startMs(), seenMs));
      }
    });
  }
}
