package org.queqiao.contract.codec;

import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.contract.wire.PbLimit;
import org.queqiao.contract.wire.PbPartUseImage;
import org.queqiao.contract.wire.PbPlatformDefined;
import org.queqiao.contract.wire.PbPreemptRules;
import org.queqiao.contract.wire.PbPrioritiesImage;
import org.queqiao.contract.wire.PbPriorityPolicy;
import org.queqiao.contract.wire.PbQosDefined;
import org.queqiao.contract.wire.PbResourceWeight;
import org.queqiao.contract.wire.PbRulesSet;
import org.queqiao.contract.wire.PbUsageImage;

/** What the site decided about order and limits, to its wire form. */
final class PolicyWriter {
  private PolicyWriter() {}

  static PbPlatformDefined platform(PlatformDefined e) {
    return PbPlatformDefined.newBuilder().setName(e.name().value()).setTitle(e.title()).build();
  }

  static PbQosDefined qos(QosDefined e) {
    PbQosDefined.Builder out =
        PbQosDefined.newBuilder()
            .setName(e.name().value())
            .setTitle(e.title())
            .setPriority(e.priority())
            .setLeaseMs(e.leaseMs());
    if (!e.preemption().equals(PreemptRules.OFF)) {
      out.setPreemption(preemption(e.preemption()));
    }
    e.preempts().forEach(each -> out.addPreempts(each.value()));
    return out.build();
  }

  static PbPreemptRules preemption(PreemptRules rules) {
    return PbPreemptRules.newBuilder()
        .setMode(PbPreemptRules.Mode.valueOf(rules.mode().name()))
        .setGraceMs(rules.graceMs())
        .setExemptMs(rules.exemptMs())
        .build();
  }

  static PbPriorityPolicy policy(PriorityPolicy policy) {
    PbPriorityPolicy.Builder out =
        PbPriorityPolicy.newBuilder()
            .setAge(policy.age())
            .setFairShare(policy.fairShare())
            .setJobSize(policy.jobSize())
            .setPartition(policy.partition())
            .setQos(policy.qos())
            .setProject(policy.project())
            .setSite(policy.site())
            .setNice(policy.nice())
            .setFavorSmall(policy.favorSmall())
            .setSizeCores(policy.sizeCores())
            .setMaxAgeMs(policy.maxAgeMs())
            .setHalfLifeMs(policy.halfLifeMs());
    policy.tres().forEach(each -> out.addTres(weight(each)));
    policy.usage().forEach(each -> out.addUsage(weight(each)));
    return out.build();
  }

  private static PbResourceWeight weight(ResourceWeight weight) {
    return PbResourceWeight.newBuilder()
        .setResource(weight.resource())
        .setWeight(weight.weight())
        .setPer(weight.per())
        .build();
  }

  static PbRulesSet rules(RulesSet e) {
    Rules rules = e.rules();
    PbRulesSet.Builder out =
        PbRulesSet.newBuilder()
            .setSubjectKind(e.subject().kind())
            .setSubjectName(e.subject().label())
            .setShares(rules.shares())
            .setPlatform(rules.platform() == null ? "" : rules.platform().value())
            .setDefaultQos(rules.defaultQos() == null ? "" : rules.defaultQos().value())
            .setPriority(rules.priority());
    rules.qos().forEach(each -> out.addQos(each.value()));
    rules.limits().forEach(each -> out.addLimits(limit(each)));
    return out.build();
  }

  private static PbLimit limit(Limit limit) {
    return PbLimit.newBuilder()
        .setScope(scope(limit.scope()))
        .setQuantity(PbLimit.Quantity.valueOf(limit.quantity().name()))
        .setGres(limit.gres())
        .setMost(limit.most())
        .build();
  }

  private static PbLimit.Scope scope(LimitScope scope) {
    return switch (scope) {
      case GROUP -> PbLimit.Scope.GROUP;
      case JOB -> PbLimit.Scope.JOB;
      case USER -> PbLimit.Scope.USER;
      case PROJECT -> PbLimit.Scope.PROJECT;
    };
  }

  static PbPrioritiesImage priorities(PrioritiesImage image) {
    PbPrioritiesImage.Builder out =
        PbPrioritiesImage.newBuilder()
            .setPolicy(policy(image.policy()))
            .setPolicySinceMs(image.policySinceMs())
            .setBaseMs(image.baseMs());
    image.platforms().forEach(each -> out.addPlatforms(platform(each)));
    image.qos().forEach(each -> out.addQos(qos(each)));
    image.rules().forEach(each -> out.addRules(rules(each)));
    for (PrioritiesImage.UsageImage each : image.usage()) {
      out.addUsage(
          PbUsageImage.newBuilder()
              .setProject(each.project().value())
              .setUser(each.user().value())
              .setWeighted(ModelWriter.bytes(each.weighted().toByteArray())));
    }
    for (PrioritiesImage.PartUseImage each : image.partUse()) {
      out.addPartUse(
          PbPartUseImage.newBuilder()
              .setSubjectKind(each.subject().kind())
              .setSubjectName(each.subject().label())
              .setScope(scope(each.scope()))
              .setName(each.name())
              .setWeighted(ModelWriter.bytes(each.weighted().toByteArray())));
    }
    return out.build();
  }
}
