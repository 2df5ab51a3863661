package org.queqiao.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
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

/**
 * A machine with a site of {@value #USERS} users in one project and partition, whose every fact is
 * decided by the machine; facts go to a log, or nowhere.
 */
final class BenchCluster {
  static final int USERS = 200;
  private static final long HOUR_MS = 3_600_000;
  static final PartitionName BATCH = new PartitionName("batch");
  static final Actor OWNER = Actor.localOwner("root");
  static final ProjectName PROJECT = new ProjectName("climate");

  private final SchedulerMachine machine = new SchedulerMachine();
  private final Facts facts;
  private long nowMs;

  /** Where facts are written before they are applied. */
  @FunctionalInterface
  interface Facts {
    /** Writes a fact; says its position. */
    long append(long timeMs, Fact fact);
  }

  BenchCluster(long beginMs, Facts facts) {
    this.nowMs = beginMs;
    this.facts = facts;
  }

  SchedulerMachine machine() {
    return machine;
  }

  long nowMs() {
    return nowMs;
  }

  void pass(long ms) {
    nowMs += ms;
  }

  void site() {
    siteInputs().forEach(this::hear);
  }

  /** What sets the site up: a partition, a project and its {@value #USERS} members. */
  static List<Input> siteInputs() {
    DomainCode earth = new DomainCode("earth");
    List<Input> out = new ArrayList<>();
    out.add(
        new Input.DefinePartition(OWNER, new PartitionDefined(BATCH, true, HOUR_MS, 48 * HOUR_MS)));
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

  void node(int number, int cores) {
    hear(nodeInput(number, cores));
  }

  /** The first word of a node. */
  static Input nodeInput(int number, int cores) {
    NodeFacts facts =
        new NodeFacts(
            new NodeName(String.format("n%05d", number)),
            "boot-1",
            cores,
            256L << 30,
            List.of(),
            "0.1.0",
            "6.1.0",
            List.of());
    return new Input.RegisterNode(facts, List.of(), List.of());
  }

  static UserName user(int number) {
    return new UserName("user" + number);
  }

  /** A request with a name and a script of its own number. */
  static JobRequest.Builder request(int number) {
    byte[] script = ("#!/bin/sh\n./member " + number + "\n").getBytes(StandardCharsets.UTF_8);
    return JobRequest.builder(script).name("member-" + number);
  }

  /** Submits as one of the users, by number. */
  JobId submit(int number, JobRequest request) {
    Actor actor = Actor.user(user(Math.floorMod(number, USERS)));
    Reply reply = hear(new Input.SubmitJob(actor, request, "", new byte[0]));
    if (!(reply instanceof Reply.JobAccepted accepted)) {
      throw new IllegalStateException("a job was not accepted: " + reply);
    }
    return accepted.job();
  }

  /** Plans until a pass finds nothing more. */
  void plan() {
    boolean more = machine.state().planningDue();
    while (more) {
      more = hear(new Input.PlanPass()) instanceof Reply.Planned planned && planned.more();
    }
  }

  Reply hear(Input input) {
    Decision decision = machine.decide(input, nowMs);
    for (Fact fact : decision.facts()) {
      long timeMs = Math.max(nowMs, machine.state().timeMs());
      long position = facts.append(timeMs, fact);
      machine.apply(new LoggedEvent(position, 1, timeMs, fact.actor(), fact.event()));
    }
    return decision.reply();
  }
}
