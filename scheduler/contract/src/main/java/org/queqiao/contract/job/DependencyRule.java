package org.queqiao.contract.job;

import java.util.List;
import java.util.StringJoiner;

/**
 * The conditions on other jobs under which a job may start.
 *
 * @param any whether one of them is enough; else all must hold
 * @param parts the conditions; none for a job that waits for no other
 */
public record DependencyRule(boolean any, List<Dependency> parts) {
  /** Waits for no other job. */
  public static final DependencyRule NONE = new DependencyRule(false, List.of());

  public DependencyRule {
    parts = List.copyOf(parts);
  }

  public boolean isEmpty() {
    return parts.isEmpty();
  }

  /** As Slurm writes it: joined by a comma for all, by a question mark for any. */
  @Override
  public String toString() {
    StringJoiner out = new StringJoiner(any ? "?" : ",");
    parts.forEach(each -> out.add(each.toString()));
    return out.toString();
  }
}
