package org.queqiao.server.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Action;
import org.queqiao.core.state.ClusterState;
import org.queqiao.server.auth.Account;

/**
 * Partitions, prices, domains, projects and accounts at one moment; never changes. Whether somebody
 * may do something is asked of the machine's own table of permissions, so there is only one.
 */
public final class Site {
  /** Asked about instead of the project of a stranger; who sees its jobs sees all jobs. */
  private static final ProjectName NO_PROJECT = new ProjectName("x-no-project");

  private final ClusterImage image;
  private final ClusterState state;
  private final Map<UserName, Account> accounts = new HashMap<>();

  /** The site of an image. */
  Site(ClusterImage image) {
    this.image = image;
    this.state = SchedulerMachine.from(image).state();
    Map<UserName, List<Account.Membership>> memberships = new HashMap<>();
    for (ClusterImage.ProjectImage project : image.projects()) {
      for (ClusterImage.MemberImage member : project.members()) {
        memberships
            .computeIfAbsent(member.user(), _ -> new ArrayList<>())
            .add(membership(project, member));
      }
      UserName pi = project.definition().pi();
      if (pi != null && project.members().stream().noneMatch(each -> each.user().equals(pi))) {
        memberships
            .computeIfAbsent(pi, _ -> new ArrayList<>())
            .add(new Account.Membership(project.definition().name(), MemberRank.MANAGER));
      }
    }
    for (ClusterImage.UserImage user : image.users()) {
      UserDefined known = user.user();
      accounts.put(
          known.name(),
          new Account(
              known.name(),
              known.title(),
              new TreeSet<>(user.roles()),
              memberships.getOrDefault(known.name(), List.of()),
              Optional.ofNullable(known.defaultProject())));
    }
  }

  /** Who leads a project may do what its managers may. */
  private static Account.Membership membership(
      ClusterImage.ProjectImage project, ClusterImage.MemberImage member) {
    boolean leads = member.user().equals(project.definition().pi());
    return new Account.Membership(
        project.definition().name(), leads ? MemberRank.MANAGER : member.rank());
  }

  /** Whether a principal may do something, by the table that the machine itself uses. */
  public boolean permits(Actor actor, Action action) {
    return state.permits(actor, action);
  }

  /** Which jobs, usage and postings an account may see. */
  public Scope scopeOf(UserName user) {
    Actor actor = Actor.user(user);
    UserName nobody = new UserName(user.value().startsWith("x") ? "y" : "x");
    boolean everything =
        project(NO_PROJECT).isEmpty() && permits(actor, new Action.SeeJob(nobody, NO_PROJECT));
    Set<ProjectName> projects =
        account(user).map(Account::memberships).orElse(List.of()).stream()
            .map(Account.Membership::project)
            .filter(project -> permits(actor, new Action.SeeJob(nobody, project)))
            .collect(Collectors.toSet());
    return new Scope(everything, user, projects);
  }

  public Optional<Account> account(UserName user) {
    return Optional.ofNullable(accounts.get(user));
  }

  public Optional<ClusterImage.UserImage> user(UserName name) {
    return state.user(name);
  }

  public Optional<ClusterImage.ProjectImage> project(ProjectName name) {
    return state.project(name);
  }

  public Optional<PartitionDefined> partition(PartitionName name) {
    return state.partition(name);
  }

  /** By which policy the site plans. */
  public SchedulingDefined scheduling() {
    return state.scheduling();
  }

  /** The bounds on every job. */
  public JobPolicyDefined jobPolicy() {
    return state.jobPolicy();
  }

  /** By name. */
  public List<ClusterImage.UserImage> users() {
    return image.users();
  }

  /** By name. */
  public List<ClusterImage.ProjectImage> projects() {
    return image.projects();
  }

  /** By name. */
  public List<PartitionDefined> partitions() {
    return image.partitions();
  }

  /** What the site decided about order, shares and limits. */
  public PrioritiesImage priorities() {
    return image.priorities();
  }

  /** By code. */
  public List<DomainDefined> domains() {
    return image.domains();
  }

  /** What is planned, in the order in which it will count. */
  public List<PlannedChange> planned() {
    return image.planned().changes();
  }

  /** The domain of this code, if there is one. */
  public Optional<DomainDefined> domain(DomainCode code) {
    return image.domains().stream().filter(each -> each.code().equals(code)).findFirst();
  }

  /** By partition and then in the order in which they were stated. */
  public List<TariffDefined> tariffs() {
    return image.tariffs();
  }

  /** The price of a partition at an instant, if it has one. */
  public Optional<TariffDefined> priceAt(PartitionName partition, long timeMs) {
    TariffDefined best = null;
    for (TariffDefined each : state.tariffs(partition)) {
      if (each.validFromMs() <= timeMs
          && (best == null || each.validFromMs() >= best.validFromMs())) {
        best = each;
      }
    }
    return Optional.ofNullable(best);
  }

  /** The domain with the largest share of a project, the first of equals; empty for none. */
  public String mainDomain(ProjectName project) {
    DomainShare best = null;
    for (DomainShare share :
        project(project).map(each -> each.definition().domains()).orElse(List.of())) {
      if (best == null || share.permille() > best.permille()) {
        best = share;
      }
    }
    return best == null ? "" : best.domain().value();
  }
}
