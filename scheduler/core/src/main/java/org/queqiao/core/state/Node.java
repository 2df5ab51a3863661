package org.queqiao.core.state;

import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.placement.Capacity;
import org.queqiao.core.placement.NodeCapacity;

/** A node as it is now, with what is free on it and who holds the rest. */
public final class Node {
  private NodeFacts facts;
  private NodeState state;
  private long lastSeenMs;
  private String stateReason;
  private boolean drained;
  private String drainReason;
  private boolean drainedByHealth;
  private long desiredVersion;
  private NodeSettings settings;

  /** Derived from the allocations of the jobs. */
  private NodeCapacity capacity;

  private final TreeMap<RunId, Job> holders = new TreeMap<>();

  /** Which of them may use which cores. */
  private final NodeCores cores = new NodeCores(this);

  /** The holders of which something may live here, their script or steps: the desired set. */
  private final TreeMap<RunId, Job> runs = new TreeMap<>();

  /** A node that was just registered and is not up yet. */
  Node(NodeFacts facts) {
    this(new ClusterImage.NodeImage(facts, NodeState.DOWN, 0, "registered", false, "", 0));
  }

  Node(ClusterImage.NodeImage image) {
    this.facts = image.facts();
    this.state = image.state();
    this.lastSeenMs = image.lastSeenMs();
    this.stateReason = image.stateReason();
    this.drained = image.drained();
    this.drainReason = image.drainReason();
    this.drainedByHealth = image.drainedByHealth();
    this.desiredVersion = image.desiredVersion();
    this.settings = image.settings();
    this.capacity = NodeCapacity.idle(facts);
  }

  public ClusterImage.NodeImage image() {
    return new ClusterImage.NodeImage(
        facts,
        state,
        lastSeenMs,
        stateReason,
        drained,
        drainReason,
        desiredVersion,
        settings,
        drainedByHealth);
  }

  /** Takes new facts; fails when what is held does not fit any more. */
  void register(NodeFacts newFacts) {
    facts = newFacts;
    capacity =
        Objects.requireNonNull(
            NodeCapacity.holding(newFacts, cores.allocations()),
            "not legal here: node " + name() + " offers less than is held");
  }

  void up() {
    state = NodeState.UP;
    lastSeenMs = 0;
    stateReason = "";
  }

  void down(long lastSign, String reason) {
    state = NodeState.DOWN;
    lastSeenMs = lastSign;
    stateReason = reason;
  }

  void fenced(String reason) {
    stateReason = "fenced: " + reason;
  }

  void drain(String reason, boolean byHealth) {
    drained = true;
    drainReason = reason;
    drainedByHealth = byHealth;
  }

  void resume() {
    drained = false;
    drainedByHealth = false;
    drainReason = "";
  }

  void set(NodeSettings newSettings) {
    settings = newSettings;
  }

  void take(Job job, Allocation allocation) {
    capacity.take(cores.alone(job, allocation));
    cores.take(job, allocation);
    holders.put(job.run(), job);
    if (job.scriptNode().equals(name())) {
      runs.put(job.run(), job);
    }
  }

  void give(Job job, Allocation allocation) {
    capacity.give(cores.alone(job, allocation));
    cores.give(job, allocation);
    holders.remove(job.run());
    runs.remove(job.run());
  }

  /** A step begins here, of a job whose script runs elsewhere. */
  void partBegins(Job job) {
    runs.put(job.run(), job);
  }

  /** Nothing of a job lives here any more; what it holds it keeps. */
  void partEnds(Job job) {
    runs.remove(job.run());
  }

  /** Which of the holders may use which cores. */
  public NodeCores cores() {
    return cores;
  }

  void desiredSetChanged() {
    desiredVersion++;
  }

  public NodeName name() {
    return facts.name();
  }

  public NodeFacts facts() {
    return facts;
  }

  public boolean isUp() {
    return state == NodeState.UP;
  }

  public NodeState state() {
    return state;
  }

  /** Scheduler time of the last proven life sign when it went down, else 0. */
  public long lastSeenMs() {
    return lastSeenMs;
  }

  public boolean drained() {
    return drained;
  }

  public String drainReason() {
    return drainReason;
  }

  /** Whether its health check drained it, which also resumes it. */
  public boolean drainedByHealth() {
    return drainedByHealth;
  }

  /** What the site says of it. */
  public NodeSettings settings() {
    return settings;
  }

  public long desiredVersion() {
    return desiredVersion;
  }

  /** Whether new runs may be placed here, if there is room. */
  public boolean takesRuns() {
    return isUp() && !drained;
  }

  public Capacity capacity() {
    return capacity;
  }

  /** Jobs that hold resources here, by run. */
  public Collection<Job> holders() {
    return Collections.unmodifiableCollection(holders.values());
  }

  /** Jobs of which something may live here, their script or steps, by run. */
  public Collection<Job> runs() {
    return Collections.unmodifiableCollection(runs.values());
  }
}
