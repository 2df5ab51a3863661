package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.ChangePlanned;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.PlannedChangeMade;
import org.queqiao.contract.event.PlannedChangeWithdrawn;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;

/**
 * Changes that count from a later time on. What was planned can always be made: domains, projects
 * and platforms do not go away, and whatever is said later is checked against what is planned.
 */
public final class PlannedCheck {
  /** How many are made at once; the next tick goes on. */
  private static final int AT_ONCE = Decision.PART / 2;

  /** Ten years: who plans further ahead has mistyped the year. */
  private static final long LONGEST_AHEAD_MS = 3653L * 24 * 3_600_000;

  private final Cluster cluster;
  private final Permissions permissions;
  private final SiteCheck site;

  public PlannedCheck(Cluster cluster, Permissions permissions, SiteCheck site) {
    this.cluster = cluster;
    this.permissions = permissions;
    this.site = site;
  }

  /** Plans a change or withdraws one. */
  public Decision decide(Input input, long nowMs) {
    return switch (input) {
      case Input.PlanChange i -> plan(i, nowMs);
      case Input.WithdrawChange i -> withdraw(i);
      default -> throw new IllegalArgumentException("no planned change: " + input);
    };
  }

  private Decision plan(Input.PlanChange input, long nowMs) {
    if (!mayPlan(input.actor())) {
      return forbidden();
    }
    PlannedChange change =
        new PlannedChange(cluster.planned().nextNumber(), input.fromMs(), input.content());
    Optional<Decision> wrong =
        wrongTime(input.fromMs(), nowMs).or(() -> wrongContent(input.content()));
    if (wrong.isPresent()) {
      return wrong.get();
    }
    List<PlannedChange> alike =
        cluster.planned().all().stream()
            .filter(each -> each.content().about().equals(change.content().about()))
            .toList();
    for (PlannedChange each : alike) {
      if (each.fromMs() == change.fromMs()) {
        return each.content().equals(change.content())
            ? new Decision(List.of(), new Reply.ChangeNumbered(each.number()))
            : Rejections.conflict(
                "from",
                "planned change "
                    + each.number()
                    + " says something else of "
                    + change.content().about()
                    + " from then on: withdraw it first");
      }
    }
    return noRoom(alike, change)
        .or(() -> circle(change))
        .orElseGet(() ->
            new Decision(
                List.of(new Fact(input.actor(), new ChangePlanned(change))),
                new Reply.ChangeNumbered(change.number())));
  }

  private Decision withdraw(Input.WithdrawChange input) {
    if (!mayPlan(input.actor())) {
      return forbidden();
    }
    Optional<PlannedChange> found = cluster.planned().find(input.number());
    if (found.isEmpty()) {
      return Rejections.notFound(
          "number",
          "there is no planned change " + input.number() + ": it may have been made or withdrawn");
    }
    List<PlannedChange> others = new ArrayList<>(cluster.planned().all());
    others.remove(found.get());
    return PlannedTrees.fault(PlannedTrees.now(cluster), others)
        .map(fault ->
            Rejections.conflict(
                "number",
                "without it, planned change "
                    + fault.change().number()
                    + " would "
                    + fault.problem()
                    + ": withdraw that one first"))
        .orElseGet(() ->
            Decision.done(
                List.of(new Fact(input.actor(), new PlannedChangeWithdrawn(found.get())))));
  }

  /** What counts from now on, or since a time that has passed, each with what it changes. */
  public List<Fact> due(long nowMs) {
    List<Fact> facts = new ArrayList<>();
    for (PlannedChange each : cluster.planned().all()) {
      if (each.fromMs() > nowMs || facts.size() == 2 * AT_ONCE) {
        break;
      }
      // First what changes: were only that kept, it would be said again, and nothing be lost.
      facts.add(fact(each, effect(each.content())));
      facts.add(fact(each, new PlannedChangeMade(each)));
    }
    return facts;
  }

  private static Fact fact(PlannedChange change, Event event) {
    return new Fact(Actor.SCHEDULER, "planned change " + change.number(), event);
  }

  private Event effect(PlannedChange.Content content) {
    return switch (content) {
      case PlannedChange.Place e -> {
        DomainDefined now =
            cluster.accounts().domain(e.domain()).orElseThrow(IllegalStateException::new);
        yield new DomainDefined(now.code(), now.title(), e.parent());
      }
      case PlannedChange.Shares e ->
          cluster
              .accounts()
              .project(e.project())
              .orElseThrow(IllegalStateException::new)
              .definition()
              .withDomains(e.domains());
      case PlannedChange.Owner e -> {
        Subject.Project project = new Subject.Project(e.project());
        yield new RulesSet(project, cluster.priorities().rules(project).withPlatform(e.platform()));
      }
    };
  }

  private boolean mayPlan(Actor actor) {
    return permissions.permit(actor, new Action.DefineSite());
  }

  private static Decision forbidden() {
    return Rejections.forbidden("only an administrator plans changes of domains and projects");
  }

  private static Optional<Decision> wrongTime(long fromMs, long nowMs) {
    if (fromMs <= nowMs) {
      return Optional.of(
          Rejections.invalid(
              "from",
              "what is planned counts from a time to come on: what shall count at once is said"
                  + " without a date"));
    }
    return fromMs - nowMs <= LONGEST_AHEAD_MS
        ? Optional.empty()
        : Optional.of(Rejections.invalid("from", "at most ten years ahead"));
  }

  private Optional<Decision> wrongContent(PlannedChange.Content content) {
    return switch (content) {
      case PlannedChange.Place e ->
          site.missing("domain", e.domain())
              .or(() -> e.parent() == null ? Optional.empty() : site.missing("parent", e.parent()));
      case PlannedChange.Shares e ->
          missing(e.project()).or(() -> site.wrongShares(e.project(), e.domains()));
      case PlannedChange.Owner e ->
          missing(e.project())
              .or(() ->
                  e.platform() == null || cluster.priorities().platform(e.platform()).isPresent()
                      ? Optional.empty()
                      : Optional.of(
                          Rejections.invalid("platform", "there is no platform " + e.platform())));
    };
  }

  private Optional<Decision> missing(ProjectName project) {
    return cluster.accounts().project(project).isPresent()
        ? Optional.empty()
        : Optional.of(Rejections.invalid("project", "there is no project " + project));
  }

  private Optional<Decision> noRoom(List<PlannedChange> alike, PlannedChange change) {
    if (alike.size() >= PlannedChange.MOST_OF_ONE) {
      return Optional.of(
          Rejections.invalid(
              "from",
              PlannedChange.MOST_OF_ONE
                  + " changes of "
                  + change.content().about()
                  + " are planned already, the most"));
    }
    return cluster.planned().all().size() < PlannedChange.MOST
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "from", PlannedChange.MOST + " changes are planned already, the most"));
  }

  private Optional<Decision> circle(PlannedChange change) {
    TreeSet<PlannedChange> all = new TreeSet<>(cluster.planned().all());
    all.add(change);
    return PlannedTrees.fault(PlannedTrees.now(cluster), all)
        .map(fault ->
            fault.change().equals(change)
                ? Rejections.invalid("parent", "this would then " + fault.problem())
                : Rejections.conflict(
                    "parent",
                    "with this, planned change "
                        + fault.change().number()
                        + " would "
                        + fault.problem()
                        + ": withdraw that one first"));
  }
}
