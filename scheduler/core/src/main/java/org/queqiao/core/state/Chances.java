package org.queqiao.core.state;

import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
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
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RulesSet;
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

/**
 * After which facts a pass may decide what it did not before. Those that take something away are
 * among them: without a node, a start that is promised there comes from elsewhere and leaves other
 * room before it, and a job that would have fitted may need room to be made; a run that is to end
 * counts with no more time for a limit.
 */
final class Chances {
  private Chances() {}

  /** Whether the fact that has just been made true is one. */
  static boolean isOne(Event event, Cluster cluster) {
    return switch (event) {
      case JobSubmitted e -> cluster.jobs().find(e.job()).map(Job::startable).orElse(false);
      case MoneyDecided e -> e.approved();
      case ArrayEnded _,
          ArrayTaskSplit _,
          ArrayTasksEnded _,
          BudgetDefined _,
          BudgetTold _,
          BudgetUseTold _,
          CreditLineSet _,
          JobAllocated _,
          JobChanged _,
          JobEligible _,
          JobEnded _,
          JobHeld _,
          JobKillRequested _,
          JobPolicyDefined _,
          JobReleased _,
          JobRequeued _,
          JobResumed _,
          JobSuspendRequested _,
          JobSuspended _,
          LicenceDefined _,
          NodeDown _,
          NodeDrained _,
          NodeRegistered _,
          NodeResumed _,
          NodeSettingsSet _,
          NodeUp _,
          PartitionDefined _,
          PriorityPolicyDefined _,
          QosDefined _,
          ReservationClosed _,
          ReservationDefined _,
          ReservationDeleted _,
          ReservationOpened _,
          RulesSet _,
          SchedulingDefined _,
          TariffDefined _,
          TopologyDefined _ ->
          true;
      // The pass that promises has planned with the promise.
      case JobPromised _ -> false;
      // Its runs end, or are lost, by facts of their own; down it was before.
      case NodeFenced _ -> false;
      case ClusterObserved _,
          DisputeAnswered _,
          DisputeOpened _,
          DomainDefined _,
          JobSignalled _,
          JobStarted _,
          MembershipRemoved _,
          MembershipSet _,
          MoneyProposed _,
          PlatformDefined _,
          ProjectDefined _,
          RoleGranted _,
          RoleRevoked _,
          RunImported _,
          RunObserved _,
          RunPartEnded _,
          RunPartSuspended _,
          StepEnded _,
          StepStarted _,
          UserDefined _,
          WalletFunded _ ->
          false;
    };
  }
}
