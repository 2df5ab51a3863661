package org.queqiao.core.admission;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.snapshot.ObservedImage;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;

/**
 * Runs of other schedulers, as bridges tell of them: what was told before changes nothing, what is
 * told otherwise is a correction, what is too old to know whether it was told is not taken.
 */
public final class ObservedCheck {
  /** So many runs are told at once. */
  public static final int RUNS_MAX = 512;

  /** So long must pass before a moment up to which nothing new was found becomes a fact. */
  private static final long QUIET_MS = 600_000;

  /** The longest time limit: ten thousand years, which is more than Slurm can state. */
  private static final long LIMIT_MAX_MS = 10_000L * 365 * 86_400_000;

  /** The most core-milliseconds of one run, so that sums of many runs fit into 64 bits. */
  private static final int CORE_MS_BITS = 58;

  private static final long CORE_MS_MAX = 1L << CORE_MS_BITS;

  /** Bytes of a GiB as a power of two: of memory so many GiB-milliseconds are the most. */
  private static final int GIB_BITS = 30;

  private final Cluster cluster;
  private final Permissions permissions;

  public ObservedCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  public Decision decide(Input.RecordRuns input) {
    if (input.runs().size() > RUNS_MAX) {
      return Rejections.invalid(
          "runs", "at most " + RUNS_MAX + " at a time, not " + input.runs().size());
    }
    if (cluster.observed().imported(input.cluster()) > 0) {
      return Rejections.conflict(
          "cluster",
          "runs of cluster "
              + input.cluster()
              + " were imported from files, and a bridge would count them again: give the bridge"
              + " another name of the cluster");
    }
    Actor actor = Actor.node(input.bridge());
    List<Fact> facts = new ArrayList<>();
    TreeSet<ExternalRun> named = new TreeSet<>();
    long lastJobId = cluster.lastJobId();
    int known = 0;
    int tooOld = 0;
    for (ObservedRun run : input.runs()) {
      if (!run.id().cluster().equals(input.cluster()) || !named.add(run.id())) {
        return Rejections.invalid(
            "runs", "run " + run.id() + " is told twice, or not of " + input.cluster());
      }
      String absurd = absurd(run);
      if (!absurd.isEmpty()) {
        return Rejections.invalid("runs", absurd);
      }
      Optional<ObservedImage.Run> before = cluster.observed().find(run.id());
      if (before.isEmpty() && cluster.observed().isForgotten(run)) {
        tooOld++;
      } else if (before.isEmpty()) {
        facts.add(new Fact(actor, new RunObserved(new JobId(++lastJobId), 1, run)));
      } else if (run.wasTold(before.get().fingerprint())) {
        known++;
      } else {
        facts.add(
            new Fact(actor, new RunObserved(before.get().job(), before.get().revision() + 1, run)));
      }
    }
    int recorded = facts.size();
    long completeMs = cluster.observed().completeMs(input.cluster());
    boolean worthAFact = !facts.isEmpty() || input.completeMs() - completeMs >= QUIET_MS;
    if (input.completeMs() > completeMs && worthAFact) {
      facts.add(new Fact(actor, new ClusterObserved(input.cluster(), input.completeMs())));
      completeMs = input.completeMs();
    }
    return new Decision(facts, new Reply.RunsRecorded(recorded, known, tooOld, completeMs));
  }

  /** What of a run cannot be, or empty: no sum is to overflow because of it. */
  private static String absurd(ObservedRun run) {
    if (run.limitMs() > LIMIT_MAX_MS) {
      return "run "
          + run.id()
          + " has a time limit of "
          + run.limitMs()
          + " ms: at most "
          + LIMIT_MAX_MS
          + ", and 0 for none";
    }
    if (run.cores() > 0 && run.ranMs() > CORE_MS_MAX / run.cores()) {
      return "run "
          + run.id()
          + " has "
          + run.cores()
          + " cores for "
          + run.ranMs()
          + " ms: at most "
          + CORE_MS_MAX
          + " core-milliseconds";
    }
    BigInteger lastsMs = BigInteger.valueOf(run.endMs() - run.startMs());
    for (Holding.Part each : Holding.parts(run)) {
      if (each.use().resource() == Resource.CORES) {
        continue;
      }
      BigInteger unitMs = BigInteger.valueOf(each.units()).multiply(lastsMs);
      boolean memory = each.use().resource() == Resource.MEMORY;
      if ((memory ? unitMs.shiftRight(GIB_BITS) : unitMs).bitLength() > CORE_MS_BITS) {
        return "run "
            + run.id()
            + " has "
            + each.units()
            + " of "
            + each.use().label()
            + " for "
            + lastsMs
            + " ms, which is too much";
      }
    }
    return "";
  }

  /**
   * Why a run of a file is not billed whose project nobody made: its statement would be one that
   * nobody may open.
   */
  public static String unknownPayer(ProjectName project) {
    return "there is no project " + project + ": create it first";
  }

  /** Runs of a file; the reply is that all of them are recorded. */
  public Decision decide(Input.ImportRuns input, long nowMs) {
    if (!permissions.permit(input.actor(), new Action.ChangeMoney())) {
      return Rejections.forbidden("only finance imports runs");
    }
    if (input.runs().isEmpty() || input.runs().size() > RUNS_MAX) {
      return Rejections.invalid(
          "runs", "1 to " + RUNS_MAX + " at a time, not " + input.runs().size());
    }
    if (cluster.observed().isBridged(input.cluster())) {
      return Rejections.conflict(
          "cluster",
          "a bridge tells of the runs of cluster "
              + input.cluster()
              + ", and a file would count them again: import what is older under another name");
    }
    List<Fact> facts = new ArrayList<>();
    TreeSet<ExternalRun> named = new TreeSet<>();
    long lastJobId = cluster.lastJobId();
    for (ObservedRun run : input.runs()) {
      if (!run.id().cluster().equals(input.cluster()) || !named.add(run.id())) {
        return Rejections.invalid(
            "runs", "run " + run.id() + " comes twice, or is not of " + input.cluster());
      }
      if (run.endMs() > nowMs) {
        return Rejections.invalid("runs", "run " + run.id() + " ends after now");
      }
      if (input.billed() && cluster.accounts().project(run.project()).isEmpty()) {
        return Rejections.invalid("runs", "run " + run.id() + ": " + unknownPayer(run.project()));
      }
      String absurd = absurd(run);
      if (!absurd.isEmpty()) {
        return Rejections.invalid("runs", absurd);
      }
      facts.add(
          new Fact(input.actor(), new RunImported(new JobId(++lastJobId), input.billed(), run)));
    }
    return new Decision(facts, new Reply.RunsRecorded(facts.size(), 0, 0, 0));
  }
}
