package org.queqiao.simulator.replay;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;

/**
 * The live machine with one node that has as many cores as a pool has processors, or with as many
 * nodes of two cores, which jobs get whole.
 */
final class LiveMachine {
  private static final long BASE_MS = 1_760_000_000_000L;
  private static final long DAY_MS = 86_400_000;
  private static final Actor OWNER = Actor.localOwner("root");
  private static final int CORES_OF_NODE = 2;
  private static final PartitionName PARTITION = new PartitionName("main");
  private static final ProjectName PROJECT = new ProjectName("p1");
  private static final int FIRST_UID = 2_000;

  private final ReplayJobs jobs;
  private final boolean predicts;
  private final SchedulingDefined scheduling;
  private final boolean wholeNodes;
  private SchedulerMachine machine = new SchedulerMachine();
  private long nowMs = BASE_MS;
  private final TreeSet<Integer> users = new TreeSet<>();

  /** The job of the log for the number of a job of the machine. */
  private final Map<Long, Integer> indexes = new TreeMap<>();

  private final TreeMap<Long, TreeMap<Integer, JobAllocated>> ends = new TreeMap<>();
  final long[] start;
  final Map<Integer, Long> promised = new TreeMap<>();

  /** How often a job was promised an earlier start than before. */
  long movedUp;

  LiveMachine(ReplayJobs jobs, boolean predicts) {
    this(jobs, predicts, SchedulingDefined.DEFAULT, false);
  }

  LiveMachine(ReplayJobs jobs, boolean predicts, SchedulingDefined scheduling, boolean wholeNodes) {
    this.jobs = jobs;
    this.predicts = predicts;
    this.scheduling = scheduling;
    this.wholeNodes = wholeNodes;
    this.start = new long[jobs.count()];
    site();
  }

  private void site() {
    DomainCode domain = new DomainCode("physics");
    does(
        new Input.DefinePartition(
            OWNER, new PartitionDefined(PARTITION, true, DAY_MS, 365 * DAY_MS, "", !predicts)));
    does(new Input.DefineDomain(OWNER, new DomainDefined(domain, "Physics")));
    does(
        new Input.DefineProject(
            OWNER, new ProjectDefined(PROJECT, "P", List.of(new DomainShare(domain, 1_000)))));
    if (!scheduling.equals(SchedulingDefined.DEFAULT)) {
      does(new Input.DefineScheduling(OWNER, scheduling));
    }
    if (!wholeNodes) {
      node("pool", (int) jobs.procs());
    }
    for (int i = 0; wholeNodes && i < jobs.procs(); i++) {
      node("cn%03d".formatted(i), CORES_OF_NODE);
    }
  }

  private void node(String name, int cores) {
    NodeFacts facts =
        new NodeFacts(
            new NodeName(name),
            "boot-0",
            cores,
            (long) cores << 30,
            List.of(),
            "1",
            "6",
            List.of());
    does(new Input.RegisterNode(facts, List.of(), List.of()));
  }

  /** Runs the whole log, with a restart from a snapshot after each so many seconds with events. */
  void run(int restartEvery) {
    int submitted = 0;
    int steps = 0;
    while (submitted < jobs.count() || !ends.isEmpty()) {
      long now = Long.MAX_VALUE;
      if (submitted < jobs.count()) {
        now = jobs.submit(jobs.bySubmission(submitted));
      }
      now = ends.isEmpty() ? now : Math.min(now, ends.firstKey());
      now = Math.min(now, plannedStart());
      nowMs = BASE_MS + now * 1_000;
      if (!ends.isEmpty() && ends.firstKey() == now) {
        ends.pollFirstEntry().getValue().forEach(this::end);
      }
      while (submitted < jobs.count() && jobs.submit(jobs.bySubmission(submitted)) == now) {
        submit(jobs.bySubmission(submitted++));
      }
      plan(steps % restartEvery == restartEvery - 1);
      if (++steps % restartEvery == 0) {
        restart();
        if (scheduling.promisesAll()) {
          // A machine that was started anew plans at once, and knows the next start by it.
          plan(false);
        }
      }
    }
  }

  private void restart() {
    machine = SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(machine.image())));
  }

  /** The second at which a start may come that no end brings; only where each start is kept. */
  private long plannedStart() {
    long nextMs = machine.state().nextDeadlineMs().orElse(0);
    return scheduling.promisesAll() && nextMs > nowMs ? (nextMs - BASE_MS) / 1_000 : Long.MAX_VALUE;
  }

  private void submit(int index) {
    UserName user = new UserName("u" + jobs.user(index));
    if (users.add(jobs.user(index))) {
      does(
          new Input.DefineUser(
              OWNER,
              new UserDefined(user, "U", user.value(), FIRST_UID + jobs.user(index), PROJECT)));
      does(new Input.SetMembership(OWNER, new MembershipSet(PROJECT, user, MemberRank.MEMBER)));
    }
    int size = (int) jobs.size(index);
    JobRequest.Builder request =
        JobRequest.builder("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII))
            .limitMs(jobs.limit(index) * 1_000);
    if (wholeNodes) {
      request.nodes(size).tasks(size).cpusPerTask(CORES_OF_NODE);
    } else {
      request.cpusPerTask(size);
    }
    Reply reply = hears(new Input.SubmitJob(Actor.user(user), request.build(), "", new byte[0]));
    indexes.put(((Reply.JobAccepted) reply).job().value(), index);
  }

  private void end(int index, JobAllocated run) {
    RunExit exit = new RunExit(run.run(), RunExit.Kind.EXITED, 0, 0, nowMs - 1, nowMs, 0, 0, 0, "");
    does(new Input.RunEnded(run.allocations().getFirst().node(), exit));
  }

  /** All that can start, with a restart after each slice or none. */
  private void plan(boolean restarts) {
    Reply.Planned planned = (Reply.Planned) hears(new Input.PlanPass());
    while (planned.more() || scheduling.promisesAll() && machine.state().planningDue()) {
      if (restarts) {
        restart();
      }
      planned = (Reply.Planned) hears(new Input.PlanPass());
    }
  }

  private void does(Input input) {
    Reply reply = hears(input);
    if (!(reply instanceof Reply.Done)) {
      throw new AssertionError(input + " was answered with " + reply);
    }
  }

  private Reply hears(Input input) {
    Decision decision = machine.decide(input, nowMs);
    for (Fact fact : decision.facts()) {
      machine.apply(
          new LoggedEvent(machine.state().position() + 1, 1, nowMs, fact.actor(), fact.event()));
      if (fact.event() instanceof JobAllocated run) {
        int index = indexes.get(run.run().job().value());
        start[index] = (nowMs - BASE_MS) / 1_000;
        ends.computeIfAbsent(start[index] + jobs.run(index), _ -> new TreeMap<>()).put(index, run);
      } else if (fact.event() instanceof JobPromised promise) {
        long at = (promise.startMs() - BASE_MS) / 1_000;
        int index = indexes.get(promise.job().value());
        Long before = promised.get(index);
        if (before == null || before > at) {
          promised.put(index, at);
        }
        movedUp += before != null && before > at ? 1 : 0;
      }
    }
    return decision.reply();
  }
}
