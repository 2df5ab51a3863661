package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.ChangePlanned;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PlannedChangeMade;
import org.queqiao.contract.event.PlannedChangeWithdrawn;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.PromisesMovedUp;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.price.Covering;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.RunCost;

/**
 * What each fact of the log means for the books. A pure function of the facts and the tariffs among
 * them: whoever has both can compute every line again.
 *
 * <p>The accounts: {@code wallet:P} what project P may spend, {@code held:P} what running jobs that
 * it pays for may still cost, {@code revenue:Q} what partition Q earned, {@code funding:P} where
 * the money came from, {@code refunds:Q} and {@code corrections:P} what went back; {@code usage:P}
 * and {@code meter:Q} carry core time, {@code reserved:P} what was reserved for project P and used
 * by nobody, which {@code revenue:reserved/R} has the money for. Money into an account is positive.
 */
public final class Bookkeeper {
  private final BillingCalendar calendar;
  private final MoneyEntries money;
  private final ObservedBooking observed;
  private final ReservedBooking reserved;
  private final Allowing allowing;
  private final RunningTime running;

  public Bookkeeper(BillingCalendar calendar) {
    this.calendar = calendar;
    this.money = new MoneyEntries(calendar);
    this.observed = new ObservedBooking(calendar);
    this.reserved = new ReservedBooking(calendar);
    this.allowing = new Allowing(calendar);
    this.running = new RunningTime(calendar, allowing);
  }

  /** Records one fact. */
  public void record(LoggedEvent logged, Books books) {
    books.months().at(logged.timeMs());
    AuditEntry.of(logged, books).ifPresent(books::audit);
    books.nodes().record(logged);
    reserved.due(logged, books);
    allowing.expire(logged, books);
    switch (logged.event()) {
      case TariffDefined e -> books.putTariff(e);
      case ProjectDefined e -> books.putProject(e, calendar.month(logged.timeMs()));
      case WalletFunded e -> MoneyEntries.funded(e, logged, books);
      case MoneyProposed e -> proposed(e, logged, books);
      case MoneyDecided e -> money.decided(e, logged, books);
      case JobSubmitted e -> submitted(e, logged, books);
      case JobAllocated e -> allocated(e, logged, books);
      case JobEnded e -> ended(e, logged, books);
      case JobRequeued e -> requeued(e, logged, books);
      case ArrayTaskSplit e -> split(e, books);
      case ArrayEnded e -> arrayEnded(e, books);
      case JobChanged e -> changed(e, logged, books);
      case DisputeOpened _, DisputeAnswered _ -> books.dispute(logged);
      case LostRunsSeen e -> books.seen(e, logged);
      case BudgetDefined e -> books.putBudget(e.terms(), e.reason(), logged);
      case BillingDefined _, ArrayTasksEnded _, BudgetTold _, BudgetUseTold _ -> {}
      case ClusterObserved e -> books.putTold(e.cluster(), e.completeMs());
      case RunObserved e -> observed.record(e, logged, books);
      case RunImported e -> observed.record(e, logged, books);
      case CreditLineSet e -> books.putCredit(e.project(), e.currency(), e.creditMicro());
      case JobPolicyDefined _, SchedulingDefined _, PartitionDefined _ -> {}
      case PlatformDefined _, QosDefined _, PriorityPolicyDefined _ -> {}
      case RulesSet e -> rules(e, logged, books);
      case ReservationDefined _, ReservationDeleted _, ReservationOpened _, ReservationClosed _ ->
          reserved.reservation(logged, books);
      case DomainDefined e -> domain(e, logged, books);
      case ChangePlanned _, PlannedChangeWithdrawn _ -> {}
      case PlannedChangeMade e -> made(e.change(), books);
      case UserDefined _, RoleGranted _, RoleRevoked _ -> {}
      case MembershipSet _, MembershipRemoved _, NodeFenced _ -> {}
      case NodeRegistered _,
          NodeUp _,
          NodeDown _,
          NodeDrained _,
          NodeResumed _,
          NodeSettingsSet _ ->
          ReservedBooking.node(logged, books.reserved());
      case LicenceDefined _, TopologyDefined _, PromisesMovedUp _ -> {}
      case JobEligible _, JobPromised _, RoomClaimed _, JobHeld _, JobReleased _ -> {}
      case JobStarted _, StepStarted _, StepEnded _, RunPartEnded _, RunPartSuspended _ -> {}
      case JobSignalled _, JobSuspendRequested _ -> {}
      case RunCheckpointed e -> saved(e, books);
      case JobSuspended e -> {
        if (!e.billed()) {
          edge(e.run(), true, e.atMs(), books);
        }
      }
      case JobResumed e -> edge(e.run(), false, e.atMs(), books);
      case JobKillRequested e -> edge(e.run(), false, logged.timeMs(), books);
    }
    running.days(logged, books);
  }

  private void domain(DomainDefined e, LoggedEvent logged, Books books) {
    place(e.code(), logged.timeMs(), e.parent(), books);
  }

  private void place(DomainCode domain, long fromMs, DomainCode parent, Books books) {
    books.putDomainParent(domain, calendar.month(fromMs), parent == null ? "" : parent.value());
  }

  /** A scheduler that was down when its time came makes it late; it counts from its time on. */
  private void made(PlannedChange change, Books books) {
    switch (change.content()) {
      case PlannedChange.Place e -> place(e.domain(), change.fromMs(), e.parent(), books);
      case PlannedChange.Owner e -> owner(e.project(), change.fromMs(), e.platform(), books);
      // No job is submitted while the scheduler is down: the project has them since the fact
      // before.
      case PlannedChange.Shares _ -> {}
    }
  }

  private void rules(RulesSet e, LoggedEvent logged, Books books) {
    if (e.subject() instanceof Subject.Project(ProjectName project)) {
      owner(project, logged.timeMs(), e.rules().platform(), books);
    }
  }

  private void owner(ProjectName project, long fromMs, PlatformName platform, Books books) {
    books.putPlatform(project, calendar.month(fromMs), platform == null ? "" : platform.value());
  }

  private static void submitted(JobSubmitted e, LoggedEvent logged, Books books) {
    books.putJob(
        JobRow.builder(e.job())
            .name(e.spec().name())
            .user(e.user())
            .unixUser(e.unixUser())
            .uid(e.uid())
            .project(e.spec().project())
            .domains(books.domains(e.spec().project()))
            .partition(e.spec().partition())
            .qos(e.spec().qos() == null ? "" : e.spec().qos().value())
            .quote(e.spec().quote())
            .endUser(e.spec().endUser())
            .submitMs(logged.timeMs())
            .limitMs(e.spec().limitMs())
            .memBytes(e.spec().memBytes())
            .cores(e.spec().totalCores())
            .workDir(e.spec().workDir())
            .stdoutPath(e.spec().stdoutPath())
            .stderrPath(e.spec().stderrPath())
            .build());
  }

  /** A task is metered and billed as any other job. */
  private static void split(ArrayTaskSplit e, Books books) {
    JobRow array = books.job(e.array()).orElseThrow(() -> unknownArray(e.array()));
    books.putJob(array.task(e.job(), new ArrayTask(e.array(), e.task())));
  }

  private static void arrayEnded(ArrayEnded e, Books books) {
    JobRow array = books.job(e.array()).orElseThrow(() -> unknownArray(e.array()));
    books.putJob(array.ended(e.state().name(), "", e.endMs(), -1, 0));
  }

  /**
   * What runs from now on is billed to whom and as it says then. Of a run that goes on the limit
   * alone can change, and what is held for it changes with that.
   */
  private void changed(JobChanged e, LoggedEvent logged, Books books) {
    JobRow before = books.job(e.job()).orElseThrow(() -> unknownJob(e.job()));
    JobRow job = before.changed(e.spec(), books.domains(e.spec().project()));
    books.putJob(job);
    if (job.attempt() == 0 || job.limitMs() == before.limitMs()) {
      return;
    }
    RunId run = new RunId(e.job(), job.attempt());
    OpenRun open = books.openRun(run).orElse(null);
    if (open == null) {
      return;
    }
    OpenRun after = held(job, open, books);
    if (!open.currency().isEmpty() && !after.currency().equals(open.currency())) {
      return;
    }
    books.change(after);
    long more = Math.subtractExact(after.heldMicro(), open.heldMicro());
    hold(job.wallet(), after, more, "hold/" + run + "/" + logged.position(), logged, books);
  }

  private static IllegalStateException unknownJob(JobId job) {
    return new IllegalStateException("the log changes job " + job + ", which is unknown");
  }

  private static IllegalStateException unknownArray(JobId array) {
    return new IllegalStateException("the log speaks of array " + array + ", which is unknown");
  }

  /** Holds the most that the run can cost: its limit at the prices known now. */
  private void allocated(JobAllocated e, LoggedEvent logged, Books books) {
    JobRow job = books.job(e.run().job()).orElseThrow(() -> unknown(e.run()));
    List<String> nodes = new ArrayList<>();
    for (Allocation allocation : e.allocations()) {
      nodes.add(allocation.node().value());
    }
    OpenRun begun = OpenRun.of(e.run(), logged.timeMs(), e.allocations(), e.postsDays());
    job = job.allocated(e.run().attempt(), logged.timeMs(), begun.cores(), nodes, e.payer());
    books.putJob(job);
    OpenRun open = held(job, begun.drawing(Allowing.draw(begun, job, logged, books)), books);
    books.open(open);
    ReservedBooking.held(open, true, logged.timeMs(), books);
    hold(job.wallet(), open, open.heldMicro(), "hold/" + e.run(), logged, books);
  }

  /** A run with what is held for it: its limit at the prices known now. */
  private OpenRun held(JobRow job, OpenRun run, Books books) {
    long untilMs = Math.addExact(run.startMs(), job.limitMs());
    String currency = "";
    Meter meter = new Meter(books.tariffs(), calendar);
    for (Segment segment : meter.billed(run.parts(job), run.startMs(), untilMs)) {
      currency = segment.currency().isEmpty() ? currency : segment.currency();
    }
    BigInteger held =
        RunCost.held(
            books.tariffs(), run.parts(job), run.startMs(), untilMs, Covering.sumMs(run.draws()));
    return run.held(held.longValueExact(), currency);
  }

  /** Moves money from the wallet to what is held, or back when the amount is below zero. */
  private static void hold(
      ProjectName project,
      OpenRun run,
      long amountMicro,
      String transaction,
      LoggedEvent logged,
      Books books) {
    if (amountMicro != 0) {
      Entry entry = new Entry(transaction, run.run(), logged, null);
      books.post(
          List.of(
              entry.money("held:" + project, run.currency(), amountMicro),
              entry.money("wallet:" + project, run.currency(), Math.negateExact(amountMicro))));
    }
  }

  /** Captures what the run cost from its hold and releases the rest. */
  private void ended(JobEnded e, LoggedEvent logged, Books books) {
    JobRow job =
        books
            .job(e.job())
            .orElseThrow(() -> new IllegalStateException("the end of an unknown job " + e.job()));
    boolean wasWaiting = job.state().equals("PENDING");
    RunExit exit = e.exit();
    boolean exited = exit != null && exit.kind() == RunExit.Kind.EXITED;
    job =
        job.ended(
            e.state().name(),
            e.detail(),
            e.endMs(),
            exited ? exit.exitCode() : -1,
            exited ? exit.signal() : 0);
    // A job that ends while it waits, for the first time or again, has no run to settle.
    if (wasWaiting) {
      books.putJob(job);
    } else {
      LostRun.of(e, job, logged).ifPresent(books::lost);
      settle(
          job,
          new RunId(e.job(), e.attempt()),
          e.endMs(),
          exit,
          books.refunds().causeOf(e.operator(), RefundBook.causeOf(e.state()), e.endMs()),
          e.state().name(),
          logged,
          books);
    }
  }

  /** As an end, of the run alone: each run is billed. */
  private void requeued(JobRequeued e, LoggedEvent logged, Books books) {
    JobRow job = books.job(e.run().job()).orElseThrow(() -> unknown(e.run()));
    Optional<RefundCause> cause = RefundBook.causeOf(e.cause());
    LostRun.of(e, job, logged).ifPresent(books::lost);
    settle(
        job.waitsAgain(e.detail()),
        e.run(),
        e.endMs(),
        e.exit(),
        books.refunds().causeOf(e.operator(), cause, e.endMs()),
        cause.map(RefundCause::name).orElse(job.state()),
        logged,
        books);
  }

  /** A run is stopped, goes on, or is told to end, for which it goes on. */
  private static void edge(RunId run, boolean stop, long atMs, Books books) {
    OpenRun open = books.openRun(run).orElseThrow(() -> unknown(run));
    if (open.isStopped() != stop) {
      books.change(open.edge(atMs));
      ReservedBooking.held(open, !stop, atMs, books);
    }
  }

  private static void saved(RunCheckpointed e, Books books) {
    OpenRun open = books.openRun(e.run()).orElseThrow(() -> unknown(e.run()));
    books.change(open.saved(e.atMs()));
  }

  private void settle(
      JobRow told,
      RunId run,
      long endMs,
      RunExit exit,
      Optional<RefundCause> cause,
      String state,
      LoggedEvent logged,
      Books books) {
    OpenRun going = books.openRun(run).orElseThrow(() -> unknown(run));
    books.putJob(told);
    OpenRun open = running.ends(going, endMs, logged, books);
    JobRow ended = books.job(run.job()).orElseThrow(() -> unknown(run));
    Meter meter = new Meter(books.tariffs(), calendar);
    List<Holding.Part> parts = open.parts(ended);
    RunTime time = RunTime.post(ended, open, open, endMs, meter, logged, books);
    JobRow job = time.job();
    Map<String, Long> costs = time.costs();
    long energyMj = exit == null ? 0 : exit.energyMj();
    if (energyMj > 0 && endMs > open.startMs()) {
      Use use = Use.energy(job.partition(), job.qosName(), job.project());
      for (Segment segment : meter.energy(use, energyMj, open.startMs(), endMs)) {
        Map<String, Long> micro = new TreeMap<>();
        job = Charges.post(job, run, segment, Charges.Manner.CAPTURE, micro, logged, books);
        time.pays(segment, micro);
      }
    }
    if (endMs > open.startMs()) {
      long minimum = RunCost.minimum(books.tariffs(), parts, open.startMs()).longValueExact();
      job = money.minimum(job, run, minimum, Charges.Manner.CAPTURE, costs, logged, books);
    }
    Saved saved = Saved.of(open, time, parts, endMs, meter);
    allowing.settle(job, open, time, cause, saved, endMs, costs, logged, books);
    // What the hold of this run has left in each currency: it is emptied.
    Map<String, Long> rest = new TreeMap<>(Map.of(open.currency(), open.heldMicro()));
    costs.forEach((currency, cost) -> rest.merge(currency, Math.negateExact(cost), Math::addExact));
    release(job.wallet(), run, rest, logged, books);
    JobRow row = job;
    Map<String, Long> behind = saved.paid(costs, time.behind());
    cause.ifPresent(
        each -> money.refund(row, run, each, endMs, costs, behind, saved.atMs(), logged, books));
    long coreMs =
        Math.addExact(open.settled().coreMs(), Math.subtractExact(job.coreMs(), ended.coreMs()));
    books.ended(
        RunEnd.of(
            job, state, books.months().billed(calendar.day(endMs)), open.cores(), coreMs, exit));
    books.close(run);
    if (!open.isStopped()) {
      ReservedBooking.held(open, false, endMs, books);
    }
    books.putJob(job);
  }

  /**
   * Empties the hold of a run: the rest goes back to the wallet. A run that cost more than was
   * held, because its end came after its limit or a price rose, takes the difference from the
   * wallet.
   */
  private static void release(
      ProjectName project, RunId run, Map<String, Long> hold, LoggedEvent logged, Books books) {
    Entry entry = new Entry("release/" + run, run, logged, null);
    hold.forEach((currency, rest) -> {
      if (rest != 0) {
        books.post(
            List.of(
                entry.money("wallet:" + project, currency, rest),
                entry.money("held:" + project, currency, Math.negateExact(rest))));
      }
    });
  }

  private void proposed(MoneyProposed e, LoggedEvent logged, Books books) {
    MoneyChange.CloseMonth month = MoneyEntries.checks(e, books);
    if (month != null && month.postsRunning()) {
      running.month(month.toMs(), logged, books);
    }
    MoneyEntries.proposed(e, logged, books);
  }

  private static IllegalStateException unknown(RunId run) {
    return new IllegalStateException("the log speaks of run " + run + ", which was never started");
  }
}
