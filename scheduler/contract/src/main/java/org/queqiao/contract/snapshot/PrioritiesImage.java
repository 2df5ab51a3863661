package org.queqiao.contract.snapshot;

import java.math.BigInteger;
import java.util.List;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Subject;

/**
 * What the machine keeps about order, shares and limits.
 *
 * @param platforms by name
 * @param qos by name
 * @param policy how priorities are put together
 * @param rules by subject
 * @param policySinceMs when the policy began: usage is counted by it from then on
 * @param baseMs where the weights of usage begin
 * @param usage what members used, by project and user
 * @param partUse what was used of each QOS and partition, by subject, scope and name; a machine
 *     that did not keep it yet tells none
 */
public record PrioritiesImage(
    List<PlatformDefined> platforms,
    List<QosDefined> qos,
    PriorityPolicy policy,
    List<RulesSet> rules,
    long policySinceMs,
    long baseMs,
    List<UsageImage> usage,
    List<PartUseImage> partUse) {
  /** A machine to which nothing of this was said, or that did not keep it yet. */
  public static final PrioritiesImage NONE =
      new PrioritiesImage(
          List.of(), List.of(), PriorityPolicy.DEFAULT, List.of(), 0, 0, List.of(), List.of());

  public PrioritiesImage {
    platforms = List.copyOf(platforms);
    qos = List.copyOf(qos);
    rules = List.copyOf(rules);
    usage = List.copyOf(usage);
    partUse = List.copyOf(partUse);
  }

  /**
   * What the ended runs of a member used.
   *
   * @param weighted thousandths of a core times milliseconds times the weight of their time
   */
  public record UsageImage(ProjectName project, UserName user, BigInteger weighted) {}

  /**
   * What ended runs used of a part of a QOS or partition.
   *
   * @param scope {@code GROUP} for all of it, {@code USER} or {@code PROJECT} for one of these
   * @param name of the user or project; empty for all of it
   * @param weighted as of a member
   */
  public record PartUseImage(Subject subject, LimitScope scope, String name, BigInteger weighted) {}
}
