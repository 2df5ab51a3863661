package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Subject;

/** Makes the facts about order and shares true. */
final class PrioritiesEvents {
  private final Cluster cluster;

  PrioritiesEvents(Cluster cluster) {
    this.cluster = cluster;
  }

  void defined(PlatformDefined event) {
    cluster.priorities().define(event);
  }

  void defined(QosDefined event) {
    require(event.priority() >= 0, "QOS " + event.name() + " with a priority below zero");
    for (QosName each : event.preempts()) {
      require(
          cluster.priorities().qos(each).isPresent(),
          "QOS " + event.name() + " preempts no QOS " + each);
    }
    cluster.priorities().define(event);
  }

  void defined(PriorityPolicyDefined event, long nowMs) {
    PriorityPolicy policy = event.policy();
    require(
        policy.sizeCores() > 0 && policy.maxAgeMs() > 0 && policy.halfLifeMs() >= 0,
        "a policy of priorities that divides by nothing");
    require(policy.halfLifeMs() % 64 == 0, "a half-life of " + policy.halfLifeMs());
    cluster.priorities().redefine(policy, cluster.jobs().all(), nowMs);
  }

  void set(RulesSet event) {
    require(exists(event.subject()), "rules of no " + event.subject());
    require(event.rules().shares() >= 0, "shares below zero of " + event.subject());
    cluster.priorities().set(event.subject(), event.rules(), cluster.jobs().all());
  }

  private boolean exists(Subject subject) {
    return switch (subject) {
      case Subject.Centre _ -> true;
      case Subject.Platform(var name) -> cluster.priorities().platform(name).isPresent();
      case Subject.Project(var name) -> cluster.accounts().project(name).isPresent();
      case Subject.Member(var project, var user) ->
          cluster.accounts().project(project).isPresent()
              && cluster.accounts().account(user).isPresent();
      case Subject.User(var name) -> cluster.accounts().account(name).isPresent();
      case Subject.Qos(var name) -> cluster.priorities().qos(name).isPresent();
      case Subject.Partition(var name) -> cluster.policy().partition(name).isPresent();
    };
  }
}
