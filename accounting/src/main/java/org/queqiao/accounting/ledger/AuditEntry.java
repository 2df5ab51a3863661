package org.queqiao.accounting.ledger;

import java.util.Optional;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.codec.FactText;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.policy.Subject;

/**
 * An administrative change: what a person decided for others. What people do with jobs of their
 * own, what nodes tell and what the scheduler does is none.
 *
 * @param actor who made it
 * @param kind name of the fact
 * @param about what it is about, as {@code project:climate}
 * @param reason why, in the words of the actor; empty when they did not say
 * @param content what the fact says, as JSON
 */
public record AuditEntry(
    long position,
    long timeMs,
    String actor,
    String kind,
    String about,
    String reason,
    String content) {
  /** A switch of a large site is longer: then only its length stands here. */
  private static final int MAX_CONTENT = 16_000;

  private static final String PROJECT = "project:";
  private static final String USER = "user:";
  private static final String NODE = "node:";
  private static final String PARTITION = "partition:";
  private static final String RESERVATION = "reservation:";
  private static final String JOB = "job:";

  /** The entry of a fact, if it is such a change. */
  static Optional<AuditEntry> of(LoggedEvent logged, Books books) {
    if (!isOfPerson(logged.actor())) {
      return Optional.empty();
    }
    Event event = logged.event();
    Optional<JobId> job = job(logged);
    String about = job.isPresent() ? JOB + job.get() : about(event);
    if (about.isEmpty() || job.isPresent() && isOwn(logged.actor(), job.get(), books)) {
      return Optional.empty();
    }
    String said = logged.reason().isEmpty() ? ownReason(event) : logged.reason();
    String content = FactText.content(event);
    return Optional.of(
        new AuditEntry(
            logged.position(),
            logged.timeMs(),
            logged.actor().toString(),
            event.getClass().getSimpleName(),
            about,
            said,
            content.length() <= MAX_CONTENT ? content : "{\"length\":" + content.length() + "}"));
  }

  private static boolean isOfPerson(Actor actor) {
    return actor.kind() == Actor.Kind.USER || actor.kind() == Actor.Kind.LOCAL_OWNER;
  }

  private static boolean isOwn(Actor actor, JobId id, Books books) {
    return books.job(id).map(job -> actor.equals(Actor.user(job.user()))).orElse(false);
  }

  /** The job that a person decides about, in a fact that may be an entry. */
  public static Optional<JobId> job(LoggedEvent logged) {
    return isOfPerson(logged.actor())
        ? Optional.ofNullable(
            switch (logged.event()) {
              case JobHeld e -> e.job();
              case JobReleased e -> e.job();
              case JobChanged e -> e.job();
              case JobEnded e -> e.job();
              case JobKillRequested e -> e.run().job();
              case JobRequeued e -> e.run().job();
              case JobSuspendRequested e -> e.run().job();
              case RunCheckpointed e -> e.run().job();
              case ArrayTasksEnded e -> e.array();
              default -> null;
            })
        : Optional.empty();
  }

  /** What a fact about no job is about; empty for what is no administrative change. */
  private static String about(Event event) {
    return switch (event) {
      case ProjectDefined e -> PROJECT + e.name();
      case MembershipSet e -> PROJECT + e.project();
      case MembershipRemoved e -> PROJECT + e.project();
      case WalletFunded e -> PROJECT + e.project();
      case CreditLineSet e -> PROJECT + e.project();
      case BudgetDefined e -> PROJECT + e.terms().project();
      case DisputeOpened e -> PROJECT + e.project();
      case DisputeAnswered e -> "dispute:" + e.dispute();
      case LostRunsSeen _ -> "site:lost-runs";
      case MoneyProposed e -> money(e.proposal(), e.change());
      case MoneyDecided e -> money(e.proposal(), e.change());
      case UserDefined e -> USER + e.name();
      case RoleGranted e -> USER + e.user();
      case RoleRevoked e -> USER + e.user();
      case DomainDefined e -> "domain:" + e.code();
      case PlannedEvent e -> planned(e.change().content());
      case PlatformDefined e -> "platform:" + e.name();
      case QosDefined e -> "qos:" + e.name();
      case PriorityPolicyDefined _ -> "site:priorities";
      case BillingDefined _ -> "site:billing";
      case JobPolicyDefined _ -> "site:job-policy";
      case SchedulingDefined _ -> "site:scheduling";
      case TopologyDefined _ -> "site:topology";
      case RulesSet e -> subject(e.subject());
      case PartitionDefined e -> PARTITION + e.name();
      case TariffDefined e -> PARTITION + e.partition();
      case LicenceDefined e -> "licence:" + e.name();
      case NodeDrained e -> NODE + e.node();
      case NodeResumed e -> NODE + e.node();
      case NodeFenced e -> NODE + e.node();
      case NodeSettingsSet e -> NODE + e.node();
      case ReservationDefined e -> RESERVATION + e.reservation().name();
      case ReservationDeleted e -> RESERVATION + e.reservation();
      default -> "";
    };
  }

  private static String planned(PlannedChange.Content content) {
    return switch (content) {
      case PlannedChange.Place e -> "domain:" + e.domain();
      case PlannedChange.Shares e -> PROJECT + e.project();
      case PlannedChange.Owner e -> PROJECT + e.project();
    };
  }

  private static String money(long proposal, MoneyChange change) {
    return change.wallet() == null ? "proposal:" + proposal : PROJECT + change.wallet();
  }

  private static String subject(Subject subject) {
    return switch (subject) {
      case Subject.Centre _ -> "site:rules";
      case Subject.Platform s -> "platform:" + s.name();
      case Subject.Project s -> PROJECT + s.name();
      case Subject.Member s -> PROJECT + s.project();
      case Subject.User s -> USER + s.name();
      case Subject.Qos s -> "qos:" + s.name();
      case Subject.Partition s -> PARTITION + s.name();
    };
  }

  /** Facts of money and of what happens to nodes have a reason among what they say. */
  private static String ownReason(Event event) {
    return switch (event) {
      case WalletFunded e -> e.reason();
      case CreditLineSet e -> e.reason();
      case BudgetDefined e -> e.reason();
      case DisputeOpened e -> e.reason();
      case DisputeAnswered e -> e.reason();
      case LostRunsSeen e -> e.reason();
      case MoneyProposed e -> e.reason();
      case MoneyDecided e -> e.reason();
      case NodeDrained e -> e.reason();
      case NodeFenced e -> e.reason();
      default -> "";
    };
  }
}
