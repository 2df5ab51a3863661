package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.KillCause;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobTable;

/** What follows from time passing: runs at their time limit are told to end. */
public final class DeadlineCheck {
  /** How many runs one tick ends at most; the next tick goes on. */
  public static final int MAX_KILLS = 1000;

  private final Cluster cluster;

  public DeadlineCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  public Decision decide(long nowMs) {
    List<Fact> facts = new ArrayList<>();
    for (JobTable.Moment each : cluster.jobs().deadlines()) {
      if (each.timeMs() > nowMs || facts.size() == MAX_KILLS) {
        break;
      }
      Job job = cluster.jobs().find(each.job()).orElseThrow();
      facts.add(new Fact(Actor.SCHEDULER, new JobKillRequested(job.run(), KillCause.TIMEOUT)));
    }
    return Decision.done(facts);
  }
}
