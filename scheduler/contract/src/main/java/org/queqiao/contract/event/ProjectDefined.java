package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/**
 * A project exists, or its description changed.
 *
 * @param name the project
 * @param title shown to people
 * @param domains its research domains; shares sum to 1000
 * @param pi its principal investigator, or null while nobody was named
 * @param costCentre where its costs are booked, in the words of the site, or empty
 */
public record ProjectDefined(
    ProjectName name, String title, List<DomainShare> domains, UserName pi, String costCentre)
    implements Event {
  public ProjectDefined {
    domains = List.copyOf(domains);
  }

  /** One without a principal investigator and a cost centre. */
  public ProjectDefined(ProjectName name, String title, List<DomainShare> domains) {
    this(name, title, domains, null, "");
  }

  /** The same, led by somebody else. */
  public ProjectDefined withPi(UserName other) {
    return new ProjectDefined(name, title, domains, other, costCentre);
  }

  /** The same, of other research domains. */
  public ProjectDefined withDomains(List<DomainShare> others) {
    return new ProjectDefined(name, title, others, pi, costCentre);
  }

  /** The same, booked elsewhere. */
  public ProjectDefined withCostCentre(String other) {
    return new ProjectDefined(name, title, domains, pi, other);
  }
}
