package org.queqiao.simulator.check;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
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
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.check.PreemptionHistory;
import org.queqiao.core.check.ReservationHistory;

/** Folds the durable facts and checks what they say about each other. */
final class HistoryCheck {
  private static final Set<JobState> ENDS_OF_RUNNING =
      EnumSet.of(JobState.COMPLETED, JobState.FAILED, JobState.OUT_OF_MEMORY, JobState.NODE_FAIL);
  private static final Set<JobState> ENDS_OF_COMPLETING =
      EnumSet.of(
          JobState.CANCELLED,
          JobState.TIMEOUT,
          JobState.NODE_FAIL,
          JobState.DEADLINE,
          JobState.PREEMPTED);

  private final ModelCluster model;
  private final PermissionCheck permissions;
  private final TermsCheck terms;
  private final LimitsCheck limits;
  private final WishCheck wishes;
  private final ArrayCheck arrays;
  private final ReuseCheck reuse;
  private final PreemptionHistory preemption = new PreemptionHistory();
  private final RunningCheck running;
  private final StepsCheck steps;
  private final ReservationHistory reservations = new ReservationHistory();
  private final LogShapeCheck shape = new LogShapeCheck();

  HistoryCheck(ModelCluster model) {
    this.model = model;
    this.permissions = new PermissionCheck(model);
    this.terms = new TermsCheck(model);
    this.limits = new LimitsCheck(model);
    this.wishes = new WishCheck(model);
    this.arrays = new ArrayCheck(model);
    this.reuse = new ReuseCheck(model);
    this.running = new RunningCheck(model, reuse);
    this.steps = new StepsCheck(model);
  }

  /** The next durable fact. */
  void accept(LoggedEvent logged) {
    shape.accept(logged);
    permissions.check(logged);
    none(Invariant.I38, logged, reservations.observe(logged));
    none(Invariant.I39, logged, preemption.observe(logged));
    take(logged);
  }

  private void take(LoggedEvent logged) {
    switch (logged.event()) {
      case JobSubmitted e -> submitted(logged, e);
      case JobAllocated e -> allocated(logged, e);
      case JobStarted e -> started(logged, e);
      case JobKillRequested e -> killRequested(logged, e);
      case JobEnded e -> ended(logged, e);
      case JobRequeued e -> requeued(logged, e);
      case JobSignalled e -> running.signalled(logged, e);
      case JobChanged e -> running.changed(logged, e);
      case JobSuspendRequested _, JobSuspended _, JobResumed _, RunPartSuspended _ ->
          running.stands(logged);
      case ArrayTaskSplit e -> arrays.split(logged, e);
      case ArrayTasksEnded e -> arrays.tasksEnded(logged, e);
      case ArrayEnded e -> arrays.ended(logged, e);
      case JobEligible e -> waiting(logged, model.job(e.job()), "eligible");
      case JobHeld e -> waiting(logged, model.job(e.job()), "held");
      case JobPromised e -> waiting(logged, model.job(e.job()), "promised a start");
      case JobReleased e -> waiting(logged, model.job(e.job()), "released");
      case NodeRegistered e -> registered(e);
      case NodeUp e -> model.nodes.get(e.node()).bootId = e.bootId();
      case NodeDrained e -> model.nodes.get(e.node()).drainedByHealth = e.byHealth();
      case NodeResumed e -> model.nodes.get(e.node()).drainedByHealth = false;
      case NodeFenced e -> model.nodes.get(e.node()).fencedPosition = logged.position();
      case NodeSettingsSet e -> model.nodes.get(e.node()).settings = e.settings();
      case PartitionDefined e -> model.partitions.put(e.name(), e);
      case RunObserved e -> model.numberUsed(e.job());
      case RunImported e -> model.numberUsed(e.job());
      case LicenceDefined e -> model.licences.put(e.name(), e.count());
      case TopologyDefined e -> model.topology = e;
      case PlannedEvent e -> model.planned(e);
      case RulesSet e -> limits.set(e);
      case UserDefined e -> model.users.put(e.name().value(), e);
      case RoleGranted e ->
          model.roles.computeIfAbsent(e.user().value(), _ -> new TreeSet<>()).add(e.role());
      case RoleRevoked e ->
          model.roles.computeIfAbsent(e.user().value(), _ -> new TreeSet<>()).remove(e.role());
      case MembershipSet e -> model.ranks.put(e.project() + "/" + e.user(), e.rank());
      case MembershipRemoved e -> model.ranks.remove(e.project() + "/" + e.user());
      case NodeDown e -> reuse.down(e);
      case StepStarted _, StepEnded _, RunPartEnded _ -> steps.accept(logged);
      case MoneyProposed _, MoneyDecided _, CreditLineSet _, RoomClaimed _, PromisesMovedUp _ -> {}
      case DisputeOpened _, DisputeAnswered _, BudgetDefined _, BudgetUseTold _ -> {}
      case BillingDefined _,
          LostRunsSeen _,
          ProjectDefined _,
          DomainDefined _,
          JobPolicyDefined _,
          SchedulingDefined _,
          TariffDefined _,
          PlatformDefined _,
          QosDefined _,
          PriorityPolicyDefined _,
          ReservationEvent _ -> {}
      case BudgetTold _, ClusterObserved _, WalletFunded _, RunCheckpointed _ -> {}
    }
  }

  private static void none(Invariant invariant, LoggedEvent logged, List<String> wrong) {
    if (!wrong.isEmpty()) {
      throw new Violation(invariant, at(logged) + ": " + wrong.getFirst());
    }
  }

  private void submitted(LoggedEvent logged, JobSubmitted e) {
    require(
        e.job().value() > model.lastJobId,
        Invariant.I31,
        () -> at(logged) + " gives out number " + e.job() + " after " + model.lastJobId);
    model.lastJobId = e.job().value();
    UserDefined user = model.users.get(e.user().value());
    require(
        user != null && user.unixUser().equals(e.unixUser()) && user.uid() == e.uid(),
        Invariant.I30,
        () ->
            at(logged)
                + " runs as "
                + e.unixUser()
                + " ("
                + e.uid()
                + "), the account says "
                + user);
    if (!e.idempotencyKey().isEmpty()) {
      String key = e.user() + "/" + e.idempotencyKey();
      require(
          !model.keys.containsKey(key),
          Invariant.I37,
          () ->
              at(logged) + " makes job " + e.job() + " for a key that made " + model.keys.get(key));
      model.keys.put(key, e.job());
    }
    ModelJob job = new ModelJob(e, logged.timeMs());
    model.jobs.put(e.job(), job);
    limits.submitted(logged, job);
  }

  private void allocated(LoggedEvent logged, JobAllocated e) {
    ModelJob job = model.job(e.run().job());
    require(
        job != null && job.state == JobState.PENDING && e.run().attempt() == job.attempt + 1,
        Invariant.I6,
        () -> at(logged) + " allocates " + e.run() + describe(job));
    require(
        logged.timeMs() >= job.submitMs,
        Invariant.I23,
        () -> at(logged) + " starts " + e.run() + " before its submission");
    terms.mayBegin(logged, job);
    wishes.respected(logged, job, e.allocations());
    wishes.licensed(logged, job);
    arrays.allocated(logged, job);
    for (Allocation allocation : e.allocations()) {
      take(logged, e.run(), allocation);
    }
    job.state = JobState.RUNNING;
    job.firstStartMs = job.firstStartMs == 0 ? logged.timeMs() : job.firstStartMs;
    job.attempt = e.run().attempt();
    job.allocations = e.allocations();
    job.begin(logged.timeMs());
    limits.started(logged, job);
    NodeName scriptNode = e.allocations().getFirst().node();
    model.starts.put(
        e.run(),
        new ModelCluster.Start(scriptNode, model.nodes.get(scriptNode).bootId, logged.position()));
  }

  private void take(LoggedEvent logged, RunId run, Allocation allocation) {
    ModelNode node = model.nodes.get(allocation.node());
    takeCores(logged, run, allocation, node);
    takeMemory(logged, allocation, node);
    takeDevices(logged, run, allocation, node);
  }

  private void takeCores(LoggedEvent logged, RunId run, Allocation allocation, ModelNode node) {
    for (int core : allocation.cores()) {
      RunId user = node.coreUsers.putIfAbsent(core, run);
      require(
          user == null,
          Invariant.I1,
          () ->
              at(logged)
                  + " gives core "
                  + core
                  + " of "
                  + allocation.node()
                  + " to "
                  + run
                  + " while "
                  + user
                  + " holds it");
      require(
          core >= 0 && core < node.facts.cores(),
          Invariant.I1,
          () ->
              at(logged)
                  + " gives core "
                  + core
                  + " of "
                  + allocation.node()
                  + ", which has "
                  + node.facts.cores());
      reuse.taken(logged, run, allocation.node() + "/" + core);
    }
  }

  private void takeMemory(LoggedEvent logged, Allocation allocation, ModelNode node) {
    node.memUsedBytes = Math.addExact(node.memUsedBytes, allocation.memBytes());
    require(
        node.memUsedBytes <= node.facts.memBytes(),
        Invariant.I2,
        () ->
            at(logged)
                + " gives out "
                + node.memUsedBytes
                + " of "
                + node.facts.memBytes()
                + " bytes of "
                + allocation.node());
  }

  private void takeDevices(LoggedEvent logged, RunId run, Allocation allocation, ModelNode node) {
    for (Allocation.GresDevices devices : allocation.gres()) {
      for (int device : devices.devices()) {
        RunId user = node.deviceUsers.putIfAbsent(device(devices, device), run);
        require(
            user == null && exists(node.facts, devices, device),
            Invariant.I2,
            () ->
                at(logged)
                    + " gives "
                    + device(devices, device)
                    + " of "
                    + allocation.node()
                    + " to "
                    + run
                    + ", holder "
                    + user);
      }
    }
  }

  private void started(LoggedEvent logged, JobStarted e) {
    ModelJob job = model.job(e.run().job());
    require(
        job != null && job.holdsCores() && job.attempt == e.run().attempt() && !job.started,
        Invariant.I6,
        () -> at(logged) + " starts " + e.run() + describe(job));
    job.started = true;
  }

  private void killRequested(LoggedEvent logged, JobKillRequested e) {
    ModelJob job = model.job(e.run().job());
    require(
        job != null
            && job.attempt == e.run().attempt()
            && (job.state == JobState.RUNNING
                || (job.state == JobState.COMPLETING
                    && e.cause() == KillCause.CANCELLED
                    && isRequeue(job.killCause))),
        Invariant.I6,
        () -> at(logged) + " ends " + e.run() + describe(job));
    job.state = JobState.COMPLETING;
    job.goOn(logged.timeMs());
    job.killCause = e.cause();
  }

  private void ended(LoggedEvent logged, JobEnded e) {
    ModelJob job = model.job(e.job());
    require(job != null, Invariant.I6, () -> at(logged) + " ends an unknown job " + e.job());
    require(
        !job.state.isTerminal(),
        Invariant.I5,
        () -> at(logged) + " ends job " + e.job() + " again" + describe(job));
    boolean legal =
        switch (job.state) {
          case PENDING ->
              (e.state() == JobState.CANCELLED || e.state() == JobState.DEADLINE)
                  && e.exit() == null;
          case RUNNING, SUSPENDED -> ENDS_OF_RUNNING.contains(e.state());
          case COMPLETING -> ENDS_OF_COMPLETING.contains(e.state());
          case COMPLETED,
              CANCELLED,
              FAILED,
              TIMEOUT,
              NODE_FAIL,
              OUT_OF_MEMORY,
              DEADLINE,
              PREEMPTED ->
              false;
        };
    require(
        legal && e.attempt() == job.attempt,
        Invariant.I6,
        () ->
            at(logged)
                + " ends "
                + e.job()
                + "."
                + e.attempt()
                + " as "
                + e.state()
                + describe(job));
    long earliestMs = job.holdsCores() ? job.allocatedMs : job.submitMs;
    require(
        e.endMs() >= earliestMs && e.endMs() <= logged.timeMs(),
        Invariant.I23,
        () ->
            at(logged)
                + " ends job "
                + e.job()
                + " at "
                + e.endMs()
                + ", outside "
                + earliestMs
                + " to "
                + logged.timeMs());
    if (job.holdsCores()) {
      give(job);
      if (e.exit() != null) {
        model.provenGone.add(new RunId(e.job(), e.attempt()));
      }
    }
    job.state = e.state();
    job.goOn(e.endMs());
    job.endMs = e.endMs();
  }

  private static boolean isRequeue(KillCause cause) {
    return cause == KillCause.NODE_FAIL
        || cause == KillCause.REQUEUED
        || cause == KillCause.PREEMPTED_REQUEUED;
  }

  private void requeued(LoggedEvent logged, JobRequeued e) {
    ModelJob job = model.job(e.run().job());
    require(
        job != null
            && job.holdsCores()
            && job.attempt == e.run().attempt()
            && job.spec.terms().requeue()
            && isRequeue(e.cause())
            && (job.state == JobState.RUNNING || isRequeue(job.killCause)),
        Invariant.I6,
        () -> at(logged) + " lets " + e.run() + " wait again" + describe(job));
    require(
        e.endMs() >= job.allocatedMs && e.endMs() <= logged.timeMs(),
        Invariant.I23,
        () -> at(logged) + " ends " + e.run() + " at " + e.endMs());
    give(job);
    if (e.exit() != null) {
      model.provenGone.add(e.run());
    }
    job.state = JobState.PENDING;
    job.killCause = null;
    job.started = false;
    job.goOn(e.endMs());
    job.endMs = e.endMs();
  }

  private void give(ModelJob job) {
    arrays.gaveBack(job);
    for (Allocation allocation : job.allocations) {
      ModelNode node = model.nodes.get(allocation.node());
      if (!job.yields) {
        allocation.cores().forEach(node.coreUsers::remove);
      }
      node.memUsedBytes -= allocation.memBytes();
      for (Allocation.GresDevices devices : allocation.gres()) {
        devices.devices().forEach(device -> node.deviceUsers.remove(device(devices, device)));
      }
    }
  }

  private static void waiting(LoggedEvent logged, ModelJob job, String what) {
    require(
        job != null && job.state == JobState.PENDING,
        Invariant.I6,
        () -> at(logged) + ": " + what + describe(job));
  }

  private void registered(NodeRegistered e) {
    model.nodes.computeIfAbsent(e.facts().name(), _ -> new ModelNode()).facts = e.facts();
  }

  private static boolean exists(NodeFacts facts, Allocation.GresDevices devices, int device) {
    for (NodeFacts.GresInventory inventory : facts.gres()) {
      if (inventory.name().equals(devices.name()) && inventory.type().equals(devices.type())) {
        return device >= 0 && device < inventory.count();
      }
    }
    return false;
  }

  private static String device(Allocation.GresDevices devices, int device) {
    return devices.name() + ":" + devices.type() + "/" + device;
  }

  static String describe(ModelJob job) {
    return job == null
        ? ", which is unknown"
        : ", which is " + job.state + " in attempt " + job.attempt;
  }

  static String at(LoggedEvent logged) {
    return "entry " + logged.position() + " (" + logged.event().getClass().getSimpleName() + ")";
  }

  static void require(boolean holds, Invariant invariant, Supplier<String> detail) {
    if (!holds) {
      throw new Violation(invariant, detail.get());
    }
  }
}
