package org.queqiao.contract.codec;

import java.math.BigInteger;
import java.util.List;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.contract.wire.PbClusterImage;
import org.queqiao.contract.wire.PbLimit;
import org.queqiao.contract.wire.PbPlatformDefined;
import org.queqiao.contract.wire.PbPreemptRules;
import org.queqiao.contract.wire.PbPrioritiesImage;
import org.queqiao.contract.wire.PbPriorityPolicy;
import org.queqiao.contract.wire.PbQosDefined;
import org.queqiao.contract.wire.PbResourceWeight;
import org.queqiao.contract.wire.PbRulesSet;

/** What the site decided about order and limits, from its wire form. */
final class PolicyReader {
  private PolicyReader() {}

  static PlatformDefined platform(PbPlatformDefined e) {
    return new PlatformDefined(new PlatformName(e.getName()), e.getTitle());
  }

  static QosDefined qos(PbQosDefined e) {
    return new QosDefined(
        new QosName(e.getName()),
        e.getTitle(),
        e.getPriority(),
        e.getPreemptsList().stream().map(QosName::new).toList(),
        e.hasPreemption() ? preemption(e.getPreemption()) : PreemptRules.OFF,
        e.getLeaseMs());
  }

  static PreemptRules preemption(PbPreemptRules in) {
    return new PreemptRules(mode(in.getMode()), in.getGraceMs(), in.getExemptMs());
  }

  private static PreemptMode mode(PbPreemptRules.Mode in) {
    return switch (in) {
      case OFF -> PreemptMode.OFF;
      case REQUEUE -> PreemptMode.REQUEUE;
      case CANCEL -> PreemptMode.CANCEL;
      case SUSPEND -> PreemptMode.SUSPEND;
      case UNRECOGNIZED -> throw ModelReader.unknown("mode of preemption");
    };
  }

  static PriorityPolicyDefined defined(PbPriorityPolicy in) {
    return new PriorityPolicyDefined(policy(in));
  }

  static PriorityPolicy policy(PbPriorityPolicy in) {
    return new PriorityPolicy(
        in.getAge(),
        in.getFairShare(),
        in.getJobSize(),
        in.getPartition(),
        in.getQos(),
        in.getProject(),
        in.getSite(),
        in.getNice(),
        in.getFavorSmall(),
        in.getSizeCores(),
        in.getMaxAgeMs(),
        in.getHalfLifeMs(),
        weights(in.getTresList()),
        weights(in.getUsageList()));
  }

  private static List<ResourceWeight> weights(List<PbResourceWeight> in) {
    return ModelReader.list(
        in, each -> new ResourceWeight(each.getResource(), each.getWeight(), each.getPer()));
  }

  static RulesSet rules(PbRulesSet e) {
    return new RulesSet(
        Subject.of(e.getSubjectKind(), e.getSubjectName()),
        new Rules(
            e.getShares(),
            e.getPlatform().isEmpty() ? null : new PlatformName(e.getPlatform()),
            e.getQosList().stream().map(QosName::new).toList(),
            e.getDefaultQos().isEmpty() ? null : new QosName(e.getDefaultQos()),
            e.getPriority(),
            ModelReader.list(e.getLimitsList(), PolicyReader::limit)));
  }

  private static Limit limit(PbLimit in) {
    Quantity quantity =
        switch (in.getQuantity()) {
          case QUANTITY_UNSPECIFIED, UNRECOGNIZED -> throw ModelReader.unknown("limit");
          default -> Quantity.valueOf(in.getQuantity().name());
        };
    return new Limit(scope(in.getScope()), quantity, in.getGres(), in.getMost());
  }

  private static LimitScope scope(PbLimit.Scope in) {
    return switch (in) {
      case GROUP -> LimitScope.GROUP;
      case JOB -> LimitScope.JOB;
      case USER -> LimitScope.USER;
      case PROJECT -> LimitScope.PROJECT;
      case SCOPE_UNSPECIFIED, UNRECOGNIZED -> throw ModelReader.unknown("scope of a limit");
    };
  }

  static PrioritiesImage priorities(PbClusterImage image) {
    if (!image.hasPriorities()) {
      return PrioritiesImage.NONE;
    }
    PbPrioritiesImage in = image.getPriorities();
    return new PrioritiesImage(
        ModelReader.list(in.getPlatformsList(), PolicyReader::platform),
        ModelReader.list(in.getQosList(), PolicyReader::qos),
        policy(in.getPolicy()),
        ModelReader.list(in.getRulesList(), PolicyReader::rules),
        in.getPolicySinceMs(),
        in.getBaseMs(),
        ModelReader.list(
            in.getUsageList(),
            each ->
                new PrioritiesImage.UsageImage(
                    new ProjectName(each.getProject()),
                    new UserName(each.getUser()),
                    new BigInteger(each.getWeighted().toByteArray()))),
        ModelReader.list(
            in.getPartUseList(),
            each ->
                new PrioritiesImage.PartUseImage(
                    Subject.of(each.getSubjectKind(), each.getSubjectName()),
                    scope(each.getScope()),
                    each.getName(),
                    new BigInteger(each.getWeighted().toByteArray()))));
  }
}
