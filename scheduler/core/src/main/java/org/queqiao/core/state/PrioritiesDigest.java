package org.queqiao.core.state;

import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.snapshot.PrioritiesImage;

/** Order and shares in the digest: each list behind its name, and only if it says something. */
final class PrioritiesDigest {
  private final CanonicalWriter out;

  PrioritiesDigest(CanonicalWriter out) {
    this.out = out;
  }

  void write(PrioritiesImage image) {
    if (!image.platforms().isEmpty()) {
      out.text("platforms")
          .list(image.platforms(), each -> out.text(each.name().value()).text(each.title()));
    }
    if (!image.qos().isEmpty()) {
      out.text("qos")
          .list(
              image.qos(),
              each ->
                  out.text(each.name().value())
                      .text(each.title())
                      .number(each.priority())
                      .list(each.preempts(), other -> out.text(other.value())));
      for (QosDefined each : image.qos()) {
        preemption(out, each.name().value(), each.preemption());
        if (each.leaseMs() != 0) {
          out.text("lease of").text(each.name().value()).number(each.leaseMs());
        }
      }
    }
    if (!image.policy().equals(PriorityPolicy.DEFAULT)) {
      policy(image.policy());
    }
    if (!image.rules().isEmpty()) {
      out.text("rules").list(image.rules(), this::rules);
    }
    boolean decides = !image.rules().isEmpty() || !image.policy().equals(PriorityPolicy.DEFAULT);
    // Use that orders nothing is left out, so that a log of before this was kept has the same
    // digest.
    if (decides && !image.usage().isEmpty()) {
      out.text("usage")
          .number(image.policySinceMs())
          .number(image.baseMs())
          .list(
              image.usage(),
              each ->
                  out.text(each.project().value())
                      .text(each.user().value())
                      .bytes(each.weighted().toByteArray()));
    }
    // So is that of QOS and partitions where nothing bounds it.
    boolean bounds = image.rules().stream().anyMatch(PrioritiesDigest::boundsPartUse);
    if (bounds && !image.partUse().isEmpty()) {
      out.text("use of parts")
          .list(
              image.partUse(),
              each ->
                  out.text(each.subject().kind())
                      .text(each.subject().label())
                      .text(each.scope().name())
                      .text(each.name())
                      .bytes(each.weighted().toByteArray()));
    }
  }

  /** Whether rules bound the use of a QOS or partition; before that was kept none could. */
  private static boolean boundsPartUse(RulesSet each) {
    return UsePart.isKeptFor(each.subject())
        && each.rules().limits().stream()
            .anyMatch(
                limit -> limit.quantity() == Quantity.CORE_MS && limit.scope() != LimitScope.JOB);
  }

  /** What is said about pushing aside, where anything is. */
  static void preemption(CanonicalWriter out, String of, PreemptRules rules) {
    if (!rules.equals(PreemptRules.OFF)) {
      out.text("preemption of")
          .text(of)
          .text(rules.mode().name())
          .number(rules.graceMs())
          .number(rules.exemptMs());
    }
  }

  private void policy(PriorityPolicy policy) {
    out.text("priorities")
        .number(policy.age())
        .number(policy.fairShare())
        .number(policy.jobSize())
        .number(policy.partition())
        .number(policy.qos())
        .number(policy.project())
        .number(policy.site())
        .number(policy.nice())
        .flag(policy.favorSmall())
        .number(policy.sizeCores())
        .number(policy.maxAgeMs())
        .number(policy.halfLifeMs())
        .list(policy.tres(), this::weight)
        .list(policy.usage(), this::weight);
  }

  private void weight(ResourceWeight each) {
    out.text(each.resource()).number(each.weight()).number(each.per());
  }

  private void rules(RulesSet each) {
    Rules rules = each.rules();
    PlatformName platform = rules.platform();
    QosName defaultQos = rules.defaultQos();
    out.text(each.subject().kind())
        .text(each.subject().label())
        .number(rules.shares())
        .text(platform == null ? "" : platform.value())
        .list(rules.qos(), qos -> out.text(qos.value()))
        .text(defaultQos == null ? "" : defaultQos.value())
        .number(rules.priority())
        .list(
            rules.limits(),
            limit ->
                out.text(limit.scope().name())
                    .text(limit.quantity().name())
                    .text(limit.gres())
                    .number(limit.most()));
  }
}
