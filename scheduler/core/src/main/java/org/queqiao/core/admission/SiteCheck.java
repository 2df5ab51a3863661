package org.queqiao.core.admission;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.placement.HostList;
import org.queqiao.core.placement.Switches;
import org.queqiao.core.plan.PlanPolicies;
import org.queqiao.core.state.AccountTree;
import org.queqiao.core.state.Cluster;

/**
 * Definitions of partitions, domains, projects and accounts. To define again what is so already
 * changes nothing.
 */
public final class SiteCheck {
  private static final int MAX_TITLE_CHARACTERS = 256;
  private static final int MAX_DOMAINS = 100;
  private static final int PERMILLE = 1000;

  /** Ten years: enough for any job, and far from where the sum with a time would overflow. */
  private static final long LONGEST_LIMIT_MS = 3653L * 24 * 3_600_000;

  private static final Pattern UNIX_USER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,31}");

  static final int MAX_ATTEMPTS = 1000;

  private static final int MAX_COST_CENTRE_CHARACTERS = 64;

  private static final int MAX_TIER = 65_533;

  private final Cluster cluster;
  private final Permissions permissions;

  public SiteCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  public Decision decide(Input.DefinePartition input) {
    PartitionDefined partition = input.partition();
    if (partition.defaultLimitMs() <= 0
        || partition.maxLimitMs() > LONGEST_LIMIT_MS
        || partition.defaultLimitMs() > partition.maxLimitMs()) {
      return refuseOr(
          input.actor(),
          Rejections.invalid(
              "maxLimitMs",
              "the limits of partition "
                  + partition.name()
                  + " are "
                  + partition.defaultLimitMs()
                  + " and "
                  + partition.maxLimitMs()
                  + ": the default is positive and at most the maximum, the maximum at most "
                  + LONGEST_LIMIT_MS));
    }
    if (!partition.nodes().isEmpty()) {
      try {
        HostList.parse(partition.nodes());
      } catch (IllegalArgumentException e) {
        return refuseOr(
            input.actor(), Rejections.invalid("nodes", "the list of nodes " + e.getMessage()));
      }
    }
    Optional<Decision> wrong =
        PrioritiesCheck.range("tier", partition.tier(), 1, MAX_TIER)
            .or(() -> PrioritiesCheck.preemption(partition.preemption()));
    if (wrong.isPresent()) {
      return refuseOr(input.actor(), wrong.get());
    }
    boolean same =
        cluster.policy().partition(partition.name()).filter(partition::equals).isPresent();
    return define(input.actor(), partition, same);
  }

  public Decision decide(Input.DefineLicence input) {
    LicenceDefined licence = input.licence();
    if (!ResourcesCheck.LICENCE.matcher(licence.name()).matches()) {
      return refuseOr(
          input.actor(),
          Rejections.invalid(
              "name", "the name of a licence must match " + ResourcesCheck.LICENCE.pattern()));
    }
    if (licence.count() < 0 || licence.count() > ResourcesCheck.MAX_LICENCES) {
      return refuseOr(
          input.actor(),
          Rejections.invalid(
              "count",
              "count is " + licence.count() + ": from 0 to " + ResourcesCheck.MAX_LICENCES));
    }
    boolean same = cluster.licences().find(licence.name()).filter(licence::equals).isPresent();
    if (!same
        && cluster.licences().find(licence.name()).isEmpty()
        && cluster.licences().all().size() >= ResourcesCheck.MAX_LICENCE_NAMES) {
      return refuseOr(
          input.actor(),
          Rejections.invalid(
              "name", "a site has at most " + ResourcesCheck.MAX_LICENCE_NAMES + " licences"));
    }
    return define(input.actor(), licence, same);
  }

  public Decision decide(Input.DefineTopology input) {
    try {
      Switches.of(input.topology());
    } catch (IllegalArgumentException e) {
      return refuseOr(input.actor(), Rejections.invalid("switches", e.getMessage()));
    }
    return define(
        input.actor(), input.topology(), cluster.policy().topology().equals(input.topology()));
  }

  public Decision decide(Input.DefineJobPolicy input) {
    JobPolicyDefined policy = input.policy();
    if (policy.maxAttempts() < 1 || policy.maxAttempts() > MAX_ATTEMPTS) {
      return refuseOr(
          input.actor(),
          Rejections.invalid(
              "maxAttempts",
              "maxAttempts is "
                  + policy.maxAttempts()
                  + ": a job is started from 1 to "
                  + MAX_ATTEMPTS
                  + " times before an administrator must look at it"));
    }
    JobPolicyDefined now = cluster.policy().jobPolicy();
    if (policy.billsSuspendedTime() != now.billsSuspendedTime()
        || policy.budgetGate() != now.budgetGate()) {
      return refuseOr(
          input.actor(),
          Rejections.forbidden(
              "whether suspended time is billed and whether jobs wait for money is changed by two"
                  + " people of finance: POST /api/v1/job-billing"));
    }
    return define(input.actor(), policy, now.equals(policy));
  }

  public Decision decide(Input.DefineScheduling input) {
    SchedulingDefined scheduling = input.scheduling();
    if (scheduling.reservations() < 1
        || scheduling.reservations() > PlanPolicies.MAX_RESERVATIONS) {
      return refuseOr(
          input.actor(),
          Rejections.invalid(
              "reservations",
              "reservations is "
                  + scheduling.reservations()
                  + ": from 1 to "
                  + PlanPolicies.MAX_RESERVATIONS
                  + " waiting jobs can be promised a start"));
    }
    if (PlanPolicies.named(scheduling.policy()).isEmpty()) {
      return refuseOr(
          input.actor(),
          Rejections.invalid(
              "policy",
              "there is no policy '"
                  + scheduling.policy()
                  + "': take one of "
                  + String.join(", ", PlanPolicies.names())));
    }
    return define(input.actor(), scheduling, cluster.policy().scheduling().equals(scheduling));
  }

  public Decision decide(Input.DefineDomain input) {
    DomainDefined domain = input.domain();
    if (input.keepsParent()) {
      DomainCode parent =
          cluster.accounts().domain(domain.code()).map(DomainDefined::parent).orElse(null);
      domain = new DomainDefined(domain.code(), domain.title(), parent);
    }
    String problem = TextRules.problemOfLine(domain.title(), MAX_TITLE_CHARACTERS);
    if (problem != null) {
      return refuseOr(input.actor(), Rejections.invalid("title", "the title " + problem));
    }
    Optional<Decision> wrong = wrongPlace(domain).or(inTheWayOf(domain));
    if (wrong.isPresent()) {
      return refuseOr(input.actor(), wrong.get());
    }
    boolean same = cluster.accounts().domain(domain.code()).filter(domain::equals).isPresent();
    return define(input.actor(), domain, same);
  }

  /** A domain is part of one that there is, never of itself, and no further down than allowed. */
  private Optional<Decision> wrongPlace(DomainDefined domain) {
    if (domain.parent() == null) {
      return Optional.empty();
    }
    List<DomainCode> above =
        cluster.accounts().upwards(domain.parent()).stream().map(DomainDefined::code).toList();
    if (above.isEmpty() && !domain.parent().equals(domain.code())) {
      return Optional.of(Rejections.invalid("parent", noDomain(domain.parent())));
    }
    if (above.contains(domain.code()) || above.isEmpty()) {
      return Optional.of(
          Rejections.invalid(
              "parent",
              "domain "
                  + domain.parent()
                  + " is or is part of "
                  + domain.code()
                  + ": a domain is no part of itself"));
    }
    int levels = above.size() + cluster.accounts().levelsFrom(domain.code());
    return levels <= DomainDefined.MOST_LEVELS
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "parent",
                "with "
                    + domain.code()
                    + " below "
                    + domain.parent()
                    + " there would be "
                    + levels
                    + " levels of domains: at most "
                    + DomainDefined.MOST_LEVELS));
  }

  /** What is planned and would not do any more with a domain at another place. */
  private Supplier<Optional<Decision>> inTheWayOf(DomainDefined domain) {
    return () -> {
      Map<DomainCode, DomainCode> now = PlannedTrees.now(cluster);
      now.remove(domain.code());
      if (domain.parent() != null) {
        now.put(domain.code(), domain.parent());
      }
      return PlannedTrees.fault(now, cluster.planned().all())
          .map(fault ->
              Rejections.conflict(
                  "parent",
                  "with this, planned change "
                      + fault.change().number()
                      + " would "
                      + fault.problem()
                      + ": withdraw it first"));
    };
  }

  /** That there is no such domain, if so. */
  Optional<Decision> missing(String field, DomainCode code) {
    return cluster.accounts().domain(code).isPresent()
        ? Optional.empty()
        : Optional.of(Rejections.invalid(field, noDomain(code)));
  }

  private String noDomain(DomainCode code) {
    List<String> names =
        cluster.accounts().domains().stream().map(each -> each.code().value()).toList();
    return "there is no domain " + code + TextRules.didYouMean(code.value(), names);
  }

  /** What is said of a project. */
  public Decision decide(Input input) {
    return switch (input) {
      case Input.DefineProject i -> describe(i);
      case Input.SetProject i -> set(i);
      default -> throw new IllegalArgumentException("nothing of a project: " + input);
    };
  }

  private Decision describe(Input.DefineProject input) {
    ProjectDefined project = input.project();
    Optional<ProjectDefined> before = definition(project.name());
    if (project.pi() == null) {
      project = project.withPi(before.map(ProjectDefined::pi).orElse(null));
    }
    if (project.costCentre().isEmpty()) {
      project = project.withCostCentre(before.map(ProjectDefined::costCentre).orElse(""));
    }
    return define(input.actor(), project);
  }

  private Decision set(Input.SetProject input) {
    Optional<ProjectDefined> before = definition(input.project());
    if (before.isEmpty()) {
      return refuseOr(
          input.actor(), Rejections.notFound("project", "there is no project " + input.project()));
    }
    ProjectDefined project = before.get();
    if (input.pi() != null) {
      project = project.withPi(input.pi());
    }
    if (input.costCentre() != null) {
      project = project.withCostCentre(input.costCentre());
    }
    return define(input.actor(), project);
  }

  private Optional<ProjectDefined> definition(ProjectName name) {
    return cluster.accounts().project(name).map(AccountTree.Project::definition);
  }

  private Decision define(Actor actor, ProjectDefined project) {
    Optional<Decision> wrong =
        wrongShares(project.name(), project.domains()).or(() -> wrongLead(project));
    String problem = TextRules.problemOfLine(project.title(), MAX_TITLE_CHARACTERS);
    if (problem != null) {
      wrong = Optional.of(Rejections.invalid("title", "the title " + problem));
    }
    return wrong.isPresent()
        ? refuseOr(actor, wrong.get())
        : define(actor, project, definition(project.name()).filter(project::equals).isPresent());
  }

  private Optional<Decision> wrongLead(ProjectDefined project) {
    if (project.pi() != null && cluster.accounts().account(project.pi()).isEmpty()) {
      List<String> names =
          cluster.accounts().accounts().stream()
              .map(each -> each.definition().name().value())
              .toList();
      return Optional.of(
          Rejections.invalid(
              "pi",
              "there is no account "
                  + project.pi()
                  + TextRules.didYouMean(project.pi().value(), names)));
    }
    String problem =
        project.costCentre().isEmpty()
            ? null
            : TextRules.problemOfLine(project.costCentre(), MAX_COST_CENTRE_CHARACTERS);
    return problem == null
        ? Optional.empty()
        : Optional.of(Rejections.invalid("costCentre", "the cost centre " + problem));
  }

  public Decision decide(Input.DefineUser input) {
    UserDefined user = input.user();
    Optional<Decision> wrong = wrongUser(user);
    if (wrong.isPresent()) {
      return refuseOr(input.actor(), wrong.get());
    }
    boolean same =
        cluster
            .accounts()
            .account(user.name())
            .map(AccountTree.Account::definition)
            .filter(user::equals)
            .isPresent();
    return define(input.actor(), user, same);
  }

  /** What is wrong with shares over research domains. */
  Optional<Decision> wrongShares(ProjectName project, List<DomainShare> shares) {
    if (shares.size() > MAX_DOMAINS) {
      return Optional.of(
          Rejections.invalid("domains", "a project has at most " + MAX_DOMAINS + " domains"));
    }
    TreeSet<DomainCode> seen = new TreeSet<>();
    long permille = 0;
    for (DomainShare share : shares) {
      if (cluster.accounts().domain(share.domain()).isEmpty()) {
        return Optional.of(Rejections.invalid("domains", noDomain(share.domain())));
      }
      if (share.permille() <= 0 || !seen.add(share.domain())) {
        return Optional.of(
            Rejections.invalid(
                "domains", "each domain is listed once, with a share above 0 permille"));
      }
      permille += share.permille();
    }
    return permille == PERMILLE
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "domains",
                "the shares of project "
                    + project
                    + " sum to "
                    + permille
                    + " permille: they must sum to "
                    + PERMILLE));
  }

  private Optional<Decision> wrongUser(UserDefined user) {
    String problem = TextRules.problemOfLine(user.title(), MAX_TITLE_CHARACTERS);
    if (problem != null) {
      return Optional.of(Rejections.invalid("title", "the title " + problem));
    }
    if (user.unixUser().isEmpty()) {
      if (user.uid() != -1) {
        return Optional.of(
            Rejections.invalid("uid", "without a Unix user the uid is -1, not " + user.uid()));
      }
    } else if (user.uid() <= 0 || user.unixUser().equals("root")) {
      return Optional.of(
          Rejections.invalid(
              "uid",
              "jobs never run as root or as uid "
                  + user.uid()
                  + ": map the account to an ordinary"
                  + " Unix user"));
    } else if (!UNIX_USER.matcher(user.unixUser()).matches()) {
      return Optional.of(
          Rejections.invalid("unixUser", "the Unix user must match " + UNIX_USER.pattern()));
    }
    if (user.defaultProject() != null
        && cluster.accounts().project(user.defaultProject()).isEmpty()) {
      return Optional.of(
          Rejections.invalid("defaultProject", "there is no project " + user.defaultProject()));
    }
    return Optional.empty();
  }

  private Decision define(Actor actor, Event definition, boolean same) {
    return refuseOr(
        actor,
        same
            ? Decision.unchanged()
            : Decision.done(List.of(new Fact(actor, Objects.requireNonNull(definition)))));
  }

  /** Whoever may not define anything learns nothing about what is wrong or there. */
  private Decision refuseOr(Actor actor, Decision decision) {
    return permissions.permit(actor, new Action.DefineSite())
        ? decision
        : Rejections.forbidden(
            "only an administrator defines partitions, licences, domains, projects and accounts");
  }
}
