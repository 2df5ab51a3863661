package org.queqiao.server.view;

import java.util.Set;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Viewer;

/**
 * Whose jobs, usage and postings an account may see: all, or its own and those of some projects.
 *
 * @param everything no restriction
 * @param user the account
 * @param projects whose records it sees as a manager
 */
public record Scope(boolean everything, UserName user, Set<ProjectName> projects)
    implements Viewer {
  public Scope {
    projects = Set.copyOf(projects);
  }

  @Override
  public boolean sees(UserName owner, ProjectName project) {
    return everything || user.equals(owner) || projects.contains(project);
  }
}
