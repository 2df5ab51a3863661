package org.queqiao.contract.money;

import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;

/**
 * Core-hours that a project has beside its wallet: runs take them before money, for as long as they
 * hold. They pay the core time of a run at whatever its price is, and nothing else of it.
 *
 * @param project whose they are
 * @param kind where they come from
 * @param coreMs how many, in core-milliseconds; positive
 * @param partition where they can be used, or null for everywhere
 * @param validFromMs for runs that start from this instant on
 * @param validToMs and before this one, at which what is left expires; 0 for no end
 */
public record Allowance(
    ProjectName project,
    AllowanceKind kind,
    long coreMs,
    PartitionName partition,
    long validFromMs,
    long validToMs) {
  /** Whether a run may take of it that starts then and there. */
  public boolean covers(ProjectName payer, PartitionName where, long startMs) {
    return project.equals(payer)
        && (partition == null || partition.equals(where))
        && validFromMs <= startMs
        && !isOver(startMs);
  }

  /** The same from another instant on. */
  public Allowance from(long otherMs) {
    return new Allowance(project, kind, coreMs, partition, otherMs, validToMs);
  }

  /** Whether what is left of it has expired. */
  public boolean isOver(long nowMs) {
    return validToMs != 0 && validToMs <= nowMs;
  }
}
