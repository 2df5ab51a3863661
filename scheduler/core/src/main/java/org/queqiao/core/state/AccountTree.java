package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.snapshot.ClusterImage;

/** Domains, projects with their members, accounts with their roles. */
public final class AccountTree {
  private final TreeMap<DomainCode, DomainDefined> domains = new TreeMap<>();
  private final TreeMap<ProjectName, Project> projects = new TreeMap<>();
  private final TreeMap<UserName, Account> accounts = new TreeMap<>();

  AccountTree() {}

  /** A project with its members. */
  public static final class Project {
    private ProjectDefined definition;
    private final TreeMap<UserName, MemberRank> members = new TreeMap<>();

    private Project(ProjectDefined definition) {
      this.definition = definition;
    }

    public ProjectDefined definition() {
      return definition;
    }

    /** By name. */
    public Collection<UserName> members() {
      return Collections.unmodifiableCollection(members.keySet());
    }

    /** What somebody may do in it: who leads it may do what managers may, a member or not. */
    public Optional<MemberRank> rankOf(UserName user) {
      return user.equals(definition.pi()) ? Optional.of(MemberRank.MANAGER) : memberRankOf(user);
    }

    /** The rank that somebody was given as a member. */
    public Optional<MemberRank> memberRankOf(UserName user) {
      return Optional.ofNullable(members.get(user));
    }

    public ClusterImage.ProjectImage image() {
      List<ClusterImage.MemberImage> list = new ArrayList<>();
      members.forEach((user, rank) -> list.add(new ClusterImage.MemberImage(user, rank)));
      return new ClusterImage.ProjectImage(definition, list);
    }
  }

  /** An account with its roles. */
  public static final class Account {
    private UserDefined definition;
    private final EnumSet<Role> roles = EnumSet.noneOf(Role.class);

    private Account(UserDefined definition) {
      this.definition = definition;
    }

    public UserDefined definition() {
      return definition;
    }

    public Set<Role> roles() {
      return Collections.unmodifiableSet(roles);
    }

    public boolean has(Role role) {
      return roles.contains(role);
    }

    public ClusterImage.UserImage image() {
      return new ClusterImage.UserImage(definition, List.copyOf(roles));
    }
  }

  void restore(ClusterImage.ProjectImage image) {
    define(image.definition());
    image.members().forEach(each -> setMember(image.definition().name(), each.user(), each.rank()));
  }

  void define(DomainDefined domain) {
    domains.put(domain.code(), domain);
  }

  void define(ProjectDefined definition) {
    projects.computeIfAbsent(definition.name(), _ -> new Project(definition)).definition =
        definition;
  }

  void define(UserDefined definition) {
    accounts.computeIfAbsent(definition.name(), _ -> new Account(definition)).definition =
        definition;
  }

  void grant(UserName user, Role role) {
    accounts.get(user).roles.add(role);
  }

  void revoke(UserName user, Role role) {
    accounts.get(user).roles.remove(role);
  }

  void setMember(ProjectName project, UserName user, MemberRank rank) {
    projects.get(project).members.put(user, rank);
  }

  void removeMember(ProjectName project, UserName user) {
    projects.get(project).members.remove(user);
  }

  public Optional<DomainDefined> domain(DomainCode code) {
    return Optional.ofNullable(domains.get(code));
  }

  /** A domain and what it is part of, from the narrowest to the widest; empty if there is none. */
  public List<DomainDefined> upwards(DomainCode code) {
    List<DomainDefined> path = new ArrayList<>();
    for (DomainDefined at = domains.get(code); at != null; at = above(at)) {
      path.add(at);
    }
    return path;
  }

  private DomainDefined above(DomainDefined domain) {
    return domain.parent() == null ? null : domains.get(domain.parent());
  }

  /** How many levels of domains stand below one, with itself. */
  public int levelsFrom(DomainCode code) {
    int most = 1;
    for (DomainCode each : domains.keySet()) {
      List<DomainCode> path = upwards(each).stream().map(DomainDefined::code).toList();
      most = Math.max(most, path.indexOf(code) + 1);
    }
    return most;
  }

  public Optional<Project> project(ProjectName name) {
    return Optional.ofNullable(projects.get(name));
  }

  UserDefined definition(UserName name) {
    return account(name).orElseThrow(IllegalStateException::new).definition();
  }

  public Optional<Account> account(UserName name) {
    return Optional.ofNullable(accounts.get(name));
  }

  /** What an account may do in a project, if both exist and it is a member or leads it. */
  public Optional<MemberRank> rank(ProjectName project, UserName user) {
    return project(project).flatMap(found -> found.rankOf(user));
  }

  public Collection<DomainDefined> domains() {
    return Collections.unmodifiableCollection(domains.values());
  }

  public Collection<Project> projects() {
    return Collections.unmodifiableCollection(projects.values());
  }

  public Collection<Account> accounts() {
    return Collections.unmodifiableCollection(accounts.values());
  }
}
