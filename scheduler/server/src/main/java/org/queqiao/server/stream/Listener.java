package org.queqiao.server.stream;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.server.view.Scope;
import org.queqiao.server.view.Site;

/** What one account may hear of, by the rights that it has at a moment. */
final class Listener {
  private final UserName user;
  private Site site;
  private Scope scope;

  Listener(UserName user) {
    this.user = user;
  }

  /** Takes the rights of this moment; costs nothing when the site has not changed. */
  void at(Site now) {
    if (now != site) {
      site = now;
      scope = now.scopeOf(user);
    }
  }

  boolean hears(Change change) {
    return switch (change.audience()) {
      case ALL -> true;
      case JOB ->
          scope.everything()
              || (change.user() != null && scope.sees(change.user(), change.project()));
      case PROJECT -> scope.everything() || isMember(change.project());
      case USER -> scope.everything() || user.equals(change.user());
    };
  }

  private boolean isMember(ProjectName project) {
    return site.account(user)
        .map(account ->
            account.memberships().stream().anyMatch(each -> each.project().equals(project)))
        .orElse(false);
  }
}
