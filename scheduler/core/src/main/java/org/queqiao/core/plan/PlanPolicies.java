package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every policy by the name that people use; for a replay, whose times are seconds. */
public final class PlanPolicies {
  /** The name of our own, and of the policy of a site that has not chosen one. */
  public static final String DEFAULT = "default";

  /** So many of a queue may be promised a start: as many as there may be in one. */
  public static final int MAX_RESERVATIONS = 1_000_000;

  private PlanPolicies() {}

  /** The policy with this name; {@link #DEFAULT} promises one job a start. */
  public static Optional<PlanPolicy> named(String name) {
    if (name.equals(DEFAULT)) {
      return Optional.of(ShortAreaFirst.inSeconds(1));
    }
    for (KnownPolicy each : KnownPolicy.values()) {
      if (each.policyName().equals(name)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /**
   * The policy with this name for a live cluster, where {@code default} promises so many a start.
   */
  public static Optional<PlanPolicy> live(String name, int reservations) {
    if (name.equals(DEFAULT)) {
      return Optional.of(new SoftPromises(reservations));
    }
    return named(name).map(each -> each.plansAtSubmission() ? new KeptPlan() : each);
  }

  /** All names. */
  public static List<String> names() {
    List<String> out = new ArrayList<>();
    for (KnownPolicy each : KnownPolicy.values()) {
      out.add(each.policyName());
    }
    out.add(DEFAULT);
    return out;
  }
}
