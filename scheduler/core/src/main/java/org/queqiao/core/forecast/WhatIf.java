package org.queqiao.core.forecast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.admission.SaidShape;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.TermsRequest;

/**
 * Tries something on copies of a state: each future is run forward twice, without it and with it,
 * every run lasting equally long in both. The copies are machines of their own, so a trial is
 * refused as the thing itself would be, and nothing outside hears of it.
 */
public final class WhatIf {
  /** How far beyond the horizon the start of the job is looked for. */
  private static final long BEYOND_MS = 60L * 86_400_000;

  private static final long MILLION = 1_000_000;

  private final ClusterImage image;
  private final long nowMs;
  private final long horizonMs;
  private final BooleanSupplier stop;
  private final List<ClusterImage.JobImage> others = new ArrayList<>();
  private long stepsLeft;

  /**
   * Trials on an image.
   *
   * @param image without what has ended, so that a copy costs little
   * @param horizonMs how far to look, from now
   * @param mostSteps how many steps a trial may take in all
   */
  public WhatIf(
      ClusterImage image, long nowMs, long horizonMs, long mostSteps, BooleanSupplier stop) {
    this.image = image;
    this.nowMs = Math.max(nowMs, image.timeMs());
    this.horizonMs = horizonMs;
    this.stepsLeft = mostSteps;
    this.stop = stop;
  }

  /**
   * Tries.
   *
   * @param learnt what run times are drawn from; when nothing is known each run goes to its limit
   * @param samples how many futures; one where run times are not drawn
   */
  public TrialResult of(Trial trial, RunTimeRatios learnt, int samples) {
    // Each copy of a large state takes long, so whether to stop is asked before each.
    if (stop.getAsBoolean()) {
      return TrialResult.refused(null);
    }
    Rejection refused = refusal(trial);
    if (refused != null || stop.getAsBoolean()) {
      return TrialResult.refused(refused);
    }
    SortedSet<JobId> stuck = SchedulerMachine.from(image).state().waitForSomebody();
    int apart = 0;
    for (ClusterImage.JobImage each : image.jobs()) {
      if (each.state() == JobState.PENDING && !each.id().equals(trial.job())) {
        if (stuck.contains(each.id())) {
          apart++;
        } else {
          others.add(each);
        }
      }
    }
    boolean drawn = learnt.known() || learnt.leaving().known();
    int futures = drawn ? samples : 1;
    Tally tally = new Tally();
    TrialResult.Looked said = null;
    int done = 0;
    while (done < futures && !stop.getAsBoolean()) {
      RunTimes runTimes = drawn ? future(learnt, done) : RunTimes.DECLARED;
      ForwardRun without = new ForwardRun(image, runTimes, nowMs);
      ForwardRun with = new ForwardRun(edited(trial), runTimes, nowMs);
      JobId looked = trial.job();
      for (Input each : inputs(trial)) {
        Reply reply = with.tell(each);
        if (reply instanceof Reply.Rejected(Rejection why)) {
          return TrialResult.refused(why);
        }
        looked = reply instanceof Reply.JobAccepted(JobId id, _, _) ? id : looked;
      }
      said = looked == null ? null : looked(with.machine(), looked);
      Ran base = runs(without, trial.job());
      Ran changed = base == null ? null : runs(with, looked);
      if (changed == null) {
        break;
      }
      tally.add(base, changed);
      done++;
    }
    return done == 0 ? TrialResult.refused(null) : tally.result(done, apart, said);
  }

  /** What is drawn in one of the futures; with no run times known each run goes to its limit. */
  private RunTimes future(RunTimeRatios learnt, int nth) {
    EndGrid grid = learnt.known() ? new EndGrid(nowMs) : null;
    return new SampledRunTimes(learnt, SampledRunTimes.mix(image.position()) + nth, grid);
  }

  private static TrialResult.Looked looked(SchedulerMachine machine, JobId job) {
    ReservationName reservation =
        machine.state().job(job).map(each -> each.spec().reservation()).orElse(null);
    return new TrialResult.Looked(
        reservation,
        machine.state().unpaid(job).orElse(null),
        machine.state().neverStarts(job).orElse(null));
  }

  /** Whether this may be done to the copy at all; what the machine itself checks is left to it. */
  private Rejection refusal(Trial trial) {
    if (trial.more() > 0) {
      SchedulerMachine machine = SchedulerMachine.from(image);
      if (!machine.state().permits(trial.actor(), new Action.ControlNodes())) {
        return new Rejection(
            Rejection.Code.FORBIDDEN, "addNodes", "only administrators may try other nodes");
      }
      if (machine.state().node(trial.like()).isEmpty()) {
        return new Rejection(
            Rejection.Code.INVALID, "addNodes", "there is no node " + trial.like() + " to be like");
      }
    }
    return trial.changed() == null || stop.getAsBoolean() ? null : unsubmittable(trial);
  }

  /** Why the job could not be submitted as it would ask, or null. */
  private Rejection unsubmittable(Trial trial) {
    List<ClusterImage.JobImage> rest = new ArrayList<>(image.jobs());
    ClusterImage.JobImage job = null;
    for (ClusterImage.JobImage each : image.jobs()) {
      if (each.id().equals(trial.job())) {
        job = each;
        rest.remove(each);
      }
    }
    if (job == null) {
      return new Rejection(Rejection.Code.NOT_FOUND, "job", "the job does not wait");
    }
    Reply reply =
        SchedulerMachine.from(image.withOnly(rest))
            .decide(
                new Input.SubmitJob(
                    Actor.user(job.user()), request(trial.changed(), job), "", new byte[0]),
                nowMs)
            .reply();
    return reply instanceof Reply.Rejected(Rejection why) ? why : null;
  }

  private static JobRequest request(JobSpec spec, ClusterImage.JobImage job) {
    return JobRequest.builder(spec.script())
        .name(spec.name())
        .partition(spec.partition())
        .project(spec.project())
        .nodes(spec.nodes())
        .tasks(SaidShape.tasks(spec.own()))
        .cpusPerTask(spec.cpusPerTask())
        .memBytes(spec.memBytes())
        .gres(spec.gres())
        .limitMs(spec.limitMs())
        .qos(spec.qos())
        .terms(
            spec.terms().deadlineMs() == 0
                ? TermsRequest.NONE
                : TermsRequest.NONE.withDeadlineMs(spec.terms().deadlineMs()))
        .reservation(spec.reservation())
        .placement(SaidShape.placement(spec.placement()))
        .array(spec.array() == null ? null : "0-" + (waiting(job) - 1))
        .build();
  }

  /** How many tasks of an array wait; those that have started are jobs of their own. */
  private static int waiting(ClusterImage.JobImage job) {
    int waiting = 0;
    for (ArrayImage.OrdinalRun each : job.array().waiting()) {
      waiting += each.last() - each.first() + 1;
    }
    return Math.max(1, waiting);
  }

  private ClusterImage edited(Trial trial) {
    if (trial.changed() == null) {
      return image;
    }
    List<ClusterImage.JobImage> jobs = new ArrayList<>();
    for (ClusterImage.JobImage each : image.jobs()) {
      jobs.add(each.id().equals(trial.job()) ? each.with(trial.changed()) : each);
    }
    return image.withOnly(jobs);
  }

  private List<Input> inputs(Trial trial) {
    List<Input> inputs = new ArrayList<>();
    for (NodeName each : trial.drain()) {
      inputs.add(new Input.DrainNode(trial.actor(), each, "tried"));
    }
    for (ReservationName each : trial.unreserve()) {
      inputs.add(new Input.DeleteReservation(trial.actor(), each));
    }
    if (trial.reserve() != null) {
      inputs.add(new Input.DefineReservation(trial.actor(), trial.reserve()));
    }
    if (trial.priorities() != null) {
      inputs.add(new Input.DefinePriorityPolicy(trial.actor(), trial.priorities()));
    }
    if (trial.scheduling() != null) {
      inputs.add(new Input.DefineScheduling(trial.actor(), trial.scheduling()));
    }
    if (trial.submit() != null) {
      inputs.add(new Input.SubmitJob(trial.actor(), trial.submit(), "", new byte[0]));
    }
    if (trial.more() > 0) {
      moreNodes(trial, inputs);
    }
    return inputs;
  }

  private void moreNodes(Trial trial, List<Input> inputs) {
    TreeMap<NodeName, NodeFacts> known = new TreeMap<>();
    image.nodes().forEach(each -> known.put(each.facts().name(), each.facts()));
    NodeFacts like = known.get(trial.like());
    int number = 0;
    for (int i = 0; i < trial.more(); i++) {
      NodeName name;
      do {
        number++;
        name = new NodeName("tried-" + number);
      } while (known.containsKey(name));
      inputs.add(new Input.RegisterNode(like.named(name), List.of(), List.of()));
    }
  }

  /** One side of one future, and when the job that is looked at starts there, or 0. */
  private record Ran(ForwardOutcome outcome, long startMs) {}

  /** Runs one side of one future; null when the work is used up. */
  private Ran runs(ForwardRun run, JobId looked) {
    long untilMs = nowMs + horizonMs;
    ForwardOutcome near = run.run(List.of(), new ForwardRun.Bounds(untilMs, stepsLeft, stop));
    if (near.end() == ForwardOutcome.End.SPENT) {
      return null;
    }
    stepsLeft -= near.steps();
    ForwardOutcome far = near;
    if (looked != null && !near.starts().containsKey(looked)) {
      far = run.run(List.of(looked), new ForwardRun.Bounds(untilMs + BEYOND_MS, stepsLeft, stop));
      if (far.end() == ForwardOutcome.End.SPENT) {
        return null;
      }
      stepsLeft -= far.steps();
    }
    return new Ran(near, looked == null ? 0 : far.starts().getOrDefault(looked, 0L));
  }

  /** Sums of both sides over the futures that were run on both. */
  private final class Tally {
    private final SideSums base = new SideSums();
    private final SideSums changed = new SideSums();
    private long onBoth;
    private long onNeither;
    private long baseWaitMs;
    private long changedWaitMs;

    private void add(Ran without, Ran with) {
      base.add(without);
      changed.add(with);
      for (ClusterImage.JobImage job : others) {
        Long baseMs = without.outcome().starts().get(job.id());
        Long changedMs = with.outcome().starts().get(job.id());
        if (baseMs != null && changedMs != null) {
          onBoth++;
          baseWaitMs = Math.addExact(baseWaitMs, baseMs - job.submitMs());
          changedWaitMs = Math.addExact(changedWaitMs, changedMs - job.submitMs());
        }
        onNeither += baseMs == null && changedMs == null ? 1 : 0;
      }
    }

    private TrialResult result(int samples, int apart, TrialResult.Looked looked) {
      TrialResult.Side without = base.side(samples);
      TrialResult.Side with = changed.side(samples);
      // Of what does not start on a side, some starts on neither, and the rest on the other alone.
      int neither = Math.toIntExact(onNeither / samples);
      int baseAlone = with.notStarted() - neither;
      int changedAlone = without.notStarted() - neither;
      long pairs = Math.max(1, onBoth);
      TrialResult.Compared compared =
          new TrialResult.Compared(
              others.size() - neither - baseAlone - changedAlone,
              neither,
              baseAlone,
              changedAlone,
              onBoth == 0 ? -1 : baseWaitMs / pairs,
              onBoth == 0 ? -1 : changedWaitMs / pairs);
      return new TrialResult(null, samples, without, with, compared, apart, looked);
    }
  }

  /** Sums of one side. */
  private final class SideSums {
    private final List<Long> starts = new ArrayList<>();
    private long notStarted;
    private long meanWaitMs;
    private long p95WaitMs;
    private long utilisationPpm;
    private ForwardOutcome.Aside aside = ForwardOutcome.Aside.NONE;

    private void add(Ran ran) {
      ForwardOutcome outcome = ran.outcome();
      aside = aside.plus(outcome.aside());
      starts.add(ran.startMs() == 0 ? Long.MAX_VALUE : ran.startMs());
      long[] waits = new long[others.size()];
      long sum = 0;
      for (int i = 0; i < waits.length; i++) {
        ClusterImage.JobImage job = others.get(i);
        Long start = outcome.starts().get(job.id());
        notStarted += start == null ? 1 : 0;
        waits[i] = (start == null ? nowMs + horizonMs : start) - job.submitMs();
        sum = Math.addExact(sum, waits[i]);
      }
      Arrays.sort(waits);
      if (waits.length > 0) {
        meanWaitMs += sum / waits.length;
        p95WaitMs += waits[Math.ceilDiv(waits.length * 95, 100) - 1];
      }
      long capacity = Math.multiplyExact(outcome.usableCores(), horizonMs);
      utilisationPpm +=
          capacity == 0
              ? 0
              : MILLION * (outcome.busyCoreMs() / 1000) / Math.max(1, capacity / 1000);
    }

    private TrialResult.Side side(int samples) {
      long[] sorted = starts.stream().mapToLong(Long::longValue).sorted().toArray();
      long median = sorted[(samples - 1) / 2];
      return new TrialResult.Side(
          median == Long.MAX_VALUE ? 0 : median,
          others.size(),
          Math.toIntExact(notStarted / samples),
          meanWaitMs / samples,
          p95WaitMs / samples,
          utilisationPpm / samples,
          // Rounded up: who is pushed aside in one future alone is seen too.
          Math.ceilDiv(aside.requeued(), samples),
          Math.ceilDiv(aside.ended(), samples),
          Math.ceilDiv(aside.suspended(), samples),
          Math.ceilDiv(aside.lostCoreMs(), samples * 1000L));
    }
  }
}
