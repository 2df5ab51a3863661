package org.queqiao.simulator.client;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Input;

/** Who wants which runs to stop, and for how long; drawn by the number of the job alone. */
final class Suspensions {
  /** A wish that somebody has after a while. */
  record Wish(long afterMs, Actor actor, String what, Input input) {}

  private Suspensions() {}

  /** The wishes about one job, in no order. */
  static List<Wish> of(JobId job, Actor owner) {
    SplittableRandom random = new SplittableRandom(77L * job.value());
    List<Wish> out = new ArrayList<>();
    if (random.nextInt(3) != 0) {
      return out;
    }
    long atMs = 300 + random.nextInt(15_000);
    for (int round = random.nextInt(3); round >= 0; round--) {
      out.add(suspend(atMs, Site.ADMINISTRATOR, job));
      if (random.nextInt(3) == 0) {
        out.add(suspend(atMs + random.nextInt(500), Site.ADMINISTRATOR, job));
      }
      atMs += random.nextBoolean() ? random.nextInt(200) : random.nextInt(30_000);
      out.add(resume(atMs, Site.ADMINISTRATOR, job));
      atMs += random.nextInt(3_000);
    }
    out.add(suspend(atMs, owner, job));
    return out;
  }

  private static Wish suspend(long afterMs, Actor actor, JobId job) {
    return new Wish(afterMs, actor, "suspends " + job, new Input.SuspendJob(actor, job));
  }

  private static Wish resume(long afterMs, Actor actor, JobId job) {
    return new Wish(afterMs, actor, "resumes " + job, new Input.ResumeJob(actor, job));
  }
}
