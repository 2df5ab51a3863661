package org.queqiao.server.stream;

import java.util.LinkedHashMap;
import java.util.Map;
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
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.server.stream.Change.Audience;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.JobTable;

/**
 * Makes changes of facts. A fact about a job names only the job: owner and project are those of the
 * view, or of the submission that passed here before. A job of which neither is known is told only
 * to those who see everything. For one thread.
 */
final class Changes {
  private static final int REMEMBERED = 10_000;

  private final JobTable jobs;
  private final LinkedHashMap<JobId, Owner> submitted =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<JobId, Owner> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Whose a job is. */
  private record Owner(UserName user, ProjectName project) {}

  Changes(JobTable jobs) {
    this.jobs = jobs;
  }

  /** A run goes on before it is stopped, and is stopped before it goes on. */
  private static JobState standing(JobSuspendRequested event) {
    return event.suspend() ? JobState.RUNNING : JobState.SUSPENDED;
  }

  Change of(LoggedEvent logged) {
    return switch (logged.event()) {
      case JobSubmitted e -> submitted(logged, e);
      case JobAllocated e -> job(logged, e.run().job(), JobState.RUNNING);
      case JobStarted e -> job(logged, e.run().job(), JobState.RUNNING);
      case JobEligible e -> job(logged, e.job(), JobState.PENDING);
      case JobHeld e -> job(logged, e.job(), JobState.PENDING);
      case JobReleased e -> job(logged, e.job(), JobState.PENDING);
      case JobKillRequested e -> job(logged, e.run().job(), JobState.COMPLETING);
      case RunCheckpointed e -> asItStands(logged, e.run().job(), JobState.RUNNING);
      case JobSignalled e -> job(logged, e.run().job(), JobState.RUNNING);
      case JobSuspendRequested e -> job(logged, e.run().job(), standing(e));
      case JobSuspended e -> job(logged, e.run().job(), JobState.SUSPENDED);
      case JobResumed e -> job(logged, e.run().job(), JobState.RUNNING);
      case StepStarted e -> job(logged, e.run().job(), JobState.RUNNING);
      case StepEnded e -> job(logged, e.run().job(), JobState.RUNNING);
      case RunPartEnded e -> job(logged, e.run().job(), JobState.RUNNING);
      case RunPartSuspended e -> job(logged, e.run().job(), JobState.RUNNING);
      case JobRequeued e -> job(logged, e.run().job(), JobState.PENDING);
      case JobPromised e -> job(logged, e.job(), JobState.PENDING);
      case ArrayTaskSplit e -> split(logged, e);
      case ArrayTasksEnded e -> job(logged, e.array(), JobState.PENDING);
      case JobChanged e -> asItStands(logged, e.job(), JobState.PENDING);
      case ArrayEnded e -> job(logged, e.array(), e.state());
      case RoomClaimed e -> job(logged, e.job(), JobState.PENDING);
      case BillingDefined _, JobPolicyDefined _, PromisesMovedUp _ -> partition(logged, null);
      case SchedulingDefined _, LicenceDefined _, TopologyDefined _ -> partition(logged, null);
      case JobEnded e -> job(logged, e.job(), e.state());
      case NodeRegistered e -> node(logged, e.facts().name(), null);
      case NodeUp e -> node(logged, e.node(), "UP");
      case NodeDown e -> node(logged, e.node(), "DOWN");
      case NodeFenced e -> node(logged, e.node(), "DOWN");
      case NodeDrained e -> node(logged, e.node(), null);
      case NodeResumed e -> node(logged, e.node(), null);
      case NodeSettingsSet e -> node(logged, e.node(), null);
      case PartitionDefined e -> partition(logged, e.name().value());
      case TariffDefined e -> partition(logged, e.partition().value());
      case ProjectDefined e -> project(logged, e.name());
      case PlannedEvent _, LostRunsSeen _ -> partition(logged, null);
      case PlatformDefined _, QosDefined _, PriorityPolicyDefined _, RulesSet _, DomainDefined _ ->
          partition(logged, null);
      case ReservationDefined _, ReservationDeleted _, ReservationOpened _, ReservationClosed _ ->
          partition(logged, null);
      case WalletFunded e -> project(logged, e.project());
      case BudgetTold e -> project(logged, e.project());
      case DisputeOpened e -> project(logged, e.project());
      case BudgetDefined e -> project(logged, e.terms().project());
      case CreditLineSet e -> project(logged, e.project());
      case MoneyProposed e -> money(logged, e.change());
      case MoneyDecided e -> money(logged, e.change());
      case RunImported e -> project(logged, e.run().project());
      case RunObserved e -> project(logged, e.run().project());
      case ClusterObserved _, BudgetUseTold _, DisputeAnswered _ -> partition(logged, null);
      case UserDefined e -> account(logged, e.name(), null);
      case RoleGranted e -> account(logged, e.user(), null);
      case RoleRevoked e -> account(logged, e.user(), null);
      case MembershipSet e -> account(logged, e.user(), e.project());
      case MembershipRemoved e -> account(logged, e.user(), e.project());
    };
  }

  private Change submitted(LoggedEvent logged, JobSubmitted event) {
    submitted.put(event.job(), new Owner(event.user(), event.spec().project()));
    return job(logged, event.job(), JobState.PENDING);
  }

  private Change money(LoggedEvent logged, MoneyChange change) {
    return change.wallet() == null ? partition(logged, null) : project(logged, change.wallet());
  }

  /** A fact that leaves the state of its job as it is; one that no view knows is said to be so. */
  private Change asItStands(LoggedEvent logged, JobId id, JobState unknown) {
    JobEntry entry = jobs.find(id.value());
    return job(logged, id, entry == null ? unknown : entry.status().state());
  }

  /** A task belongs to whom its array belongs. */
  private Change split(LoggedEvent logged, ArrayTaskSplit event) {
    JobEntry array = jobs.find(event.array().value());
    Owner owner =
        array != null ? new Owner(array.user(), array.project()) : submitted.get(event.array());
    if (owner != null) {
      submitted.put(event.job(), owner);
    }
    return job(logged, event.job(), JobState.PENDING);
  }

  private Change job(LoggedEvent logged, JobId id, JobState state) {
    JobEntry entry = jobs.find(id.value());
    Owner owner = entry != null ? new Owner(entry.user(), entry.project()) : submitted.get(id);
    return new Change(
        logged.position(),
        logged.timeMs(),
        type(logged),
        Audience.JOB,
        id.value(),
        state.name(),
        null,
        owner == null ? null : owner.user(),
        owner == null ? null : owner.project(),
        null);
  }

  private static Change node(LoggedEvent logged, NodeName node, String state) {
    return new Change(
        logged.position(),
        logged.timeMs(),
        type(logged),
        Audience.ALL,
        0,
        state,
        node.value(),
        null,
        null,
        null);
  }

  private static Change partition(LoggedEvent logged, String partition) {
    return new Change(
        logged.position(),
        logged.timeMs(),
        type(logged),
        Audience.ALL,
        0,
        null,
        null,
        null,
        null,
        partition);
  }

  private static Change project(LoggedEvent logged, ProjectName project) {
    return new Change(
        logged.position(),
        logged.timeMs(),
        type(logged),
        Audience.PROJECT,
        0,
        null,
        null,
        null,
        project,
        null);
  }

  private static Change account(LoggedEvent logged, UserName user, ProjectName project) {
    return new Change(
        logged.position(),
        logged.timeMs(),
        type(logged),
        Audience.USER,
        0,
        null,
        null,
        user,
        project,
        null);
  }

  private static String type(LoggedEvent logged) {
    return logged.event().getClass().getSimpleName();
  }
}
