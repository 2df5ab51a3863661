package org.queqiao.core;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.admission.BudgetCheck;
import org.queqiao.core.admission.CancelCheck;
import org.queqiao.core.admission.ChangeCheck;
import org.queqiao.core.admission.CheckpointCheck;
import org.queqiao.core.admission.DeadlineCheck;
import org.queqiao.core.admission.DisputeCheck;
import org.queqiao.core.admission.HoldCheck;
import org.queqiao.core.admission.MoneyCheck;
import org.queqiao.core.admission.NodeCheck;
import org.queqiao.core.admission.ObservedCheck;
import org.queqiao.core.admission.PlannedCheck;
import org.queqiao.core.admission.PrioritiesCheck;
import org.queqiao.core.admission.ProposalCheck;
import org.queqiao.core.admission.ReasonCheck;
import org.queqiao.core.admission.RegisterCheck;
import org.queqiao.core.admission.RequeueCheck;
import org.queqiao.core.admission.ReservationCheck;
import org.queqiao.core.admission.RoleCheck;
import org.queqiao.core.admission.RunReportCheck;
import org.queqiao.core.admission.SiteCheck;
import org.queqiao.core.admission.StandstillCheck;
import org.queqiao.core.admission.StepCheck;
import org.queqiao.core.admission.SubmitCheck;
import org.queqiao.core.admission.SuspendCheck;
import org.queqiao.core.explain.WhyPending;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.plan.ClusterPlanner;
import org.queqiao.core.plan.Slice;
import org.queqiao.core.plan.SliceBounds;
import org.queqiao.core.priority.ByPriority;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.ClusterState;
import org.queqiao.core.state.EventApplier;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;

/**
 * The deterministic scheduler: it is told what happened and what time it is, and answers with facts
 * and a reply. Two kinds of methods only: {@link #decide} and the queries read the state, {@link
 * #apply} writes it.
 *
 * <p>What concerns very many jobs comes in parts: while {@link Decision#more} says so, the caller
 * makes the facts true and decides the same input again, others in between.
 *
 * <p>The caller appends the facts of a decision to the log in their order, applies each one before
 * the next input is decided, stamps them with {@code max(nowMs, time of the last event)} or later,
 * and lets the reply out once they are durable. Everything here happens on one thread.
 */
public final class SchedulerMachine {
  private final Cluster cluster;
  private final EventApplier applier;
  private final PlanMemory memory = new PlanMemory();
  private final StateView view;
  private final SubmitCheck submit;
  private final CancelCheck cancel;
  private final ChangeCheck change;
  private final HoldCheck hold;
  private final RequeueCheck requeue;
  private final CheckpointCheck checkpoint;
  private final SuspendCheck suspend;
  private final StandstillCheck standstill;
  private final RunReportCheck runReport;
  private final StepCheck step;
  private final RegisterCheck register;
  private final NodeCheck node;
  private final DeadlineCheck deadline;
  private final SiteCheck site;
  private final PlannedCheck planned;
  private final MoneyCheck money;
  private final ProposalCheck proposal;
  private final BudgetCheck budget;
  private final DisputeCheck dispute;
  private final RoleCheck role;
  private final ClusterPlanner planner;
  private final PrioritiesCheck order;
  private final ReservationCheck reservation;
  private final ObservedCheck observed;
  private final ReasonCheck reason;

  /** A cluster in which nothing has happened yet. */
  public SchedulerMachine() {
    this(SliceBounds.LIVE);
  }

  /** As above, and its passes are cut elsewhere. */
  SchedulerMachine(SliceBounds bounds) {
    this(new Cluster(), new ByPriority(), bounds);
  }

  private SchedulerMachine(Cluster cluster, JobOrder byRule, SliceBounds bounds) {
    this.cluster = cluster;
    this.applier = new EventApplier(cluster);
    Permissions permissions = new Permissions(cluster.accounts());
    this.view = new StateView(cluster, permissions, new WhyPending(cluster), memory);
    this.submit = new SubmitCheck(cluster, permissions);
    this.cancel = new CancelCheck(cluster, permissions);
    this.change = new ChangeCheck(cluster, permissions);
    this.hold = new HoldCheck(cluster, permissions);
    this.requeue = new RequeueCheck(cluster, permissions);
    this.checkpoint = new CheckpointCheck(cluster, permissions);
    this.suspend = new SuspendCheck(cluster, permissions);
    this.standstill = new StandstillCheck(cluster);
    this.runReport = new RunReportCheck(cluster);
    this.step = new StepCheck(cluster);
    this.register = new RegisterCheck(cluster);
    this.node = new NodeCheck(cluster, permissions);
    this.deadline = new DeadlineCheck(cluster);
    this.site = new SiteCheck(cluster, permissions);
    this.planned = new PlannedCheck(cluster, permissions, site);
    this.money = new MoneyCheck(cluster, permissions);
    this.proposal = new ProposalCheck(cluster, permissions);
    this.budget = new BudgetCheck(cluster, permissions);
    this.dispute = new DisputeCheck(cluster, permissions, proposal);
    this.role = new RoleCheck(cluster, permissions);
    this.planner = new ClusterPlanner(cluster, byRule, bounds);
    this.order = new PrioritiesCheck(cluster, permissions);
    this.observed = new ObservedCheck(cluster, permissions);
    this.reservation = new ReservationCheck(cluster, permissions);
    this.reason = new ReasonCheck(cluster);
  }

  /**
   * The machine as it was when the image was taken.
   *
   * @throws MachineFault when the image contradicts itself
   */
  public static SchedulerMachine from(ClusterImage image) {
    return from(image, image.jobs());
  }

  /**
   * The machine of an image whose jobs come one by one from elsewhere, in the order of their
   * numbers, so that they do not all exist twice.
   *
   * @throws MachineFault when the image contradicts itself
   * @throws MalformedRecordException as going through the jobs does
   */
  public static SchedulerMachine from(ClusterImage image, Iterable<ClusterImage.JobImage> jobs) {
    return from(image, jobs, new ByPriority());
  }

  /** As above, with an order of the queue. */
  static SchedulerMachine from(
      ClusterImage image, Iterable<ClusterImage.JobImage> jobs, JobOrder order) {
    try {
      return new SchedulerMachine(Cluster.from(image, jobs), order, SliceBounds.LIVE);
    } catch (MalformedRecordException malformed) {
      throw malformed;
    } catch (RuntimeException e) {
      throw new MachineFault("the image of position " + image.position() + " is wrong", e);
    }
  }

  /**
   * Says what follows from an input; reads the state only.
   *
   * @param nowMs the clock of the caller, in epoch milliseconds; a clock that went back is ignored
   */
  public Decision decide(Input input, long nowMs) {
    long logicalMs = Math.max(nowMs, cluster.timeMs());
    return input instanceof Input.Reasoned given
        ? reasoned(given, logicalMs)
        : reason.reasoned(new Input.Reasoned(input, "", false), wish(input, logicalMs));
  }

  private Decision wish(Input input, long logicalMs) {
    return switch (input) {
      case Input.Reasoned i -> reasoned(i, logicalMs);
      case Input.SubmitJob i -> submit.decide(i, logicalMs);
      case Input.CancelJob i -> cancel.decide(i, logicalMs);
      case Input.ChangeJob i -> change.decide(i, logicalMs);
      case Input.CancelTasks i -> cancel.decide(i, logicalMs);
      case Input.HoldJob i -> hold.decide(i);
      case Input.ReleaseJob i -> hold.decide(i);
      case Input.RequeueJob i -> requeue.decide(i);
      case Input.Saved i -> checkpoint.decide(i, logicalMs);
      case Input.SuspendJob _, Input.ResumeJob _ -> suspend.decide(input);
      case Input.RegisterNode i -> register.decide(i, logicalMs);
      case Input.NodeSilent i -> node.decide(i, logicalMs);
      case Input.FenceNode i -> node.decide(i, logicalMs);
      case Input.DrainNode i -> node.decide(i);
      case Input.NodeChecked i -> node.decide(i);
      case Input.ResumeNode i -> node.decide(i);
      case Input.SetNode i -> node.decide(i);
      case Input.DefineLicence i -> site.decide(i);
      case Input.DefineTopology i -> site.decide(i);
      case Input.RunStarted i -> runReport.decide(i);
      case Input.RunSuspended i -> standstill.decide(i, logicalMs);
      case Input.RunEnded i -> runReport.decide(i, logicalMs);
      case Input.StartStep i -> step.decide(i);
      case Input.EndStep i -> step.decide(i);
      case Input.Tick _ -> tick(logicalMs);
      case Input.PlanPass _ -> plan(logicalMs);
      case Input.DefinePartition i -> site.decide(i);
      case Input.DefineTariff i -> money.decide(i, logicalMs);
      case Input.DefineDomain i -> site.decide(i);
      case Input.DefineJobPolicy i -> site.decide(i);
      case Input.DefineScheduling i -> site.decide(i);
      case Input.DefineProject _, Input.SetProject _ -> site.decide(input);
      case Input.PlanChange _, Input.WithdrawChange _ -> planned.decide(input, logicalMs);
      case Input.DefineUser i -> site.decide(i);
      case Input.GrantRole i -> role.decide(i);
      case Input.RevokeRole i -> role.decide(i);
      case Input.SetMembership i -> role.decide(i);
      case Input.RemoveMembership i -> role.decide(i);
      case Input.DefineBilling _, Input.FundWallet _ -> money.ofFirstStart(input);
      case Input.SetCreditLine i -> money.decide(i);
      case Input.TellBudgets i -> money.decide(i);
      case Input.OpenDispute _, Input.SeeLostRuns _ -> dispute.decide(input);
      case Input.AnswerDispute i -> dispute.decide(i, logicalMs);
      case Input.DefineBudget i -> budget.decide(i);
      case Input.TellBudgetUse i -> budget.decide(i);
      case Input.ProposeMoney i -> proposal.decide(i, logicalMs);
      case Input.DecideMoney i -> proposal.decide(i, logicalMs);
      case Input.RecordRuns i -> observed.decide(i);
      case Input.ImportRuns i -> observed.decide(i, logicalMs);
      case Input.DefinePlatform i -> order.decide(i);
      case Input.DefineQos i -> order.decide(i);
      case Input.DefinePriorityPolicy i -> order.decide(i);
      case Input.SetRules i -> order.decide(i);
      case Input.DefineReservation i -> reservation.decide(i, logicalMs);
      case Input.DeleteReservation i -> reservation.decide(i);
    };
  }

  private Decision reasoned(Input.Reasoned input, long logicalMs) {
    return ReasonCheck.refusal(input.reason())
        .orElseGet(() -> reason.reasoned(input, wish(input.input(), logicalMs)));
  }

  private Decision tick(long logicalMs) {
    memory.passTo(logicalMs);
    List<Fact> due = new ArrayList<>(planned.due(logicalMs));
    due.addAll(deadline.decide(logicalMs).facts());
    return Decision.done(due);
  }

  private Decision plan(long nowMs) {
    List<Fact> due = deadline.beforePlan(nowMs);
    if (!due.isEmpty()) {
      return new Decision(due, new Reply.Planned(0, true));
    }
    memory.passTo(nowMs);
    if (!memory.worthAPass(cluster)) {
      return new Decision(List.of(), new Reply.Planned(0, false));
    }
    Slice slice = planner.slice(nowMs);
    memory.foundNothing(slice.fruitlessAt(), planner.positionAtBegin(), slice.retryMs());
    List<Fact> facts = new ArrayList<>();
    slice.facts().forEach(each -> facts.add(new Fact(Actor.SCHEDULER, each)));
    slice.promises().forEach(each -> facts.add(new Fact(Actor.SCHEDULER, each)));
    slice.asides().forEach(each -> facts.add(new Fact(Actor.SCHEDULER, each)));
    // Who came while a pass was cut waits for the next one, which begins at once.
    boolean more = slice.more() || facts.isEmpty() && memory.worthAPass(cluster);
    return new Decision(facts, new Reply.Planned(slice.starts(), more));
  }

  /**
   * Makes a fact true; the only writer of the state. The time of the event is the only time there
   * is.
   *
   * @throws MachineFault when the fact is not legal here; the machine is then of no use any more
   */
  public void apply(LoggedEvent event) {
    try {
      applier.apply(event);
      planner.follow(event.event(), event.timeMs());
    } catch (RuntimeException e) {
      throw new MachineFault("event " + event.position() + " by " + event.actor(), e);
    }
  }

  /** What shall run on a node, and nothing else. */
  public DesiredState desired(NodeName name) {
    return cluster
        .nodes()
        .find(name)
        .map(found ->
            new DesiredState(
                name, found.desiredVersion(), found.runs().stream().map(this::desiredRun).toList()))
        .orElseGet(() -> new DesiredState(name, 0, List.of()));
  }

  private DesiredRunState desiredRun(Job job) {
    return new DesiredRunState(
        job.run(),
        job.state() == JobState.COMPLETING || cluster.steps().scriptEnded(job),
        job.preemption().killGraceMs(),
        job.user(),
        job.unixUser(),
        job.uid(),
        job.submitMs(),
        job.spec(),
        job.allocations(),
        job.isSignalled() ? job.spec().terms().signal() : null,
        job.task(),
        JobClock.suspending(job),
        job.suspension() == null ? 0 : job.suspension().askedMs(),
        job.leaseMs());
  }

  /** The whole state, for a snapshot. */
  public ClusterImage image() {
    return cluster.image();
  }

  /** SHA-256 over the canonical form of everything that the log determines. */
  public byte[] digest() {
    return cluster.digest();
  }

  /** Read-only queries. */
  public ClusterState state() {
    return view;
  }
}
