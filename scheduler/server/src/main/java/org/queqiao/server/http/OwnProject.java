package org.queqiao.server.http;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** Whose wallet, statements and budgets somebody may look into. */
final class OwnProject {
  private OwnProject() {}

  /** Managers of a project and whoever sees everything look into its wallet and statements. */
  static ProjectName of(ClusterView view, Call call, String name) {
    ProjectName project = new ProjectName(name);
    Scope scope = view.site().scopeOf(call.principal().user());
    boolean exists = view.site().project(project).isPresent();
    boolean member =
        view.site()
            .account(scope.user())
            .map(account ->
                account.memberships().stream().anyMatch(each -> each.project().equals(project)))
            .orElse(false);
    if (!exists || (!scope.everything() && !member)) {
      throw Refused.notFound("there is no project of this name that you may see");
    }
    if (!scope.everything() && !scope.projects().contains(project)) {
      throw Refused.forbidden(
          "only managers of the project, administrators, finance and auditors see this");
    }
    return project;
  }
}
