package org.queqiao.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.runtime.recovery.SnapshotCodec;

/**
 * A log of a busy cluster: {@value #NODES} nodes that are full, and many jobs behind, of {@value
 * #USERS} users, each with a name and a script of its own. Every fact is decided by the machine.
 */
final class ManyJobs {
  private static final int NODES = 1_000;
  private static final int CORES = 64;
  private static final int USERS = 200;
  private static final long HOUR_MS = 3_600_000;
  private static final Actor OWNER = Actor.localOwner("root");
  private static final ProjectName PROJECT = new ProjectName("climate");
  private static final int SYNC_EVERY = 10_000;

  private final EventLog log;
  private final SchedulerMachine machine = new SchedulerMachine();
  private long nowMs = System.currentTimeMillis();
  private int unsynced;

  private ManyJobs(EventLog log) {
    this.log = log;
  }

  /** The last {@code tail} jobs come after the snapshot. */
  static void write(Path folder, int jobs, int tail) {
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults())) {
      log.claimEpoch("bench");
      ManyJobs writer = new ManyJobs(log);
      writer.site();
      writer.fillTheNodes();
      for (int i = 0; i < jobs - tail; i++) {
        writer.submit(i, CORES);
      }
      writer.snapshot();
      for (int i = jobs - tail; i < jobs; i++) {
        writer.submit(i, CORES);
      }
      log.sync();
    }
  }

  private void site() {
    siteInputs().forEach(this::hear);
  }

  /** What sets the site up: a partition, a project and its {@value #USERS} members. */
  static List<Input> siteInputs() {
    PartitionName batch = new PartitionName("batch");
    DomainCode earth = new DomainCode("earth");
    List<Input> out = new ArrayList<>();
    out.add(
        new Input.DefinePartition(OWNER, new PartitionDefined(batch, true, HOUR_MS, 24 * HOUR_MS)));
    out.add(new Input.DefineDomain(OWNER, new DomainDefined(earth, "Earth science")));
    out.add(
        new Input.DefineProject(
            OWNER, new ProjectDefined(PROJECT, "Climate", List.of(new DomainShare(earth, 1000)))));
    for (int i = 0; i < USERS; i++) {
      UserName user = user(i);
      out.add(
          new Input.DefineUser(
              OWNER, new UserDefined(user, user.value(), user.value(), 2000 + i, PROJECT)));
      out.add(new Input.SetMembership(OWNER, new MembershipSet(PROJECT, user, MemberRank.MEMBER)));
      out.add(new Input.GrantRole(OWNER, new RoleGranted(user, Role.RESEARCHER)));
    }
    return out;
  }

  /** The first word of a node. */
  static Input node(int number, int cores) {
    NodeFacts facts =
        new NodeFacts(
            new NodeName(String.format("n%04d", number)),
            "boot-1",
            cores,
            256L << 30,
            List.of(),
            "0.1.0",
            "6.1.0",
            List.of());
    return new Input.RegisterNode(facts, List.of(), List.of());
  }

  private void fillTheNodes() {
    for (int i = 0; i < NODES; i++) {
      hear(node(i, CORES));
      submit(-1 - i, CORES);
    }
    while (hear(new Input.PlanPass()) instanceof Reply.Planned planned && planned.more()) {
      nowMs++;
    }
  }

  static UserName user(int number) {
    return new UserName("user" + number);
  }

  private void submit(int number, int cores) {
    byte[] script = ("#!/bin/sh\n./member " + number + "\n").getBytes(StandardCharsets.UTF_8);
    JobRequest request =
        JobRequest.builder(script).name("member-" + number).cpusPerTask(cores).build();
    Actor actor = Actor.user(user(Math.floorMod(number, USERS)));
    Reply reply = hear(new Input.SubmitJob(actor, request, "", new byte[0]));
    if (!(reply instanceof Reply.JobAccepted)) {
      throw new IllegalStateException("a job was not accepted: " + reply);
    }
    nowMs++;
  }

  private Reply hear(Input input) {
    Decision decision = machine.decide(input, nowMs);
    for (Fact fact : decision.facts()) {
      long timeMs = Math.max(nowMs, machine.state().timeMs());
      long position = log.append(timeMs, EventCodec.encode(fact.actor(), fact.event()));
      machine.apply(
          new LoggedEvent(position, log.head().epoch(), timeMs, fact.actor(), fact.event()));
      unsynced++;
    }
    if (unsynced >= SYNC_EVERY) {
      log.sync();
      unsynced = 0;
    }
    return decision.reply();
  }

  private void snapshot() {
    log.sync();
    byte[] payload = SnapshotCodec.encode(machine.image(), machine.digest());
    log.snapshots().write(new Snapshot(machine.state().position(), log.head().hash(), payload));
  }
}
