package org.queqiao.core.admission;

import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Cluster;

/** Whether the rules of a subject are right, and of something that is there. */
final class RulesCheck {
  private static final int MAX_SHARES = 1_000_000;
  private static final int MAX_LIMITS = 64;
  private static final long MOST = 1L << 60;
  private static final Pattern GRES =
      Pattern.compile("[a-z][a-z0-9_]{0,31}|licence/" + ResourcesCheck.LICENCE.pattern());

  private final Cluster cluster;
  private final Countable countable;

  RulesCheck(Cluster cluster) {
    this.cluster = cluster;
    this.countable = new Countable(cluster);
  }

  Optional<Decision> wrong(Subject subject, Rules rules) {
    return missing(subject)
        .or(() -> PrioritiesCheck.range("shares", rules.shares(), 0, MAX_SHARES))
        .or(() -> PrioritiesCheck.priority(rules.priority()))
        .or(() -> misplaced(subject, rules))
        .or(() -> qos(rules))
        .or(() -> limits(subject, rules));
  }

  private Optional<Decision> missing(Subject subject) {
    boolean there =
        switch (subject) {
          case Subject.Centre _ -> true;
          case Subject.Platform(var name) -> cluster.priorities().platform(name).isPresent();
          case Subject.Project(var name) -> cluster.accounts().project(name).isPresent();
          case Subject.Member(var project, var user) ->
              cluster.accounts().rank(project, user).isPresent();
          case Subject.User(var name) -> cluster.accounts().account(name).isPresent();
          case Subject.Qos(var name) -> cluster.priorities().qos(name).isPresent();
          case Subject.Partition(var name) -> cluster.policy().partition(name).isPresent();
        };
    return there
        ? Optional.empty()
        : invalid("name", "there is no " + subject.kind() + " " + subject.label());
  }

  /** Fields that mean nothing for a subject are refused, so that nobody waits for their effect. */
  private Optional<Decision> misplaced(Subject subject, Rules rules) {
    boolean project = subject instanceof Subject.Project;
    boolean inTree =
        project || subject instanceof Subject.Platform || subject instanceof Subject.Member;
    boolean ranked =
        project || subject instanceof Subject.Partition || subject instanceof Subject.User;
    if (!inTree && rules.shares() != Rules.NONE.shares()) {
      return invalid("shares", "only platforms, projects and members have shares");
    }
    if (!project && (rules.platform() != null)) {
      return invalid("platform", "only a project belongs to a platform");
    }
    if (!project && (!rules.qos().isEmpty() || rules.defaultQos() != null)) {
      return invalid("qos", "the qualities of service are decided for projects");
    }
    if (!ranked && rules.priority() != 0) {
      return invalid("priority", "only projects, partitions and users have a priority here");
    }
    if (rules.platform() != null && cluster.priorities().platform(rules.platform()).isEmpty()) {
      return invalid("platform", "there is no platform " + rules.platform());
    }
    return Optional.empty();
  }

  private Optional<Decision> qos(Rules rules) {
    TreeSet<QosName> seen = new TreeSet<>();
    for (QosName each : rules.qos()) {
      if (cluster.priorities().qos(each).isEmpty() || !seen.add(each)) {
        return invalid("qos", "QOS " + each + " is unknown or listed twice");
      }
    }
    QosName standard = rules.defaultQos();
    if (standard == null) {
      return Optional.empty();
    }
    if (cluster.priorities().qos(standard).isEmpty()) {
      return invalid("defaultQos", "there is no QOS " + standard);
    }
    return rules.qos().isEmpty() || seen.contains(standard)
        ? Optional.empty()
        : invalid("defaultQos", "the default QOS " + standard + " is not among the allowed ones");
  }

  private Optional<Decision> limits(Subject subject, Rules rules) {
    if (rules.limits().size() > MAX_LIMITS) {
      return invalid("limits", "more than " + MAX_LIMITS + " limits");
    }
    TreeSet<String> seen = new TreeSet<>();
    for (Limit each : rules.limits()) {
      String name = each.scope() + " " + each.quantity() + " " + each.gres();
      if (!seen.add(name)) {
        return invalid("limits", "the limit " + name.strip() + " is listed twice");
      }
      Optional<Decision> wrong =
          limit(subject, each, name.strip()).or(() -> unknown(subject, each));
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  private static Optional<Decision> limit(Subject subject, Limit each, String name) {
    if (each.most() < 0 || each.most() > MOST) {
      return invalid("limits", "the limit " + name + " is " + each.most() + ", not 0 to " + MOST);
    }
    if ((each.quantity() == Quantity.GRES) != GRES.matcher(each.gres()).matches()
        || (each.quantity() != Quantity.GRES && !each.gres().isEmpty())) {
      return invalid(
          "limits", "GRES, and only GRES, names a kind such as gpu, or licence/NAME: " + name);
    }
    if ((each.quantity() == Quantity.LIMIT_MS) && each.scope() != LimitScope.JOB) {
      return invalid("limits", "LIMIT_MS is a limit of each JOB, not of a " + each.scope());
    }
    if (each.scope() == LimitScope.JOB
        && (each.quantity() == Quantity.RUNNING_JOBS
            || each.quantity() == Quantity.SUBMITTED_JOBS
            || each.quantity() == Quantity.RUNNING_CORE_MS)) {
      return invalid("limits", each.quantity() + " cannot be counted for one JOB");
    }
    boolean perPart = each.scope() == LimitScope.USER || each.scope() == LimitScope.PROJECT;
    boolean parts = subject instanceof Subject.Qos || subject instanceof Subject.Partition;
    if (perPart && !parts) {
      return invalid(
          "limits",
          "limits for each "
              + each.scope()
              + " belong to a qos or partition; set a "
              + "limit on the user, member or project itself");
    }
    return Optional.empty();
  }

  /** A limit of what there is nowhere would bind nothing; one that holds already may stay. */
  private Optional<Decision> unknown(Subject subject, Limit limit) {
    boolean known =
        limit.quantity() != Quantity.GRES
            || countable.knows(limit.gres())
            || cluster.priorities().rules(subject).limits().stream()
                .anyMatch(each -> each.gres().equals(limit.gres()));
    return known ? Optional.empty() : invalid("limits", countable.unknown(limit.gres()));
  }

  private static Optional<Decision> invalid(String field, String message) {
    return Optional.of(Rejections.invalid(field, message));
  }
}
