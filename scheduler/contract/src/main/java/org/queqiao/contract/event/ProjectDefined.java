package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.ProjectName;

/**
 * A project exists, or its description changed.
 *
 * @param name the project
 * @param title shown to people
 * @param domains its research domains; shares sum to 1000
 */
public record ProjectDefined(ProjectName name, String title, List<DomainShare> domains)
    implements Event {
  public ProjectDefined {
    domains = List.copyOf(domains);
  }
}
