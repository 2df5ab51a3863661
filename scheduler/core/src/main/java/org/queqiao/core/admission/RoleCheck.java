package org.queqiao.core.admission;

import java.util.List;
import java.util.Optional;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.AccountTree;
import org.queqiao.core.state.Cluster;

/** Roles of accounts and memberships in projects: each gives only what is weaker than the giver. */
public final class RoleCheck {
  private final Cluster cluster;
  private final Permissions permissions;

  public RoleCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  public Decision decide(Input.GrantRole input) {
    return change(input.actor(), input.grant().user(), input.grant().role(), input.grant(), true);
  }

  public Decision decide(Input.RevokeRole input) {
    return change(
        input.actor(),
        input.revocation().user(),
        input.revocation().role(),
        input.revocation(),
        false);
  }

  private Decision change(Actor actor, UserName user, Role role, Event event, boolean wanted) {
    if (!permissions.permit(actor, new Action.GrantRole(role))) {
      return Rejections.forbidden(
          role == Role.RESEARCHER
              ? "only an administrator gives or takes the role RESEARCHER"
              : "the role "
                  + role
                  + " is given and taken only by a command of the owner of the data"
                  + " folder");
    }
    Optional<AccountTree.Account> account = cluster.accounts().account(user);
    if (account.isEmpty()) {
      return Rejections.notFound("user", "there is no account " + user);
    }
    return account.get().has(role) == wanted
        ? Decision.unchanged()
        : Decision.done(List.of(new Fact(actor, event)));
  }

  public Decision decide(Input.SetMembership input) {
    return change(
        input.actor(),
        input.membership().project(),
        input.membership().user(),
        input.membership().rank(),
        input.membership());
  }

  public Decision decide(Input.RemoveMembership input) {
    return change(
        input.actor(),
        input.membership().project(),
        input.membership().user(),
        null,
        input.membership());
  }

  private Decision change(
      Actor actor, ProjectName project, UserName user, MemberRank to, Event event) {
    MemberRank from = cluster.accounts().rank(project, user).orElse(null);
    if (!permissions.permit(actor, new Action.ChangeMember(project, from, to))) {
      return Rejections.forbidden(
          "you may not change this membership of project "
              + project
              + ": a manager of the project sets its members, an administrator sets managers too");
    }
    if (cluster.accounts().project(project).isEmpty()) {
      return Rejections.notFound("project", "there is no project " + project);
    }
    if (cluster.accounts().account(user).isEmpty()) {
      return Rejections.notFound("user", "there is no account " + user);
    }
    // Who leads the project may have any rank as a member, or none.
    MemberRank was =
        cluster.accounts().project(project).flatMap(each -> each.memberRankOf(user)).orElse(null);
    return was == to ? Decision.unchanged() : Decision.done(List.of(new Fact(actor, event)));
  }
}
