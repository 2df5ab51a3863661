package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.check.HistoryChecks;
import org.queqiao.core.check.InvariantChecks;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.Viewer;
import org.queqiao.testkit.SeededProperty;

/**
 * A cluster whose story a test tells: it keeps the clock and the log, and checks the invariants
 * after every step.
 */
final class SchedulerStory {
  static final long BEGIN_MS = 1_760_000_000_000L;
  static final long HOUR_MS = 3_600_000;
  static final long GIB = 1L << 30;
  static final Actor OWNER = Actor.localOwner("root");
  static final ProjectName CLIMATE = new ProjectName("climate");
  static final ProjectName MATERIALS = new ProjectName("materials");
  static final PartitionName BATCH = new PartitionName("batch");
  static final PartitionName DEBUG = new PartitionName("debug");

  SchedulerMachine machine;
  final List<LoggedEvent> log = new ArrayList<>();
  long nowMs = BEGIN_MS;
  private final HistoryChecks history = new HistoryChecks();
  private boolean checking = true;

  /** Is told what the machine has decided, before it is true. */
  BiConsumer<Input, Decision> decided = (_, _) -> {};

  /** A site with two partitions, two projects and the accounts that most stories need, no nodes. */
  static SchedulerStory site() {
    return site(new SchedulerMachine());
  }

  /** The same, of a machine in which nothing has happened. */
  static SchedulerStory site(SchedulerMachine machine) {
    SchedulerStory story = new SchedulerStory();
    story.machine = machine;
    story.does(
        new Input.DefinePartition(OWNER, new PartitionDefined(BATCH, true, HOUR_MS, 24 * HOUR_MS)));
    story.does(
        new Input.DefinePartition(OWNER, new PartitionDefined(DEBUG, false, HOUR_MS / 2, HOUR_MS)));
    DomainCode earth = new DomainCode("earth");
    story.does(new Input.DefineDomain(OWNER, new DomainDefined(earth, "Earth science")));
    for (ProjectName project : List.of(CLIMATE, MATERIALS)) {
      story.does(
          new Input.DefineProject(
              OWNER,
              new ProjectDefined(project, project.value(), List.of(new DomainShare(earth, 1000)))));
    }
    story.account("liwei", 1001, CLIMATE, MemberRank.MEMBER, Role.RESEARCHER);
    story.account("wangfang", 1002, CLIMATE, MemberRank.MEMBER, Role.RESEARCHER);
    story.account("zhangmin", 1003, CLIMATE, MemberRank.MANAGER, Role.RESEARCHER);
    story.account("chenjie", 1004, MATERIALS, MemberRank.MEMBER, Role.RESEARCHER);
    story.account("admin1", 1005, null, null, Role.ADMINISTRATOR);
    story.account("finance1", -1, null, null, Role.FINANCE);
    story.account("auditor1", -1, null, null, Role.AUDITOR);
    return story;
  }

  /** For stories in which the order is that of the numbers, and not that of the areas. */
  SchedulerStory inOrder() {
    does(new Input.DefineScheduling(OWNER, new SchedulingDefined("easy", 1)));
    return this;
  }

  /** For stories of many steps, where checking everything each time would take too long. */
  SchedulerStory withoutChecks() {
    checking = false;
    return this;
  }

  /** Says each input that is told, with its time, and what follows from it. */
  SchedulerStory saying(Consumer<String> says) {
    if (says == SeededProperty.SILENT) {
      return this;
    }
    decided =
        (input, decision) -> {
          says.accept(nowMs + " " + Words.of(input));
          decision.facts().forEach(fact -> says.accept("    so " + Words.of(fact.event())));
        };
    return this;
  }

  void account(String name, int uid, ProjectName project, MemberRank rank, Role role) {
    UserName user = new UserName(name);
    String unixUser = uid < 0 ? "" : name;
    does(new Input.DefineUser(OWNER, new UserDefined(user, name, unixUser, uid, project)));
    if (project != null) {
      does(new Input.SetMembership(OWNER, new MembershipSet(project, user, rank)));
    }
    does(new Input.GrantRole(OWNER, new RoleGranted(user, role)));
  }

  /** Tells the machine something and makes what follows true. */
  Reply hears(Input input) {
    Decision decision = machine.decide(input, nowMs);
    decided.accept(input, decision);
    Reply reply = makeTrue(decision);
    while (decision.more()) {
      decision = machine.decide(input, nowMs);
      decided.accept(input, decision);
      reply = makeTrue(decision);
    }
    return reply;
  }

  /** Another project. */
  void project(ProjectName name) {
    List<DomainShare> domains = List.of(new DomainShare(new DomainCode("earth"), 1000));
    does(new Input.DefineProject(OWNER, new ProjectDefined(name, name.value(), domains)));
  }

  /** Two people of finance say what is billed and what waits for money. */
  void jobBilling(boolean suspendedTime, boolean budgetGate) {
    long proposal = proposed(new MoneyChange.JobBilling(suspendedTime, budgetGate));
    does(new Input.DecideMoney(OWNER, proposal, true, "seen"));
  }

  /** One person of finance proposes a change of money; the number of the proposal. */
  long proposed(MoneyChange change) {
    Reply reply = hears(new Input.ProposeMoney(user("finance1"), change, "as agreed"));
    return ((Reply.Proposed) reply).proposal();
  }

  /** Two people of finance agree on a change of money. */
  void agreed(MoneyChange change) {
    does(new Input.DecideMoney(user("finance2"), proposed(change), true, "looked at it"));
  }

  /** Why a job waits, in words for who may know all. */
  String explained(JobId job) {
    return ExplanationText.waiting(
        machine.state().explain(job, nowMs).orElseThrow(), nowMs, 0, Viewer.OWNER);
  }

  /** As {@code hears}, and it must be done. */
  void does(Input input) {
    assertThat(hears(input)).as("%s", input).isInstanceOf(Reply.Done.class);
  }

  /** As {@code hears}, and it must be refused. */
  Rejection refuses(Input input) {
    int before = log.size();
    Reply reply = hears(input);
    assertThat(reply).as("%s", input).isInstanceOf(Reply.Rejected.class);
    assertThat(log).hasSize(before);
    return ((Reply.Rejected) reply).rejection();
  }

  /** As {@code does}, and nothing may change by it. */
  void doesWithoutFacts(Input input) {
    int before = log.size();
    does(input);
    assertThat(log).hasSize(before);
  }

  /** As {@code does}, and exactly one thing may change by it. */
  void doesOneFact(Input input) {
    int before = log.size();
    does(input);
    assertThat(log).hasSize(before + 1);
  }

  Reply makeTrue(Decision decision) {
    for (Fact fact : decision.facts()) {
      apply(fact.actor(), fact.reason(), fact.event());
    }
    if (checking) {
      assertThat(InvariantChecks.of(machine)).isEmpty();
      assertThat(history.desiredRuns(machine)).isEmpty();
    }
    return decision.reply();
  }

  void apply(Actor actor, Event event) {
    apply(actor, "", event);
  }

  private void apply(Actor actor, String reason, Event event) {
    LoggedEvent logged =
        new LoggedEvent(
            machine.state().position() + 1,
            1,
            Math.max(nowMs, machine.state().timeMs()),
            actor,
            reason,
            event);
    machine.apply(logged);
    log.add(logged);
    if (checking) {
      assertThat(history.observe(logged)).isEmpty();
    }
  }

  SchedulerStory after(long ms) {
    nowMs += ms;
    return this;
  }

  static JobRequest.Builder script() {
    return JobRequest.builder("#!/bin/bash\nhostname\n".getBytes(StandardCharsets.UTF_8));
  }

  static Input.SubmitJob submission(String user, JobRequest.Builder request) {
    return new Input.SubmitJob(Actor.user(new UserName(user)), request.build(), "", new byte[0]);
  }

  JobId submits(String user, JobRequest.Builder request) {
    return accepted(hears(submission(user, request)), false);
  }

  JobId submits(String user) {
    return submits(user, script());
  }

  static JobId accepted(Reply reply, boolean repeated) {
    assertThat(reply).isInstanceOf(Reply.JobAccepted.class);
    Reply.JobAccepted accepted = (Reply.JobAccepted) reply;
    assertThat(accepted.repeated()).isEqualTo(repeated);
    return accepted.job();
  }

  static NodeFacts facts(String name, String boot, int cores, long memBytes) {
    return facts(name, boot, cores, memBytes, List.of());
  }

  static NodeFacts facts(
      String name, String boot, int cores, long memBytes, List<NodeFacts.GresInventory> gres) {
    return new NodeFacts(
        new NodeName(name), boot, cores, memBytes, gres, "0.1.0", "6.1.0", List.of());
  }

  void node(String name, int cores) {
    says(facts(name, "boot-1", cores, cores * GIB));
  }

  /** The agent of a node says hello with nothing to report. */
  void says(NodeFacts facts) {
    does(new Input.RegisterNode(facts, List.of(), List.of()));
  }

  int plans() {
    Reply reply = hears(new Input.PlanPass());
    assertThat(reply).isInstanceOf(Reply.Planned.class);
    return ((Reply.Planned) reply).allocated();
  }

  void ticks() {
    does(new Input.Tick());
  }

  void starts(JobId job) {
    does(new Input.RunStarted(node(job), run(job), nowMs));
  }

  void exits(JobId job, int code) {
    does(new Input.RunEnded(node(job), exit(run(job), code, nowMs)));
  }

  static RunExit exit(RunId run, int code, long endMs) {
    return exit(run, RunExit.Kind.EXITED, code, 0, endMs, "");
  }

  static RunExit exit(
      RunId run, RunExit.Kind kind, int code, int signal, long endMs, String detail) {
    return new RunExit(run, kind, code, signal, endMs - 1, endMs, 900, 100, 4096, detail);
  }

  void silent(String node) {
    does(new Input.NodeSilent(new NodeName(node), nowMs, "no heartbeat for 30 s"));
  }

  ClusterImage.JobImage job(JobId id) {
    return machine.state().job(id).orElseThrow();
  }

  JobState state(JobId id) {
    return job(id).state();
  }

  RunId run(JobId id) {
    return new RunId(id, job(id).attempt());
  }

  NodeName node(JobId id) {
    return job(id).allocations().getFirst().node();
  }

  List<DesiredRunState> desired(String node) {
    return machine.desired(new NodeName(node)).runs();
  }

  static Actor user(String name) {
    return Actor.user(new UserName(name));
  }

  static SortedMap<String, String> variables(String... namesAndValues) {
    TreeMap<String, String> out = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      out.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return out;
  }

  /** An account that may see its own jobs. */
  static Viewer ownJobsOf(String user) {
    return new Viewer() {
      @Override
      public boolean everything() {
        return false;
      }

      @Override
      public boolean sees(UserName owner, ProjectName project) {
        return owner.value().equals(user);
      }
    };
  }
}
