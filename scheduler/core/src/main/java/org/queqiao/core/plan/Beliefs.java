package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.core.predict.Experience;
import org.queqiao.core.predict.JobKind;
import org.queqiao.core.predict.LikeJobs;

/**
 * Keeps what is believed of waiting jobs up to date: when a job ends, every waiting job of the same
 * user is believed anew. When several jobs of a kind wait that nobody has seen end, the first of
 * them is sent ahead on trial: what the many will need is worth knowing early.
 */
public final class Beliefs {
  private final Planner planner;
  private final LikeJobs like = new LikeJobs();
  private final Map<Integer, List<PlanJob>> waiting = new TreeMap<>();

  /** Tells this planner what is believed. */
  public Beliefs(Planner planner) {
    this.planner = planner;
  }

  /** Makes a job known that the planner is told of right after; sets what is believed of it. */
  public void submitted(PlanJob job, JobKind kind) {
    Experience known = like.enter(kind);
    job.experience(known);
    job.believe(known.believe(job.limit()));
    known.wait(1);
    List<PlanJob> ofUser = waiting.computeIfAbsent(kind.user(), _ -> new ArrayList<>());
    ofUser.add(job);
  }

  /** Sends one ahead if a kind asks for it; after the planner knows the job that came last. */
  public void tryUnknown(PlanJob last, JobKind kind, long now) {
    Experience known = last.experience();
    if (!known.asksForATrial()) {
      return;
    }
    for (PlanJob each : waiting.get(kind.user())) {
      // Who was promised a start goes before all others anyway.
      if (each.waiting() && !each.isPromised() && each.experience() == known) {
        known.tried(each.number());
        each.makeTrial();
        planner.believed(each, each.believed(), now);
        return;
      }
    }
  }

  /** A job waits no more, because it started or was withdrawn. */
  public void left(PlanJob job) {
    job.experience().wait(-1);
  }

  /** A job of this kind ended: learns from it. */
  public void ended(PlanJob job, JobKind kind, long run, long now) {
    job.experience().ended(run);
    like.leave(job.experience());
    List<PlanJob> ofUser = waiting.get(kind.user());
    ofUser.removeIf(each -> !each.waiting());
    for (PlanJob each : ofUser) {
      long believed = each.experience().believe(each.limit());
      if (believed != each.believed()) {
        planner.believed(each, believed, now);
      }
    }
  }
}
