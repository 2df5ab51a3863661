package org.queqiao.core.state;

import java.util.List;
import java.util.NavigableSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;

/**
 * Whose jobs may push whose aside. A job never pushes aside one of a higher tier; within a tier the
 * qualities of service decide, which name each other in no circle. So whoever pushes aside is never
 * pushed aside in turn, by however many between.
 */
public final class Outranking {
  private final Policy policy;
  private final Priorities priorities;

  Outranking(Policy policy, Priorities priorities) {
    this.policy = policy;
    this.priorities = priorities;
  }

  /**
   * What decides about a job.
   *
   * @param qos or null
   */
  public record Rank(PartitionName partition, QosName qos) implements Comparable<Rank> {
    /** The rank of a job. */
    public static Rank of(Job job) {
      return new Rank(job.spec().partition(), job.spec().qos());
    }

    @Override
    public int compareTo(Rank other) {
      int order = partition.compareTo(other.partition);
      return order != 0 ? order : nameOf(qos).compareTo(nameOf(other.qos));
    }

    private static String nameOf(QosName qos) {
      return qos == null ? "" : qos.value();
    }
  }

  /** Whether anybody may push anybody aside. */
  public boolean isUsed() {
    return policy.partitions().stream().anyMatch(each -> isOn(each.preemption()))
        || priorities.allQos().stream().anyMatch(each -> isOn(each.preemption()));
  }

  private static boolean isOn(PreemptRules rules) {
    return rules.mode() != PreemptMode.OFF;
  }

  /** What becomes of a run of one rank when room is made for a job of another; OFF: it stays. */
  public PreemptRules rules(Rank above, Rank below) {
    if (tierOf(above) < tierOf(below)) {
      return PreemptRules.OFF;
    }
    if (names(above.qos(), below.qos())) {
      PreemptRules ofQos = priorities.qos(below.qos()).orElseThrow().preemption();
      if (isOn(ofQos)) {
        return ofQos;
      }
    }
    return tierOf(above) > tierOf(below)
        ? policy.partition(below.partition()).orElseThrow().preemption()
        : PreemptRules.OFF;
  }

  /** Whether a waiting job of one rank may go before one of another, to push others aside. */
  public boolean outranks(Rank above, Rank below) {
    int order = Integer.compare(tierOf(above), tierOf(below));
    return order > 0 || order == 0 && names(above.qos(), below.qos());
  }

  /** The same, or they never want the same node. */
  public boolean passes(Rank rank, Rank before) {
    return outranks(rank, before) || !shareNodes(rank.partition(), before.partition());
  }

  private boolean names(QosName above, QosName below) {
    return above != null
        && below != null
        && priorities.qos(above).map(QosDefined::preempts).orElse(List.of()).contains(below);
  }

  /** Whether jobs of two partitions may want the same node. */
  public boolean shareNodes(PartitionName one, PartitionName other) {
    NavigableSet<NodeName> nodes = policy.nodesOf(one);
    NavigableSet<NodeName> others = policy.nodesOf(other);
    return one.equals(other)
        || nodes == null
        || others == null
        || nodes.stream().anyMatch(others::contains);
  }

  /** The tier of the partition of a rank. */
  public int tierOf(Rank rank) {
    return policy.tierOf(rank.partition());
  }

  /** The priority of the quality of service of a rank; 0 without one. */
  public int priorityOf(Rank rank) {
    return rank.qos() == null ? 0 : priorities.qos(rank.qos()).map(QosDefined::priority).orElse(0);
  }

  /** Whether partitions have different tiers, so that these order the queue. */
  public boolean hasTiers() {
    return policy.partitions().stream().mapToInt(PartitionDefined::tier).distinct().count() > 1;
  }
}
