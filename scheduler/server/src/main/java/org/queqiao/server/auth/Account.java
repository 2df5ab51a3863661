package org.queqiao.server.auth;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/**
 * An account as the log has it now.
 *
 * @param user its name
 * @param title shown to people
 * @param roles sorted
 * @param memberships its projects
 * @param defaultProject pays for jobs that name no project
 */
public record Account(
    UserName user,
    String title,
    SortedSet<Role> roles,
    List<Membership> memberships,
    Optional<ProjectName> defaultProject) {
  /** A place in a project. */
  public record Membership(ProjectName project, MemberRank rank) {}

  public Account {
    roles = sorted(roles);
    memberships = List.copyOf(memberships);
  }

  static SortedSet<Role> sorted(Collection<Role> roles) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(roles));
  }
}
