package org.queqiao.server.view;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.BudgetUseTold;
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
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.PromisesMovedUp;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.ReservationEvent;
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
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.snapshot.ClusterImage;

/** Brings the tables of jobs and nodes up to date, fact by fact. For one thread. */
final class ViewEvents {
  private final JobTable jobs;
  private final NodeTable nodes;
  private final Supplier<Site> site;
  private final Set<ProjectName> prepaid = ConcurrentHashMap.newKeySet();
  private final StepBook steps = new StepBook();
  private final SharedTexts texts = new SharedTexts();
  private long position;

  ViewEvents(JobTable jobs, NodeTable nodes, Supplier<Site> site) {
    this.jobs = jobs;
    this.nodes = nodes;
    this.site = site;
  }

  /** The steps of jobs. */
  StepBook steps() {
    return steps;
  }

  /** Whether a project has a wallet; asked from any thread. */
  boolean paysBefore(ProjectName project) {
    return prepaid.contains(project);
  }

  void restore(ClusterImage image) {
    image.wallets().forEach(each -> prepaid.add(each.project()));
    for (ClusterImage.NodeImage each : image.nodes()) {
      nodes.put(
          new NodeEntry(
              each.facts(),
              each.state(),
              each.stateReason(),
              each.lastSeenMs(),
              each.drained(),
              each.drainReason(),
              each.settings(),
              0,
              0,
              0));
    }
    for (ClusterImage.JobImage each : image.jobs()) {
      JobEntry entry = restored(each, image.position());
      if (each.array() != null) {
        entry.counts(ArrayCounts.of(each.array()));
      }
      jobs.add(entry);
      nodes.hold(entry.status().allocations(), 1);
    }
    image.steps().forEach(steps::restore);
    jobs.beginAt(image.lastJobId());
    jobs.evict();
  }

  private JobEntry restored(ClusterImage.JobImage image, long position) {
    boolean ended = image.state().isTerminal();
    int cores = image.allocations().stream().mapToInt(each -> each.cores().size()).sum();
    JobStatus status =
        new JobStatus(
            image.state(),
            image.heldByUser(),
            image.heldByAdministrator(),
            image.attempt(),
            image.startMs(),
            image.endMs(),
            cores,
            nodeNames(image.allocations()),
            ended ? List.of() : image.allocations(),
            image.exit(),
            ended ? image.detail() : knownOfItsEnd(image),
            image.formerCoreMs(),
            image.suspension(),
            image.reservation(),
            image.preemptedBy(),
            ended ? null : image.operatorEnd(),
            image.attempt() == 0 ? null : OperatorEnding.UNKNOWN);
    return new JobEntry(
            image.id().value(),
            image.user(),
            image.uid(),
            site.get().mainDomain(image.spec().project()),
            image.spec(),
            image.task(),
            image.revision(),
            image.submitMs(),
            status,
            position,
            texts)
        .foreseen(image.predictedMs(), image.promisedMs())
        .promisedAs(promisedTask(image));
  }

  private static String knownOfItsEnd(ClusterImage.JobImage image) {
    if (image.operatorEnd() != null) {
      return image.operatorEnd().detail();
    }
    return image.killCause() == null
        ? image.detail()
        : image.killCause().detail(image.reservation());
  }

  /** Of an array: the index of the task that its promise is for; else null. */
  private static Integer promisedTask(ClusterImage.JobImage image) {
    return image.array() == null || image.array().promised() == null
        ? null
        : (Integer) image.spec().array().tasks().at(image.array().promised());
  }

  private List<String> nodeNames(List<Allocation> allocations) {
    return allocations.stream().map(each -> texts.share(each.node().value())).toList();
  }

  void apply(LoggedEvent logged) {
    position = logged.position();
    apply(logged, logged.timeMs());
  }

  private void apply(LoggedEvent logged, long nowMs) {
    switch (logged.event()) {
      case JobSubmitted e -> submitted(e, nowMs);
      case JobAllocated e -> allocated(e, nowMs);
      case JobPromised e -> promised(e);
      case JobStarted _, JobSignalled _, RoomClaimed _, ClusterObserved _, BudgetUseTold _ -> {}
      case PromisesMovedUp _, RunCheckpointed _ -> {}
      case ArrayTaskSplit e -> split(e);
      case ArrayTasksEnded e -> tasksEnded(e);
      case JobChanged e -> changed(e);
      case ArrayEnded e ->
          change(e.array(), entry -> entry.status().ended(e.state(), e.endMs(), null, ""));
      case JobEligible e -> change(e.job(), JobEntry::status);
      case JobHeld e when e.tasks() != null -> change(e.job(), entry -> held(entry, e));
      case JobHeld e -> change(e.job(), entry -> heldAsAWhole(entry, e));
      case JobReleased e ->
          change(e.job(), entry -> e.tasks() != null ? entry.status() : entry.status().released());
      case JobKillRequested e -> killing(e, logged);
      case JobSuspendRequested _, JobSuspended _, JobResumed _, RunPartSuspended _ -> stops(logged);
      case StepStarted _, StepEnded _, RunPartEnded _ -> steps.apply(logged);
      case JobEnded e -> ended(e);
      case JobRequeued e -> requeued(e);
      case NodeRegistered e -> registered(e);
      case NodeUp e -> nodes.change(e.node(), node -> node.in(NodeState.UP, "", 0));
      case NodeDown e ->
          nodes.change(e.node(), node -> node.in(NodeState.DOWN, e.reason(), e.lastSeenMs()));
      case NodeFenced e -> fenced(e);
      case NodeDrained e -> nodes.change(e.node(), node -> node.drained(true, e.reason()));
      case NodeResumed e -> nodes.change(e.node(), node -> node.drained(false, ""));
      case NodeSettingsSet e -> nodes.change(e.node(), node -> node.with(e.settings()));
      case BudgetTold e -> prepaid.add(e.project());
      case CreditLineSet e -> prepaid.add(e.project());
      case RunImported e -> jobs.historyUpTo(e.job().value());
      case RunObserved e -> jobs.historyUpTo(e.job().value());
      case MoneyDecided e -> decided(e);
      case MoneyProposed _, DisputeOpened _, DisputeAnswered _, BudgetDefined _ -> {}
      case PartitionDefined _,
          BillingDefined _,
          LostRunsSeen _,
          LicenceDefined _,
          TopologyDefined _,
          JobPolicyDefined _,
          SchedulingDefined _,
          TariffDefined _,
          DomainDefined _,
          ProjectDefined _,
          UserDefined _,
          RoleGranted _,
          RoleRevoked _,
          MembershipSet _,
          MembershipRemoved _,
          WalletFunded _,
          PlannedEvent _,
          PlatformDefined _,
          QosDefined _,
          PriorityPolicyDefined _,
          RulesSet _,
          ReservationEvent _ -> {}
    }
  }

  /** A project with a credit line pays before, also until the ledger says what it has. */
  private void decided(MoneyDecided e) {
    if (e.approved() && e.change() instanceof MoneyChange.CreditLine line) {
      prepaid.add(line.project());
    }
  }

  private void killing(JobKillRequested e, LoggedEvent logged) {
    change(e.run().job(), entry -> entry.status().killing(e, logged).preempted(e.preemptor()));
  }

  private void fenced(NodeFenced e) {
    nodes.change(
        e.node(), node -> node.in(node.state(), "fenced: " + e.reason(), node.lastSeenMs()));
  }

  private void promised(JobPromised e) {
    change(
        e.job(),
        entry -> {
          long beforeMs = entry.foreseen().promisedMs();
          // Other room does not undo what was promised, unless it comes earlier.
          boolean later = e.nodes() != null && beforeMs != 0 && beforeMs < e.startMs();
          return entry.promised(later ? beforeMs : e.startMs(), e.task()).status();
        });
  }

  /** What a job becomes by a fact. */
  @FunctionalInterface
  private interface Change {
    JobStatus of(JobEntry entry);
  }

  private void change(JobId id, Change change) {
    JobEntry entry = jobs.find(id.value());
    if (entry == null) {
      throw new IllegalStateException("the view has no job " + id);
    }
    jobs.change(entry, change.of(entry), position);
  }

  private void stops(LoggedEvent logged) {
    switch (logged.event()) {
      case JobSuspendRequested e -> {
        suspension(
            e.run().job(), null, before -> asked(before, e, logged.actor(), logged.timeMs()));
        change(e.run().job(), entry -> entry.status().preempted(e.preemptor()));
      }
      case RunPartSuspended e ->
          suspension(e.run().job(), null, before -> before.stoppedOn(e.node(), e.atMs()));
      case JobSuspended e ->
          suspension(
              e.run().job(), JobState.SUSPENDED, before -> before.stopped(e.atMs(), e.billed()));
      case JobResumed e ->
          suspension(e.run().job(), JobState.RUNNING, before -> before.over(e.atMs()));
      default -> throw new IllegalArgumentException(String.valueOf(logged.event()));
    }
  }

  /** A state of null stays as it is. */
  private void suspension(JobId id, JobState as, UnaryOperator<Suspension> next) {
    change(
        id,
        entry -> {
          JobStatus status = entry.status();
          return status.suspension(
              as == null ? status.state() : as, next.apply(status.suspension()));
        });
  }

  private static Suspension asked(
      Suspension before, JobSuspendRequested event, Actor by, long nowMs) {
    return before == null ? Suspension.first(by, nowMs) : before.asked(event.suspend(), by, nowMs);
  }

  private void submitted(JobSubmitted event, long nowMs) {
    jobs.add(
        new JobEntry(
            event.job().value(),
            event.user(),
            event.uid(),
            texts.share(site.get().mainDomain(event.spec().project())),
            event.spec(),
            null,
            0,
            nowMs,
            JobStatus.submitted(event.spec().hold()),
            position,
            texts));
  }

  private void split(ArrayTaskSplit event) {
    JobEntry array = jobs.find(event.array().value());
    if (array == null) {
      throw new IllegalStateException("the view has no array " + event.array());
    }
    array.counts(array.counts().left(1));
    ArrayTask task = new ArrayTask(event.array(), event.task());
    JobEntry.Foreseen foreseen = array.foreseen();
    JobEntry entry = new JobEntry(event.job().value(), array, task, position);
    if (foreseen.task() != null && foreseen.task() == event.task()) {
      entry.promised(foreseen.promisedMs(), null);
      array.promised(0, null);
    }
    jobs.add(entry);
  }

  private void changed(JobChanged event) {
    JobEntry before = jobs.find(event.job().value());
    if (before == null) {
      throw new IllegalStateException("the view has no job " + event.job());
    }
    String domain = texts.share(site.get().mainDomain(event.spec().project()));
    jobs.replace(before, before.changed(event.spec(), domain, position, texts));
  }

  /** Where every job is promised a start, it lets go of its own without being told. */
  private JobStatus heldAsAWhole(JobEntry entry, JobHeld event) {
    if (event.letsGo() || site.get().scheduling().promisesAll()) {
      entry.promised(0, null);
    }
    return entry.status().held(event.byAdministrator());
  }

  /** Tasks that are held one by one: the array is not, but the promise of one of them is gone. */
  private static JobStatus held(JobEntry array, JobHeld event) {
    loseTasks(array, event.tasks());
    return array.status();
  }

  /** A promise goes with its task. */
  private static void loseTasks(JobEntry array, TaskIndices tasks) {
    Integer promised = array.foreseen().task();
    if (promised != null && tasks.ordinalOf(promised) >= 0) {
      array.promised(0, null);
    }
  }

  private void tasksEnded(ArrayTasksEnded event) {
    change(
        event.array(),
        entry -> {
          int count = event.tasks().count();
          entry.counts(entry.counts().left(count).plus(event.state(), count));
          loseTasks(entry, event.tasks());
          return entry.status();
        });
  }

  private void allocated(JobAllocated event, long nowMs) {
    List<Allocation> given = event.allocations();
    change(
        event.run().job(),
        entry ->
            entry
                .foreseen(event.predictedMs(), entry.foreseen().promisedMs())
                .status()
                .allocated(
                    event.run().attempt(), given, nodeNames(given), event.reservation(), nowMs));
    nodes.hold(given, 1);
  }

  private void ended(JobEnded event) {
    steps.runEnded(event.job(), event.endMs());
    change(
        event.job(),
        entry -> {
          nodes.hold(entry.status().allocations(), -1);
          return entry.status().ended(event.state(), event.endMs(), event.exit(), event.detail());
        });
  }

  private void requeued(JobRequeued event) {
    steps.runEnded(event.run().job(), event.endMs());
    change(
        event.run().job(),
        entry -> {
          nodes.hold(entry.status().allocations(), -1);
          return entry
              .foreseen(0, 0)
              .status()
              .requeued(event.endMs(), event.held(), event.detail());
        });
  }

  private void registered(NodeRegistered event) {
    nodes.put(
        nodes
            .find(event.facts().name())
            .map(known -> known.withFacts(event.facts()))
            .orElseGet(() -> NodeEntry.registered(event.facts())));
  }
}
