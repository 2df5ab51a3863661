package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.snapshot.StepsImage;
import org.queqiao.core.lifecycle.RunOutcome;
import org.queqiao.core.message.Fact;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;
import org.queqiao.core.state.Node;

/**
 * Writes the facts by which runs end. A run that is lost with its node, or was told to, makes its
 * job wait again, unless it was submitted to run once.
 */
final class RunEnds {
  /** The longest text that a node may attach to an exit; the rest is cut off. */
  static final int MAX_DETAIL_CHARACTERS = 1000;

  /** More than the processors of a node take: more is not believed. 1 W is 1 mJ/ms. */
  private static final long MOST_WATTS = 10_000;

  /** More than a node has. */
  private static final long MOST_ACCELERATORS = 256;

  /** Ten years. */
  private static final long MAX_RUN_MS = 315_360_000_000L;

  private final Cluster cluster;
  private final StandstillCheck standstill;

  RunEnds(Cluster cluster) {
    this.cluster = cluster;
    this.standstill = new StandstillCheck(cluster);
  }

  /**
   * A node reported that nothing of a run lives on it any more. The run ends with the last such
   * report, as its script did; before, it is the end of a part, with which the rest of it may be
   * stopped as a whole.
   */
  List<Fact> reported(Job job, RunExit exit, NodeName node, long nowMs) {
    RunExit told = shortened(exit);
    List<Fact> facts = new ArrayList<>();
    Actor actor = Actor.node(node);
    facts.add(reported(actor, job, told, node, nowMs));
    facts.addAll(standstill.withoutPart(actor, job, node, told.endMs(), nowMs));
    if (!told.nodeFault().isEmpty()) {
      boolean neverRan = told.kind() == RunExit.Kind.LAUNCH_FAILED;
      if (neverRan && !job.scriptNode().equals(node)) {
        endElsewhere(job, facts);
      }
      Node faulty = cluster.nodes().find(node).orElseThrow();
      if (!faulty.drained() || faulty.drainedByHealth()) {
        facts.add(new Fact(actor, new NodeDrained(node, told.nodeFault())));
      }
    }
    return facts;
  }

  /** A part of the run will not be there, or is no more: what lives of it on other nodes ends. */
  private void endElsewhere(Job job, List<Fact> facts) {
    if (JobClock.mayGoOn(job) && !cluster.steps().scriptEnded(job)) {
      facts.add(new Fact(Actor.SCHEDULER, new JobKillRequested(job.run(), KillCause.NODE_FAIL)));
    }
  }

  private Fact reported(Actor actor, Job job, RunExit exit, NodeName node, long nowMs) {
    StepsImage steps = cluster.steps().of(job);
    RunExit whole = exit;
    if (steps != null) {
      boolean ofScript = job.scriptNode().equals(node);
      StepsImage after = steps.partEnded(node, ofScript, exit);
      if (after.script() == null || !after.parts().isEmpty()) {
        return new Fact(actor, new RunPartEnded(job.run(), node, exit));
      }
      whole = after.whole(after.script());
    }
    RunOutcome outcome =
        RunOutcome.reported(whole, job.killCause(), job.scriptNode(), JobClock.edgeMs(job), nowMs);
    return end(actor, job, outcome, whole);
  }

  /** The node of a run's script is gone, and the run with it. */
  Fact lost(Job job, long lastSignMs, String reason) {
    RunOutcome outcome =
        RunOutcome.lostWithNode(job.killCause(), JobClock.edgeMs(job), lastSignMs, reason);
    return end(Actor.SCHEDULER, job, outcome, null);
  }

  /**
   * What follows for one holder of a node that lost everything. Where something of the run lives on
   * other nodes, it is still alive there and is told to end; its cores stay held until it has.
   * Empty when nothing follows because it is being ended already.
   */
  List<Fact> nodeLost(Job job, NodeName node, long lastSignMs, long nowMs, String reason) {
    StepsImage steps = cluster.steps().of(job);
    boolean ofScript = job.scriptNode().equals(node);
    if (ofScript && (steps == null || (steps.script() == null && steps.parts().isEmpty()))) {
      return List.of(lost(job, lastSignMs, reason));
    }
    List<Fact> facts = new ArrayList<>();
    if (cluster.steps().livesOn(job, node)) {
      long lostMs = Math.max(JobClock.edgeMs(job), Math.min(lastSignMs, nowMs));
      RunExit exit =
          new RunExit(job.run(), RunExit.Kind.LOST, 0, 0, job.startMs(), lostMs, 0, 0, 0, reason);
      facts.add(reported(Actor.SCHEDULER, job, exit, node, nowMs));
    }
    if (!ofScript) {
      endElsewhere(job, facts);
    }
    return facts;
  }

  private Fact end(Actor actor, Job job, RunOutcome outcome, RunExit exit) {
    boolean preempted = job.killCause() == KillCause.PREEMPTED_REQUEUED;
    OperatorCause operator = job.ending().operatorCause();
    if ((outcome.state() == JobState.NODE_FAIL || preempted) && job.spec().terms().requeue()) {
      return new Fact(
          actor,
          new JobRequeued(
              job.run(),
              job.killCause() == null ? KillCause.NODE_FAIL : job.killCause(),
              outcome.endMs(),
              exit,
              outcome.nodeTimeRejected(),
              // Being pushed aside is no fault of the job, however often.
              !preempted && job.attempt() >= cluster.policy().jobPolicy().maxAttempts(),
              detail(job, outcome),
              operator));
    }
    return new Fact(
        actor,
        new JobEnded(
            job.id(),
            job.attempt(),
            outcome.state(),
            outcome.endMs(),
            exit,
            outcome.nodeTimeRejected(),
            detail(job, outcome),
            operator));
  }

  /** What happened to a run, in words; of one that was told to end also for what. */
  private static String detail(Job job, RunOutcome outcome) {
    String why = toldFor(job);
    return why.isEmpty() || outcome.detail().isEmpty()
        ? why + outcome.detail()
        : why + "; " + outcome.detail();
  }

  private static String toldFor(Job job) {
    if (job.killCause() == null) {
      return "";
    }
    if (job.ending().operator() != null) {
      return job.ending().operator().detail();
    }
    return RunOutcome.stateOf(job.killCause()) == JobState.PREEMPTED
        ? "made room for job " + job.preemption().preemptor()
        : job.killCause().detail(job.reservation());
  }

  private static RunExit shortened(RunExit exit) {
    RunExit told =
        exit.nodeFault().isEmpty()
            ? exit
            : exit.withNodeFault(TextRules.line(exit.nodeFault(), NodeCheck.MAX_REASON_CHARACTERS));
    long lasted = Math.max(0, Math.min(told.endMs() - told.startMs(), MAX_RUN_MS));
    return told.withDetail(TextRules.cut(told.detail(), MAX_DETAIL_CHARACTERS))
        .withEnergy(Math.clamp(told.energyMj(), 0, lasted * MOST_WATTS))
        .withAccelerators(told.accelerators().within(lasted * MOST_ACCELERATORS));
  }
}
