package org.queqiao.core.permission;

import java.util.Optional;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Action;
import org.queqiao.core.state.AccountTree;
import org.queqiao.core.state.AccountTree.Account;

/**
 * The one place that says yes. Deny by default: a node, the scheduler and an account that does not
 * exist have no permission at all.
 *
 * <p>The owner of the data folder sets the site up: the first partition, accounts and roles, the
 * first price and the first money. That person could write the log's bytes anyway; doing it by a
 * command leaves an entry. Jobs are not theirs to submit or to end.
 *
 * <p>Money and machines are different hands: an administrator sets no price and funds no wallet, a
 * finance account touches no job and no node. An account with both roles has been given both by the
 * owner of the data folder, on the record.
 */
public final class Permissions {
  private final AccountTree accounts;

  public Permissions(AccountTree accounts) {
    this.accounts = accounts;
  }

  /** Whether this principal may do this now. */
  public boolean permit(Actor actor, Action action) {
    return switch (actor.kind()) {
      case NODE, SYSTEM -> false;
      case LOCAL_OWNER -> ofLocalOwner(action);
      case USER -> account(actor).map(account -> ofAccount(account, action)).orElse(false);
    };
  }

  /** The account behind a principal, if it is one and exists. */
  public Optional<Account> account(Actor actor) {
    boolean named =
        actor.kind() == Actor.Kind.USER && UserName.FORM.matcher(actor.name()).matches();
    return named ? accounts.account(new UserName(actor.name())) : Optional.empty();
  }

  private static boolean ofLocalOwner(Action action) {
    return switch (action) {
      case Action.SubmitJob _ -> false;
      case Action.ControlJob _ -> false;
      case Action.SuspendJob _ -> false;
      case Action.ReleaseAdministratorHold _ -> false;
      case Action.SeeJob _ -> true;
      case Action.SeeJobContent _ -> false;
      case Action.ControlNodes _ -> true;
      case Action.DefineSite _ -> true;
      case Action.DefineTariff _ -> true;
      case Action.FundWallet _ -> true;
      case Action.ChangeMoney _ -> true;
      case Action.SetBudget _ -> true;
      case Action.Dispute _ -> false;
      case Action.GrantRole _ -> true;
      case Action.ChangeMember _ -> true;
    };
  }

  private boolean ofAccount(Account account, Action action) {
    UserName self = account.definition().name();
    boolean administrator = account.has(Role.ADMINISTRATOR);
    boolean finance = account.has(Role.FINANCE);
    return switch (action) {
      case Action.SubmitJob(ProjectName project) -> maySubmit(account, project);
      case Action.ControlJob(UserName owner, ProjectName project) ->
          self.equals(owner) || administrator || manages(self, project);
      case Action.SuspendJob _ -> administrator;
      case Action.ReleaseAdministratorHold _ -> administrator;
      case Action.SeeJob(UserName owner, ProjectName project) ->
          self.equals(owner)
              || administrator
              || finance
              || account.has(Role.AUDITOR)
              || manages(self, project);
      case Action.SeeJobContent(UserName owner) -> self.equals(owner);
      case Action.ControlNodes _ -> administrator;
      case Action.DefineSite _ -> administrator;
      case Action.DefineTariff _ -> finance;
      case Action.FundWallet _ -> finance;
      case Action.ChangeMoney _ -> finance;
      case Action.Dispute(ProjectName project) -> accounts.rank(project, self).isPresent();
      case Action.SetBudget(ProjectName project, boolean ofUser) ->
          finance || ofUser && manages(self, project);
      case Action.GrantRole(Role role) -> administrator && role == Role.RESEARCHER;
      case Action.ChangeMember change ->
          administrator || (belowManager(change) && manages(self, change.project()));
    };
  }

  /**
   * Members of a project submit. An account that only watches over the money submits nothing, even
   * as a member; one that is a researcher or administrator besides does.
   */
  private boolean maySubmit(Account account, ProjectName project) {
    boolean onlyMoney =
        (account.has(Role.FINANCE) || account.has(Role.AUDITOR))
            && !account.has(Role.RESEARCHER)
            && !account.has(Role.ADMINISTRATOR);
    return !onlyMoney && accounts.rank(project, account.definition().name()).isPresent();
  }

  private boolean manages(UserName user, ProjectName project) {
    return accounts.rank(project, user).filter(rank -> rank == MemberRank.MANAGER).isPresent();
  }

  /** Managers act only on ranks strictly below their own. */
  private static boolean belowManager(Action.ChangeMember change) {
    return change.from() != MemberRank.MANAGER && change.to() != MemberRank.MANAGER;
  }
}
