package org.queqiao.server.auth;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/** Accounts that a test changes while requests run. */
public final class Accounts implements AccountDirectory {
  private final ConcurrentHashMap<UserName, Account> byName = new ConcurrentHashMap<>();

  @Override
  public Optional<Account> find(UserName user) {
    return Optional.ofNullable(byName.get(user));
  }

  public void set(String user, Role... roles) {
    UserName name = new UserName(user);
    ProjectName climate = new ProjectName("climate");
    byName.put(
        name,
        new Account(
            name,
            "Title of " + user,
            new TreeSet<>(Set.of(roles)),
            List.of(new Account.Membership(climate, MemberRank.MEMBER)),
            Optional.of(climate)));
  }

  public void remove(String user) {
    byName.remove(new UserName(user));
  }
}
