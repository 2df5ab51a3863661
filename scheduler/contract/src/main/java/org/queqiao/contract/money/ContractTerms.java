package org.queqiao.contract.money;

import org.queqiao.contract.id.ProjectName;

/**
 * What was agreed with the owner of a project. While it holds the project is of its class of
 * customers, and so its prices are those of that class. A later word under the same number holds
 * from its own beginning on in place of the earlier one.
 *
 * @param number of the contract, as it stands on it
 * @param project for which it is
 * @param customerClass of which it makes the project; empty: of none
 * @param validFromMs from this instant on
 * @param validToMs and before this one; 0 for no end
 * @param documents where the papers are: a reference of the site
 */
public record ContractTerms(
    String number,
    ProjectName project,
    String customerClass,
    long validFromMs,
    long validToMs,
    String documents) {
  /** Whether it has begun and not ended. */
  public boolean holdsAt(long timeMs) {
    return validFromMs <= timeMs && (validToMs == 0 || timeMs < validToMs);
  }

  /** The same from another instant on. */
  public ContractTerms from(long otherMs) {
    return new ContractTerms(number, project, customerClass, otherMs, validToMs, documents);
  }
}
