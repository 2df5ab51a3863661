package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeFacts;

/** Makes the facts about nodes and licences true. */
final class NodeEvents {
  private final Cluster cluster;

  NodeEvents(Cluster cluster) {
    this.cluster = cluster;
  }

  void registered(NodeRegistered event) {
    NodeFacts facts = event.facts();
    Node known = cluster.nodes().find(facts.name()).orElse(null);
    if (known == null) {
      cluster.add(new Node(facts));
    } else {
      require(
          known.facts().bootId().equals(facts.bootId()) || known.runs().isEmpty(),
          "node " + facts.name() + " has a new boot and its runs have not ended");
      cluster.register(known, facts);
    }
  }

  void up(NodeUp event) {
    Node node = find(event.node());
    require(
        node.facts().bootId().equals(event.bootId()),
        "node " + event.node() + " is up under a boot that was not registered");
    node.up();
    cluster.nodes().refresh(node);
  }

  void down(NodeDown event, long nowMs) {
    Node node = find(event.node());
    boolean anew = !event.newBootId().isEmpty();
    boolean proves = anew || event.silentMs() > 0;
    require(node.isUp() || proves, "node " + event.node() + " goes down twice");
    require(
        !event.newBootId().equals(node.facts().bootId()),
        "node " + event.node() + " was not started anew: its boot is " + event.newBootId());
    require(
        node.isUp() || event.lastSeenMs() == node.lastSeenMs(),
        "node " + event.node() + " was seen at " + event.lastSeenMs() + " and was down");
    require(
        event.lastSeenMs() >= 0 && event.lastSeenMs() <= nowMs,
        "node " + event.node() + " was seen at " + event.lastSeenMs() + ", after " + nowMs);
    node.down(event.lastSeenMs(), event.reason());
    cluster.nodes().refresh(node);
  }

  void fenced(NodeFenced event) {
    Node node = find(event.node());
    require(!node.isUp(), "node " + event.node() + " is fenced while it is up");
    node.fenced(event.reason());
  }

  void drained(NodeDrained event) {
    Node node = find(event.node());
    node.drain(event.reason(), event.byHealth());
    cluster.nodes().refresh(node);
  }

  void resumed(NodeResumed event) {
    Node node = find(event.node());
    require(node.drained(), "node " + event.node() + " is resumed and not drained");
    node.resume();
    cluster.nodes().refresh(node);
  }

  void set(NodeSettingsSet event) {
    cluster.nodes().described(find(event.node()), event.settings());
  }

  void defined(LicenceDefined event) {
    cluster.licences().define(event);
  }

  void defined(TopologyDefined event) {
    cluster.policy().define(event);
  }

  private Node find(NodeName name) {
    return cluster
        .nodes()
        .find(name)
        .orElseThrow(() -> new IllegalStateException("not legal here: no node " + name));
  }
}
