package org.queqiao.accounting.ledger;

import org.queqiao.contract.id.ProjectName;

/**
 * Whose wallet paid for a run of another project.
 *
 * @param project whose run it is
 * @param payer whose wallet
 */
public record PaidRun(ProjectName project, ProjectName payer) {
  /** Whether it is about the run or the money of a project. */
  public boolean isOf(ProjectName one) {
    return project.equals(one) || payer.equals(one);
  }
}
