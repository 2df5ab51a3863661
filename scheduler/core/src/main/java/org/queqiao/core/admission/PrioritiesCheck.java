package org.queqiao.core.admission;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.NodeLease;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;

/**
 * Platforms, qualities of service, weights of priorities and rules of subjects. To decide again
 * what is so already changes nothing.
 */
public final class PrioritiesCheck {
  static final int MAX_PRIORITY = 1_000_000;
  static final int MAX_DEFINITIONS = 10_000;

  /**
   * Points of a weight: nine such terms and a nice of two thousand million stay far from overflow.
   */
  private static final long MAX_WEIGHT = 100_000_000;

  private static final long MAX_NICE_WEIGHT = 1000;
  private static final long HOUR_MS = 3_600_000;
  private static final long MAX_HALF_LIFE_MS = 87_600 * HOUR_MS;
  private static final long MAX_PER = 1L << 50;

  /** Of each byte in use: the sum over a centre of 2^54 bytes stays far from overflow. */
  private static final long MAX_USAGE_PER_BYTE = 64;

  private static final int MAX_RESOURCE_WEIGHTS = 16;
  private static final int MAX_TITLE_CHARACTERS = 256;
  private static final long MAX_GRACE_MS = HOUR_MS;
  private static final long MAX_EXEMPT_MS = 8784 * HOUR_MS;
  private static final Pattern RESOURCE =
      Pattern.compile(
          "cores|mem|gres/[a-z][a-z0-9_]{0,31}|licence/" + ResourcesCheck.LICENCE.pattern());

  private final Cluster cluster;
  private final Permissions permissions;
  private final RulesCheck rules;
  private final Countable countable;

  public PrioritiesCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
    this.rules = new RulesCheck(cluster);
    this.countable = new Countable(cluster);
  }

  public Decision decide(Input.DefinePlatform input) {
    PlatformDefined platform = input.platform();
    boolean same =
        cluster.priorities().platform(platform.name()).filter(platform::equals).isPresent();
    return define(
        input.actor(),
        title(platform.title()).or(() -> room(cluster.priorities().platforms().size())),
        platform,
        same);
  }

  public Decision decide(Input.DefineQos input) {
    QosDefined qos = input.qos();
    boolean same = cluster.priorities().qos(qos.name()).filter(qos::equals).isPresent();
    return define(
        input.actor(),
        title(qos.title())
            .or(() -> priority(qos.priority()))
            .or(() -> preempts(qos))
            .or(() -> circle(qos))
            .or(() -> preemption(qos.preemption()))
            .or(() -> lease(qos.leaseMs()))
            .or(() -> room(cluster.priorities().allQos().size())),
        qos,
        same);
  }

  public Decision decide(Input.DefinePriorityPolicy input) {
    PriorityPolicy policy = input.policy();
    boolean same = cluster.priorities().policy().equals(policy);
    return define(
        input.actor(),
        wrong(policy).or(() -> unknown(policy)),
        new PriorityPolicyDefined(policy),
        same);
  }

  public Decision decide(Input.SetRules input) {
    RulesSet set = input.rules();
    boolean same = cluster.priorities().rules(set.subject()).equals(set.rules());
    return define(input.actor(), rules.wrong(set.subject(), set.rules()), set, same);
  }

  /** What is wrong with what is said about pushing aside. */
  static Optional<Decision> preemption(PreemptRules rules) {
    if (rules.mode() == PreemptMode.SUSPEND && rules.graceMs() != 0) {
      return Optional.of(
          Rejections.invalid(
              "graceMs",
              "a run that is suspended is not told to end: graceMs must be 0, not "
                  + rules.graceMs()));
    }
    return range("graceMs", rules.graceMs(), 0, MAX_GRACE_MS)
        .or(() -> range("exemptMs", rules.exemptMs(), 0, MAX_EXEMPT_MS));
  }

  /** A lease of less than a few heartbeats would end runs for nothing. */
  private static Optional<Decision> lease(long leaseMs) {
    boolean right = leaseMs == 0 || leaseMs >= NodeLease.MIN_MS && leaseMs <= NodeLease.MAX_MS;
    return right
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "leaseMs",
                "leaseMs is "
                    + leaseMs
                    + ": it must be 0, for runs that go on without contact, or from "
                    + NodeLease.MIN_MS
                    + " to "
                    + NodeLease.MAX_MS));
  }

  private static Optional<Decision> title(String title) {
    String problem = TextRules.problemOfLine(title, MAX_TITLE_CHARACTERS);
    return problem == null
        ? Optional.empty()
        : Optional.of(Rejections.invalid("title", "the title " + problem));
  }

  private static Optional<Decision> room(int known) {
    return known < MAX_DEFINITIONS
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid("name", "there are " + MAX_DEFINITIONS + " already, the most"));
  }

  static Optional<Decision> priority(int priority) {
    return range("priority", priority, 0, MAX_PRIORITY);
  }

  private Optional<Decision> preempts(QosDefined qos) {
    TreeSet<QosName> seen = new TreeSet<>();
    for (QosName each : qos.preempts()) {
      if (each.equals(qos.name()) || !seen.add(each)) {
        return Optional.of(
            Rejections.invalid(
                "preempts", "each QOS is listed once, and a QOS does not preempt itself"));
      }
      if (cluster.priorities().qos(each).isEmpty()) {
        return Optional.of(Rejections.invalid("preempts", "there is no QOS " + each));
      }
    }
    return Optional.empty();
  }

  /** Whoever pushes aside is not pushed aside in turn, by however many between. */
  private Optional<Decision> circle(QosDefined qos) {
    TreeSet<QosName> below = new TreeSet<>();
    ArrayDeque<QosName> next = new ArrayDeque<>(qos.preempts());
    while (!next.isEmpty()) {
      QosName each = next.poll();
      if (each.equals(qos.name())) {
        return Optional.of(
            Rejections.invalid(
                "preempts",
                "QOS " + qos.name() + " would push aside one that pushes it aside in turn"));
      }
      if (below.add(each)) {
        cluster.priorities().qos(each).ifPresent(known -> next.addAll(known.preempts()));
      }
    }
    return Optional.empty();
  }

  static Optional<Decision> range(String field, long value, long least, long most) {
    return value >= least && value <= most
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                field, field + " is " + value + ": it must be from " + least + " to " + most));
  }

  private static Optional<Decision> wrong(PriorityPolicy policy) {
    return range("age", policy.age(), 0, MAX_WEIGHT)
        .or(() -> range("fairShare", policy.fairShare(), 0, MAX_WEIGHT))
        .or(() -> range("jobSize", policy.jobSize(), 0, MAX_WEIGHT))
        .or(() -> range("partition", policy.partition(), 0, MAX_WEIGHT))
        .or(() -> range("qos", policy.qos(), 0, MAX_WEIGHT))
        .or(() -> range("project", policy.project(), 0, MAX_WEIGHT))
        .or(() -> range("site", policy.site(), 0, MAX_WEIGHT))
        .or(() -> range("nice", policy.nice(), 0, MAX_NICE_WEIGHT))
        .or(() -> range("sizeCores", policy.sizeCores(), 1, Integer.MAX_VALUE))
        .or(() -> range("maxAgeMs", policy.maxAgeMs(), 1, 8784 * HOUR_MS))
        .or(() -> halfLife(policy.halfLifeMs()))
        .or(() -> weights("tres", policy.tres(), MAX_WEIGHT))
        .or(() -> weights("usage", policy.usage(), 1_000_000))
        .or(() -> usageOfMemory(policy.usage()));
  }

  /** A weight of what there is nowhere would weigh nothing; one that holds already may stay. */
  private Optional<Decision> unknown(PriorityPolicy next) {
    PriorityPolicy now = cluster.priorities().policy();
    return unknown("tres", next.tres(), now.tres())
        .or(() -> unknown("usage", next.usage(), now.usage()));
  }

  private Optional<Decision> unknown(
      String field, List<ResourceWeight> next, List<ResourceWeight> now) {
    for (ResourceWeight each : next) {
      String name = Demand.countable(each);
      if (name != null
          && !countable.knows(name)
          && now.stream().noneMatch(known -> known.resource().equals(each.resource()))) {
        return Optional.of(Rejections.invalid(field, countable.unknown(name)));
      }
    }
    return Optional.empty();
  }

  private static Optional<Decision> usageOfMemory(List<ResourceWeight> weights) {
    return weights.stream()
        .filter(each -> each.resource().equals("mem"))
        .filter(each -> each.weight() / MAX_USAGE_PER_BYTE >= each.per())
        .findFirst()
        .map(each ->
            Rejections.invalid(
                "usage",
                "a weight of "
                    + each.weight()
                    + " for each "
                    + each.per()
                    + " bytes of memory is more than can be counted: memory is weighted by the GiB"
                    + " ("
                    + (1L << 30)
                    + " bytes in per), at most "
                    + MAX_USAGE_PER_BYTE
                    + " for a byte"));
  }

  private static Optional<Decision> halfLife(long halfLifeMs) {
    return halfLifeMs % HOUR_MS == 0
        ? range("halfLifeMs", halfLifeMs, 0, MAX_HALF_LIFE_MS)
        : Optional.of(
            Rejections.invalid(
                "halfLifeMs",
                "halfLifeMs is "
                    + halfLifeMs
                    + ": it is whole hours (a multiple of "
                    + HOUR_MS
                    + "), or 0 when usage never fades"));
  }

  private static Optional<Decision> weights(
      String field, List<ResourceWeight> weights, long mostWeight) {
    if (weights.size() > MAX_RESOURCE_WEIGHTS) {
      return Optional.of(
          Rejections.invalid(field, "more than " + MAX_RESOURCE_WEIGHTS + " resources"));
    }
    TreeSet<String> seen = new TreeSet<>();
    for (ResourceWeight each : weights) {
      if (!RESOURCE.matcher(each.resource()).matches() || !seen.add(each.resource())) {
        return Optional.of(
            Rejections.invalid(
                field,
                "\""
                    + each.resource()
                    + "\" is no resource or is listed twice: it is cores, mem, gres/NAME or"
                    + " licence/NAME"));
      }
      Optional<Decision> wrong =
          range(field + ".weight", each.weight(), 0, mostWeight)
              .or(() -> range(field + ".per", each.per(), 1, MAX_PER));
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  /** Whoever may not decide learns nothing about what is wrong or there. */
  private Decision define(Actor actor, Optional<Decision> wrong, Event event, boolean same) {
    if (!permissions.permit(actor, new Action.DefineSite())) {
      return Rejections.forbidden("only an administrator decides about order, shares and limits");
    }
    return wrong.orElseGet(
        () -> same ? Decision.unchanged() : Decision.done(List.of(new Fact(actor, event))));
  }
}
