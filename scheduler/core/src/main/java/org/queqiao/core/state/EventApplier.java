package org.queqiao.core.state;

import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.ClusterObserved;
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
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.MoneyEvent;
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
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.event.SuspensionEvent;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;

/**
 * Makes facts true: the only writer of the tables. Checks that each fact is legal where it stands
 * and fails with {@link IllegalStateException} when it is not; the state is then of no use any
 * more. Never reads a clock.
 */
public final class EventApplier {
  private final Cluster cluster;
  private final JobEvents jobs;
  private final ArrayEvents arrays;
  private final SuspensionEvents suspensions;
  private final StepEvents steps;
  private final ChangeEvents changes;
  private final NodeEvents nodes;
  private final AccountEvents accounts;
  private final PrioritiesEvents priorities;
  private final ReservationEvents reservations;

  public EventApplier(Cluster cluster) {
    this.cluster = cluster;
    DependencyEvents dependencies = new DependencyEvents(cluster);
    this.arrays = new ArrayEvents(cluster, dependencies);
    this.jobs = new JobEvents(cluster, dependencies, arrays);
    this.suspensions = new SuspensionEvents(cluster);
    this.steps = new StepEvents(cluster);
    this.changes = new ChangeEvents(cluster, dependencies);
    this.nodes = new NodeEvents(cluster);
    this.accounts = new AccountEvents(cluster);
    this.priorities = new PrioritiesEvents(cluster);
    this.reservations = new ReservationEvents(cluster);
  }

  /**
   * Makes one fact true.
   *
   * @throws IllegalStateException when it is not legal in this state
   */
  public void apply(LoggedEvent event) {
    Legality.require(
        event.position() == cluster.position() + 1,
        "position " + event.position() + " follows " + cluster.position());
    Legality.require(
        event.timeMs() >= cluster.timeMs(),
        "time " + event.timeMs() + " follows " + cluster.timeMs());
    cluster.advance(event.position(), event.timeMs());
    cluster.earlyRoom().follow(event.event(), cluster);
    dispatch(event, event.timeMs());
    if (Chances.isOne(event.event(), cluster)) {
      cluster.newChance();
    }
    cluster.evict();
  }

  private void dispatch(LoggedEvent logged, long nowMs) {
    switch (logged.event()) {
      case JobSubmitted e -> jobs.submitted(e, nowMs);
      case JobAllocated e -> jobs.allocated(e, nowMs);
      case JobPromised e -> jobs.promised(e);
      case RoomClaimed e -> jobs.claimed(e);
      case PromisesMovedUp e -> cluster.earlyRoom().answered(e.answered());
      case JobStarted e -> jobs.started(e);
      case JobEligible e -> jobs.eligible(e, nowMs);
      case JobHeld e -> jobs.held(e);
      case JobReleased e -> jobs.released(e);
      case JobKillRequested e -> jobs.killRequested(e, logged);
      case RunCheckpointed e -> jobs.checkpointed(e, nowMs);
      case JobSignalled e -> jobs.signalled(e);
      case SuspensionEvent e -> suspensions.apply(e, logged.actor(), nowMs);
      case StepStarted e -> steps.started(e, nowMs);
      case StepEnded e -> steps.ended(e, nowMs);
      case RunPartEnded e -> steps.partEnded(e);
      case JobRequeued e -> jobs.requeued(e, nowMs);
      case ArrayTaskSplit e -> arrays.split(e, nowMs);
      case ArrayTasksEnded e -> arrays.tasksEnded(e, nowMs);
      case ArrayEnded e -> arrays.ended(e, nowMs);
      case JobChanged e -> changes.changed(e, nowMs);
      case JobPolicyDefined e -> accounts.defined(e);
      case SchedulingDefined e -> accounts.defined(e);
      case JobEnded e -> jobs.ended(e, nowMs);
      case NodeRegistered e -> nodes.registered(e);
      case NodeUp e -> nodes.up(e);
      case NodeDown e -> nodes.down(e, nowMs);
      case NodeFenced e -> nodes.fenced(e);
      case NodeDrained e -> nodes.drained(e);
      case NodeResumed e -> nodes.resumed(e);
      case NodeSettingsSet e -> nodes.set(e);
      case TopologyDefined e -> nodes.defined(e);
      case LicenceDefined e -> nodes.defined(e);
      case PartitionDefined e -> accounts.defined(e);
      case TariffDefined e -> accounts.defined(e);
      case DomainDefined e -> accounts.defined(e);
      case ProjectDefined e -> accounts.defined(e);
      case UserDefined e -> accounts.defined(e);
      case RoleGranted e -> accounts.granted(e);
      case RoleRevoked e -> accounts.revoked(e);
      case MembershipSet e -> accounts.set(e);
      case MembershipRemoved e -> accounts.removed(e);
      case WalletFunded e -> accounts.funded(e);
      case MoneyEvent e -> cluster.money().apply(e, logged.actor(), nowMs);
      case RunImported e -> cluster.observed().imported(e);
      case RunObserved e -> cluster.observed().observed(e);
      case ClusterObserved e -> cluster.observed().complete(e);
      case PlannedEvent e -> accounts.planned(e);
      case PlatformDefined e -> priorities.defined(e);
      case QosDefined e -> priorities.defined(e);
      case PriorityPolicyDefined e -> priorities.defined(e, nowMs);
      case RulesSet e -> priorities.set(e);
      case ReservationDefined e -> reservations.defined(e, nowMs);
      case ReservationDeleted e -> reservations.deleted(e);
      case ReservationOpened e -> reservations.opened(e, nowMs);
      case ReservationClosed e -> reservations.closed(e, nowMs);
    }
  }
}
