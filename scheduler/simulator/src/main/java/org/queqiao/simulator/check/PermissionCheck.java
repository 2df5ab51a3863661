package org.queqiao.simulator.check;

import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.account.Role;
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
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.check.OperatorHistory;

/** Whether the actor of each fact may have caused it. */
final class PermissionCheck {
  private final ModelCluster model;
  private final OperatorHistory operators = new OperatorHistory();

  PermissionCheck(ModelCluster model) {
    this.model = model;
  }

  void check(LoggedEvent logged) {
    Actor actor = logged.actor();
    HistoryCheck.require(
        logged.event() instanceof PlannedChangeMade
            ? isPlanned(logged)
            : permitted(logged.event(), actor) || isPlanned(logged),
        Invariant.I29,
        () -> "entry " + logged.position() + ": " + actor + " caused " + logged.event());
    operators
        .observe(logged)
        .forEach(each ->
            HistoryCheck.require(
                false, Invariant.I29, () -> "entry " + logged.position() + ": " + each));
  }

  private boolean permitted(Event event, Actor actor) {
    return switch (event) {
      case JobSubmitted e -> isUser(actor, e.user().value());
      case JobChanged e -> mayChange(actor, model.job(e.job()));
      case JobHeld _, JobReleased _, RunCheckpointed _ -> steers(actor, event);
      case JobAllocated _,
          JobEligible _,
          JobPromised _,
          JobSignalled _,
          ReservationOpened _,
          ReservationClosed _,
          ArrayTaskSplit _,
          ArrayEnded _ ->
          isScheduler(actor);
      case ArrayTasksEnded e -> mayEndWaiting(actor, model.job(e.array()), e.state());
      case JobStarted e -> isNode(actor, e.node());
      case JobSuspendRequested e -> maySuspend(actor, e);
      case JobSuspended _,
          JobResumed _,
          RunPartSuspended _,
          StepStarted _,
          StepEnded _,
          RunPartEnded _ ->
          told(actor, event);
      case JobKillRequested e -> mayKill(actor, e);
      case JobRequeued e -> e.exit() == null ? !isPlainUser(actor) : tellsOf(actor, e.run());
      case JobEnded e -> mayEnd(actor, e);
      case NodeRegistered e -> isNode(actor, e.facts().name());
      case NodeUp e -> isNode(actor, e.node());
      case NodeDown e -> isScheduler(actor) || isNode(actor, e.node());
      case NodeDrained _, NodeResumed _ -> drains(actor, event);
      case PlannedEvent _,
          NodeFenced _,
          NodeSettingsSet _,
          PartitionDefined _,
          SchedulingDefined _,
          LicenceDefined _,
          TopologyDefined _,
          ProjectDefined _,
          DomainDefined _,
          UserDefined _,
          PlatformDefined _,
          QosDefined _,
          PriorityPolicyDefined _,
          RulesSet _,
          ReservationDefined _,
          ReservationDeleted _,
          RoleGranted _,
          RoleRevoked _ ->
          isAdministrator(actor);
      case JobPolicyDefined _ -> isAdministrator(actor) || isFinance(actor);
      case BudgetTold _, BudgetUseTold _, RoomClaimed _, PromisesMovedUp _ -> isScheduler(actor);
      case DisputeOpened _, BudgetDefined _, MembershipSet _, MembershipRemoved _ ->
          ofProject(actor, event);
      case RunObserved _, ClusterObserved _ -> actor.kind() == Actor.Kind.NODE;
      case RunImported _, DisputeAnswered _, MoneyProposed _, MoneyDecided _ -> isFinance(actor);
      case BillingDefined _ -> actor.kind() == Actor.Kind.LOCAL_OWNER;
      case TariffDefined _, WalletFunded _, CreditLineSet _, LostRunsSeen _ -> isFinance(actor);
    };
  }

  /** Whether the scheduler makes what somebody planned, now that its time has come. */
  private boolean isPlanned(LoggedEvent logged) {
    return isScheduler(logged.actor())
        && model.planned.stream()
            .filter(each -> each.fromMs() <= logged.timeMs())
            .anyMatch(each -> makes(logged.event(), each));
  }

  private static boolean makes(Event event, PlannedChange change) {
    return switch (event) {
      case PlannedChangeMade e -> e.change().equals(change);
      case DomainDefined e ->
          change.content().equals(new PlannedChange.Place(e.code(), e.parent()));
      case ProjectDefined e ->
          change.content().equals(new PlannedChange.Shares(e.name(), e.domains()));
      case RulesSet e ->
          e.subject() instanceof Subject.Project(ProjectName project)
              && change.content().equals(new PlannedChange.Owner(project, e.rules().platform()));
      default -> false;
    };
  }

  private boolean steers(Actor actor, Event event) {
    JobId job =
        switch (event) {
          case JobHeld e -> e.job();
          case JobReleased e -> e.job();
          case RunCheckpointed e -> e.run().job();
          default -> throw new IllegalArgumentException("nobody steers a job by " + event);
        };
    return mayChange(actor, model.job(job));
  }

  private boolean ofProject(Actor actor, Event event) {
    if (event instanceof MembershipSet e) {
      return isAdministrator(actor) || manages(actor, e.project().value());
    }
    if (event instanceof MembershipRemoved e) {
      return isAdministrator(actor) || manages(actor, e.project().value());
    }
    if (event instanceof DisputeOpened e) {
      return actor.kind() == Actor.Kind.USER
          && model.ranks.containsKey(e.project() + "/" + actor.name());
    }
    BudgetTerms terms = ((BudgetDefined) event).terms();
    return isFinance(actor) || terms.user() != null && manages(actor, terms.project().value());
  }

  /** Who says what is money, also of the policy of jobs: there two people of finance. */
  private boolean isFinance(Actor actor) {
    return actor.kind() == Actor.Kind.LOCAL_OWNER || holds(actor, Role.FINANCE);
  }

  private boolean maySuspend(Actor actor, JobSuspendRequested e) {
    boolean byItself = e.preemptor() != null || !e.suspend();
    return e.preemptor() == null && isAdministrator(actor) || byItself && isScheduler(actor);
  }

  /** A node says what is wrong with it, and lets go only what its own health check said. */
  private boolean drains(Actor actor, Event event) {
    return isAdministrator(actor)
        || switch (event) {
          case NodeDrained e -> isNode(actor, e.node());
          case NodeResumed e ->
              isNode(actor, e.node()) && model.nodes.get(e.node()).drainedByHealth;
          default -> false;
        };
  }

  private boolean isNodeOf(Actor actor, RunId run) {
    return isNode(actor, model.starts.get(run).scriptNode());
  }

  private boolean isSomeNodeOf(Actor actor, RunId run) {
    return model.job(run.job()).allocations.stream().anyMatch(each -> isNode(actor, each.node()));
  }

  /** What only the nodes of a run tell of it. */
  private boolean told(Actor actor, Event event) {
    return switch (event) {
      case JobSuspended e -> isSomeNodeOf(actor, e.run());
      case JobResumed e -> isSomeNodeOf(actor, e.run());
      case RunPartSuspended e -> isNode(actor, e.node());
      case StepStarted e -> isNodeOf(actor, e.run());
      case StepEnded e -> isNodeOf(actor, e.run());
      case RunPartEnded e -> isScheduler(actor) || isNode(actor, e.node());
      default -> false;
    };
  }

  /** The last part of a run that has several is told of by its node, or was lost with it. */
  private boolean tellsOf(Actor actor, RunId run) {
    return isNodeOf(actor, run)
        || (model.parts.containsKey(run)
            && (isScheduler(actor)
                || model.job(run.job()).allocations.stream()
                    .anyMatch(each -> isNode(actor, each.node()))));
  }

  private boolean mayKill(Actor actor, JobKillRequested e) {
    return switch (e.cause()) {
      case CANCELLED, REQUEUED -> {
        ModelJob job = model.job(e.run().job());
        yield mayChange(actor, job) && endsForWhatItMay(actor, e, job);
      }
      case TIMEOUT, DEADLINE, PREEMPTED, PREEMPTED_REQUEUED, RESERVATION -> isScheduler(actor);
      case NODE_FAIL -> !isPlainUser(actor);
    };
  }

  /** An operator, and nobody else, ends a run for what comes back of it. */
  private boolean endsForWhatItMay(Actor actor, JobKillRequested e, ModelJob job) {
    if (job == null || job.state == JobState.COMPLETING) {
      // Of one that is being ended it stays what the first one said, as the operators' history
      // asks.
      return true;
    }
    String rank = job.submitted.spec().project() + "/" + actor.name();
    boolean operator =
        holds(actor, Role.ADMINISTRATOR)
            && !isUser(actor, job.submitted.user().value())
            && !model.ranks.containsKey(rank);
    return (e.operator() != null) == operator;
  }

  private boolean mayEnd(Actor actor, JobEnded e) {
    ModelJob job = model.job(e.job());
    if (job == null) {
      return true;
    }
    if (job.state == JobState.PENDING) {
      return mayEndWaiting(actor, job, e.state());
    }
    if (e.exit() != null) {
      return tellsOf(actor, new RunId(e.job(), e.attempt()));
    }
    return !isPlainUser(actor);
  }

  private boolean mayEndWaiting(Actor actor, ModelJob job, JobState state) {
    if (job == null) {
      return true;
    }
    JobTerms terms = job.spec.terms();
    boolean byItsTerms =
        state == JobState.DEADLINE ? terms.deadlineMs() != 0 : terms.killOnInvalidDependency();
    return isScheduler(actor) ? byItsTerms : mayChange(actor, job);
  }

  private boolean mayChange(Actor actor, ModelJob job) {
    return job == null
        || isUser(actor, job.submitted.user().value())
        || isAdministrator(actor)
        || (actor.kind() == Actor.Kind.USER && model.manages(actor.name(), job));
  }

  private boolean manages(Actor actor, String project) {
    return actor.kind() == Actor.Kind.USER
        && model.ranks.get(project + "/" + actor.name())
            == org.queqiao.contract.account.MemberRank.MANAGER;
  }

  private boolean isPlainUser(Actor actor) {
    return actor.kind() == Actor.Kind.USER && !holds(actor, Role.ADMINISTRATOR);
  }

  private boolean isAdministrator(Actor actor) {
    return actor.kind() == Actor.Kind.LOCAL_OWNER || holds(actor, Role.ADMINISTRATOR);
  }

  private boolean holds(Actor actor, Role role) {
    return actor.kind() == Actor.Kind.USER && model.hasRole(actor.name(), role);
  }

  private static boolean isUser(Actor actor, String name) {
    return actor.kind() == Actor.Kind.USER && actor.name().equals(name);
  }

  private static boolean isNode(Actor actor, NodeName node) {
    return actor.kind() == Actor.Kind.NODE && actor.name().equals(node.value());
  }

  private static boolean isScheduler(Actor actor) {
    return actor.equals(Actor.SCHEDULER);
  }
}
