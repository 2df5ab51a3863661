package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.placement.Constraint;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Leases;
import org.queqiao.core.state.Node;

/**
 * Nodes that fall silent, and what operators do to nodes. Silence is no proof of death: it takes
 * the node out of planning and gives nothing away. Only a fence, a new boot, or a lease that the
 * silence outlasts frees what was held.
 */
public final class NodeCheck {
  static final int MAX_REASON_CHARACTERS = 256;
  private static final int MAX_FEATURES = 64;
  private static final int MAX_WEIGHT = 1_000_000;

  private final Cluster cluster;
  private final RunEnds runEnds;
  private final Permissions permissions;

  public NodeCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.runEnds = new RunEnds(cluster);
    this.permissions = permissions;
  }

  public Decision decide(Input.NodeSilent input, long nowMs) {
    Optional<Node> node = cluster.nodes().find(input.node());
    if (node.isEmpty()) {
      return unknown(input.node());
    }
    List<Fact> facts = new ArrayList<>();
    long lastSeenMs = Math.max(0, Math.min(input.lastSeenMs(), nowMs));
    if (node.get().isUp()) {
      NodeDown down = new NodeDown(input.node(), lastSeenMs, input.reason());
      facts.add(new Fact(Actor.SCHEDULER, down));
    } else {
      lastSeenMs = node.get().lastSeenMs();
    }
    endLeased(node.get(), lastSeenMs, input, nowMs, facts);
    long againMs = Leases.nextMs(node.get(), input.silentMs());
    return againMs == 0 ? Decision.done(facts) : new Decision(facts, new Reply.Silent(againMs));
  }

  /**
   * What a node ends by itself without contact is gone when the lease and what follows it are over;
   * how long that was is in the log before anything is given away. What else the node holds stays.
   */
  private void endLeased(
      Node node, long lastSeenMs, Input.NodeSilent input, long nowMs, List<Fact> facts) {
    List<Job> over = Leases.over(node, input.silentMs());
    if (!over.isEmpty()) {
      facts.add(
          new Fact(
              Actor.SCHEDULER,
              new NodeDown(node.name(), lastSeenMs, input.reason(), "", input.silentMs())));
    }
    for (Job each : over) {
      facts.addAll(
          runEnds.nodeLost(
              each,
              node.name(),
              lastSeenMs,
              nowMs,
              "the lease of its run is over: node "
                  + node.name()
                  + " had no contact for "
                  + input.silentMs() / 1000
                  + " s"));
    }
  }

  public Decision decide(Input.FenceNode input, long nowMs) {
    Optional<Decision> refusal = refuse(input.actor(), input.node(), input.reason());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Node node = cluster.nodes().find(input.node()).orElseThrow();
    if (node.isUp()) {
      return Rejections.conflict(
          "node",
          "node "
              + input.node()
              + " is up and its jobs may be alive: stop it first; it can be"
              + " fenced once it is down");
    }
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact(input.actor(), new NodeFenced(input.node(), input.reason())));
    for (Job holder : node.holders()) {
      facts.addAll(
          runEnds.nodeLost(
              holder,
              node.name(),
              node.lastSeenMs(),
              nowMs,
              "node " + node.name() + " was fenced"));
    }
    return Decision.done(facts);
  }

  public Decision decide(Input.DrainNode input) {
    Optional<Decision> refusal = refuse(input.actor(), input.node(), input.reason());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Node node = cluster.nodes().find(input.node()).orElseThrow();
    boolean byPeople = node.drained() && !node.drainedByHealth();
    return byPeople && node.drainReason().equals(input.reason())
        ? Decision.unchanged()
        : Decision.done(
            List.of(new Fact(input.actor(), new NodeDrained(input.node(), input.reason()))));
  }

  public Decision decide(Input.ResumeNode input) {
    Optional<Decision> refusal = refuse(input.actor(), input.node());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Node node = cluster.nodes().find(input.node()).orElseThrow();
    return node.drained()
        ? Decision.done(List.of(new Fact(input.actor(), new NodeResumed(input.node()))))
        : Decision.unchanged();
  }

  /**
   * What people have drained stays so; what the check drained it lets go when all is well again.
   */
  public Decision decide(Input.NodeChecked input) {
    Optional<Node> found = cluster.nodes().find(input.node());
    if (found.isEmpty()) {
      return unknown(input.node());
    }
    Node node = found.get();
    boolean byPeople = node.drained() && !node.drainedByHealth();
    if (byPeople || (input.fault().isEmpty() && !node.drained())) {
      return Decision.unchanged();
    }
    Actor actor = Actor.node(node.name());
    if (input.fault().isEmpty()) {
      return Decision.done(List.of(new Fact(actor, new NodeResumed(node.name()))));
    }
    String reason = TextRules.line("health check: " + input.fault(), MAX_REASON_CHARACTERS);
    return node.drained() && node.drainReason().equals(reason)
        ? Decision.unchanged()
        : Decision.done(List.of(new Fact(actor, new NodeDrained(node.name(), reason, true))));
  }

  public Decision decide(Input.SetNode input) {
    NodeName name = input.set().node();
    Optional<Decision> refusal = refuse(input.actor(), name);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    NodeSettings settings = input.set().settings();
    if (settings.features().size() > MAX_FEATURES) {
      return Rejections.invalid("features", "a node has at most " + MAX_FEATURES + " features");
    }
    for (String feature : settings.features()) {
      if (!Constraint.FEATURE.matcher(feature).matches()) {
        return Rejections.invalid(
            "features",
            "'" + feature + "' is no name of a feature: it must match " + Constraint.FEATURE);
      }
    }
    if (PriceTermsCheck.wrongWord("nodeType", settings.type()).isPresent()) {
      return PriceTermsCheck.wrongWord("nodeType", settings.type()).get();
    }
    if (settings.weight() < 0 || settings.weight() > MAX_WEIGHT) {
      return Rejections.invalid(
          "weight", "weight is " + settings.weight() + ": it must be from 0 to " + MAX_WEIGHT);
    }
    Node node = cluster.nodes().find(name).orElseThrow();
    return node.settings().equals(settings)
        ? Decision.unchanged()
        : Decision.done(List.of(new Fact(input.actor(), input.set())));
  }

  private Optional<Decision> refuse(Actor actor, NodeName node, String reason) {
    Optional<Decision> refusal = refuse(actor, node);
    if (refusal.isPresent()) {
      return refusal;
    }
    String problem = TextRules.problemOfLine(reason, MAX_REASON_CHARACTERS);
    return problem == null
        ? Optional.empty()
        : Optional.of(Rejections.invalid("reason", "the reason " + problem + ": say why"));
  }

  private Optional<Decision> refuse(Actor actor, NodeName node) {
    if (!permissions.permit(actor, new Action.ControlNodes())) {
      return Optional.of(
          Rejections.forbidden(
              "only an administrator drains, resumes, fences and describes nodes"));
    }
    return cluster.nodes().find(node).isPresent() ? Optional.empty() : Optional.of(unknown(node));
  }

  private Decision unknown(NodeName node) {
    List<String> names = cluster.nodes().all().stream().map(each -> each.name().value()).toList();
    return Rejections.notFound(
        "node", "there is no node " + node + TextRules.didYouMean(node.value(), names));
  }
}
