package org.queqiao.server.view;

import java.util.List;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.core.SchedulerMachine;

/**
 * Follows the facts about the site with a machine of its own, which is told of no node and no job.
 * Positions there are counted anew. For one thread.
 */
final class SiteBook {
  private final SchedulerMachine machine;
  private long position;
  private boolean changed;

  SiteBook(ClusterImage image) {
    this.machine = SchedulerMachine.from(siteOf(image));
  }

  private static ClusterImage siteOf(ClusterImage image) {
    return new ClusterImage(
            0,
            0,
            0,
            image.partitions(),
            image.tariffs(),
            image.domains(),
            image.projects(),
            image.users(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            image.jobPolicy(),
            image.scheduling(),
            decisions(image.priorities()))
        .with(image.planned());
  }

  /** What the site decided, without what was counted. */
  private static PrioritiesImage decisions(PrioritiesImage image) {
    return new PrioritiesImage(
        image.platforms(), image.qos(), image.policy(), image.rules(), 0, 0, List.of(), List.of());
  }

  static boolean concerns(LoggedEvent logged) {
    return switch (logged.event()) {
      case PartitionDefined _,
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
          PlannedEvent _,
          PlatformDefined _,
          QosDefined _,
          PriorityPolicyDefined _,
          RulesSet _ ->
          true;
      default -> false;
    };
  }

  void apply(LoggedEvent logged) {
    position++;
    machine.apply(
        new LoggedEvent(
            position,
            logged.epoch(),
            logged.timeMs(),
            logged.actor(),
            logged.reason(),
            logged.event()));
    changed = true;
  }

  /** Whether something changed since the last {@link #site}. */
  boolean changed() {
    return changed;
  }

  /** The site as it is now, for any thread. */
  Site site() {
    changed = false;
    return new Site(machine.image());
  }
}
