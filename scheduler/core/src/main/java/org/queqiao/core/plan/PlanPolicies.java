package org.queqiao.core.plan;

import java.util.List;
import java.util.Optional;

/** Every policy by the name that people use. */
public final class PlanPolicies {
  private static final List<PlanPolicy> ALL = List.of(KnownPolicy.values());

  private PlanPolicies() {}

  /** The policy with this name. */
  public static Optional<PlanPolicy> named(String name) {
    return ALL.stream().filter(each -> each.policyName().equals(name)).findFirst();
  }

  /** All names. */
  public static List<String> names() {
    return ALL.stream().map(PlanPolicy::policyName).toList();
  }
}
