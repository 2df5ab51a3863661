package org.queqiao.benchmarks;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.ReservationRequest;

/** What a site may have in force beside its nodes and users, one of each or several at once. */
enum SiteRule {
  /** Every second user may have 3,000 cores, everyone 500 runs, and a job 48 hours. */
  LIMITS,
  /** A wallet that pays before, with enough in it. */
  WALLETS,
  /** One submission of ten is an array of ten tasks, five at once. */
  ARRAYS,
  /** The time since a job may start has a weight. */
  AGES,
  /** What a user still deserves has a weight. */
  SHARES,
  /** One hundred nodes are kept for a user, twelve hours from the beginning on. */
  RESERVATIONS,
  /** One submission of two hundred may push aside all others. */
  PREEMPTION;

  private static final QosName LOW = new QosName("low");
  private static final QosName URGENT = new QosName("urgent");
  private static final long HOUR_MS = 3_600_000;
  private static final long MUCH_MICRO = 1_000_000_000_000_000L;
  private static final String CURRENCY = "CNY";

  /** Names with commas between them, {@code all} or {@code none}. */
  static Set<SiteRule> named(String names) {
    Set<SiteRule> out = EnumSet.noneOf(SiteRule.class);
    for (String each : names.split(",")) {
      switch (each) {
        case "none", "" -> {}
        case "all" -> out.addAll(EnumSet.allOf(SiteRule.class));
        default -> out.add(valueOf(each.toUpperCase(Locale.ROOT)));
      }
    }
    return out;
  }

  /** What states these rules. */
  static List<Input> inputs(Set<SiteRule> rules, long nowMs) {
    List<Input> out = new ArrayList<>();
    for (SiteRule each : rules) {
      switch (each) {
        case LIMITS -> limits(out);
        case WALLETS -> wallets(out);
        case RESERVATIONS -> out.add(reservation(nowMs));
        case PREEMPTION -> {
          PreemptRules requeue = new PreemptRules(PreemptMode.REQUEUE, 0, 0);
          out.add(qos(new QosDefined(LOW, "Low", 0, List.of(), requeue)));
          out.add(qos(new QosDefined(URGENT, "Urgent", 10, List.of(LOW))));
        }
        case ARRAYS, AGES, SHARES -> {
          // of the jobs, and below
        }
      }
    }
    if (rules.contains(AGES) || rules.contains(SHARES)) {
      out.add(new Input.DefinePriorityPolicy(BenchCluster.OWNER, weights(rules)));
    }
    return out;
  }

  private static Input qos(QosDefined definition) {
    return new Input.DefineQos(BenchCluster.OWNER, definition);
  }

  private static void limits(List<Input> out) {
    Limit cores = new Limit(LimitScope.GROUP, Quantity.CORES, "", 3_000);
    for (int i = 0; i < BenchCluster.USERS; i += 2) {
      out.add(rules(new Subject.Member(BenchCluster.PROJECT, BenchCluster.user(i)), cores));
    }
    out.add(
        rules(
            new Subject.Partition(BenchCluster.BATCH),
            new Limit(LimitScope.USER, Quantity.RUNNING_JOBS, "", 500),
            new Limit(LimitScope.JOB, Quantity.LIMIT_MS, "", 48 * HOUR_MS)));
  }

  private static Input rules(Subject subject, Limit... limits) {
    Rules rules = new Rules(Rules.NONE.shares(), null, List.of(), null, 0, List.of(limits));
    return new Input.SetRules(BenchCluster.OWNER, new RulesSet(subject, rules));
  }

  private static void wallets(List<Input> out) {
    out.add(
        new Input.DefineTariff(
            BenchCluster.OWNER, new TariffDefined(BenchCluster.BATCH, 100_000, CURRENCY, 0)));
    UserName finance = BenchCluster.user(1);
    out.add(new Input.GrantRole(BenchCluster.OWNER, new RoleGranted(finance, Role.FINANCE)));
    out.add(
        new Input.ProposeMoney(
            Actor.user(finance), new MoneyChange.JobBilling(true, true), "jobs wait for money"));
    out.add(
        new Input.FundWallet(
            BenchCluster.OWNER,
            new WalletFunded(BenchCluster.PROJECT, MUCH_MICRO, CURRENCY, "grant")));
  }

  /** What the ledger says to the wallets, up to a position. */
  static Input budgets(long position) {
    return new Input.TellBudgets(
        List.of(new BudgetTold(BenchCluster.PROJECT, MUCH_MICRO, CURRENCY, position)));
  }

  private static Input reservation(long nowMs) {
    return new Input.DefineReservation(
        BenchCluster.OWNER,
        new ReservationRequest(
            new ReservationName("lesson"),
            "Lesson",
            nowMs + 12 * HOUR_MS,
            null,
            2 * HOUR_MS,
            Repeat.ONCE,
            null,
            null,
            100,
            null,
            List.of(BenchCluster.user(0)),
            List.of(),
            false,
            false,
            false));
  }

  private static PriorityPolicy weights(Set<SiteRule> rules) {
    PriorityPolicy none = PriorityPolicy.DEFAULT;
    return new PriorityPolicy(
        rules.contains(AGES) ? 1_000 : 0,
        rules.contains(SHARES) ? 10_000 : 0,
        0,
        0,
        0,
        0,
        0,
        1,
        false,
        1,
        none.maxAgeMs(),
        none.halfLifeMs(),
        List.of(),
        List.of());
  }

  /** The job of a number as it is under these rules. */
  static void shape(Set<SiteRule> rules, int number, JobRequest.Builder job) {
    if (rules.contains(ARRAYS) && number % 10 == 0) {
      job.array("0-9%5");
    }
    if (rules.contains(PREEMPTION)) {
      job.qos(number % 200 == 0 ? URGENT : LOW);
    }
  }
}
