package org.queqiao.core.state;

import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.PromisesMovedUp;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;

/**
 * After which facts a pass may decide what it did not before: after all but those of which it is
 * said here. Those that take something away are among them: without a node, a start that is
 * promised there comes from elsewhere and leaves other room before it, and a job that would have
 * fitted may need room to be made; a run that is to end counts with no more time for a limit.
 */
final class Chances {
  private Chances() {}

  /** Whether the fact that has just been made true is one. */
  static boolean isOne(Event event, Cluster cluster) {
    return switch (event) {
      case JobSubmitted e -> cluster.jobs().find(e.job()).map(Job::startable).orElse(false);
      case MoneyDecided e -> e.approved();
      // What they take, others cannot pay with.
      case RunObserved e -> cluster.observed().takes(e.run());
      case RunImported e -> e.billed() && cluster.observed().takes(e.run());
      // The pass that promises has planned with the promise.
      case JobPromised _, PromisesMovedUp _ -> false;
      // Its runs end by facts of their own; it took none before, being down.
      case NodeFenced _ -> false;
      // No plan reads what they say.
      case ClusterObserved _,
          BillingDefined _,
          DisputeAnswered _,
          DisputeOpened _,
          LostRunsSeen _,
          DomainDefined _,
          JobSignalled _,
          RunCheckpointed _,
          JobStarted _,
          MembershipRemoved _,
          MembershipSet _,
          MoneyProposed _,
          PlannedEvent _,
          PlatformDefined _,
          ProjectDefined _,
          RoleGranted _,
          RoleRevoked _,
          RunPartEnded _,
          RunPartSuspended _,
          StepEnded _,
          StepStarted _,
          UserDefined _,
          WalletFunded _ ->
          false;
      default -> true;
    };
  }
}
