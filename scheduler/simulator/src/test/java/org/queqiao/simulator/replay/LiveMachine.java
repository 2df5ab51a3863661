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
import org.queqiao.core.plan.PlanPolicies;

/** The live machine with one node that has as many cores as a pool has processors. */
final class LiveMachine {
  private static final long BASE_MS = 1_760_000_000_000L;
  private static final long DAY_MS = 86_400_000;
  private static final Actor OWNER = Actor.localOwner("root");
  private static final NodeName NODE = new NodeName("pool");
  private static final PartitionName PARTITION = new PartitionName("main");
  private static final ProjectName PROJECT = new ProjectName("p1");
  private static final int FIRST_UID = 2_000;

  private final ReplayJobs jobs;
  private final boolean predicts;
  private final int reservations;
  private SchedulerMachine machine = new SchedulerMachine();
  private long nowMs = BASE_MS;
  private final TreeSet<Integer> users = new TreeSet<>();

  /** The job of the log for the number of a job of the machine. */
  private final Map<Long, Integer> indexes = new TreeMap<>();

  private final TreeMap<Long, TreeMap<Integer, JobAllocated>> ends = new TreeMap<>();
  final long[] start;
  final Map<Integer, Long> promised = new TreeMap<>();

  LiveMachine(ReplayJobs jobs, boolean predicts) {
    this(jobs, predicts, 1);
  }

  LiveMachine(ReplayJobs jobs, boolean predicts, int reservations) {
    this.jobs = jobs;
    this.predicts = predicts;
    this.reservations = reservations;
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
    if (reservations > 1) {
      does(
          new Input.DefineScheduling(
              OWNER, new SchedulingDefined(PlanPolicies.DEFAULT, reservations)));
    }
    NodeFacts facts =
        new NodeFacts(
            NODE, "boot-0", (int) jobs.procs(), jobs.procs() << 30, List.of(), "1", "6", List.of());
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
      nowMs = BASE_MS + now * 1_000;
      if (!ends.isEmpty() && ends.firstKey() == now) {
        ends.pollFirstEntry().getValue().forEach(this::end);
      }
      while (submitted < jobs.count() && jobs.submit(jobs.bySubmission(submitted)) == now) {
        submit(jobs.bySubmission(submitted++));
      }
      plan();
      if (++steps % restartEvery == 0) {
        machine = SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(machine.image())));
      }
    }
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
    JobRequest request =
        JobRequest.builder("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII))
            .cpusPerTask((int) jobs.size(index))
            .limitMs(jobs.limit(index) * 1_000)
            .build();
    Reply reply = hears(new Input.SubmitJob(Actor.user(user), request, "", new byte[0]));
    indexes.put(((Reply.JobAccepted) reply).job().value(), index);
  }

  private void end(int index, JobAllocated run) {
    RunExit exit = new RunExit(run.run(), RunExit.Kind.EXITED, 0, 0, nowMs - 1, nowMs, 0, 0, 0, "");
    does(new Input.RunEnded(NODE, exit));
  }

  private void plan() {
    Reply.Planned planned = (Reply.Planned) hears(new Input.PlanPass());
    while (planned.more()) {
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
        promised.put(indexes.get(promise.job().value()), (promise.startMs() - BASE_MS) / 1_000);
      }
    }
    return decision.reply();
  }
}
