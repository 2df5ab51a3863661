package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.placement.NodeCapacity;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;

/**
 * The hello of an agent, in the order in which it becomes true: the exits that it still has to
 * report; after a new boot the end of everything that ran there before; the facts, if they changed;
 * the node is up. An agent that merely reconnects changes nothing.
 *
 * <p>A run that should be there, is not, and has no exit is left alone while the boot is the same:
 * the agent looks into the run's control group and reports it as lost, which is proof, while its
 * absence from a list is not.
 */
public final class RegisterCheck {
  static final int MAX_CORES = 65_536;
  static final int MAX_GRES = 64;
  static final int MAX_GRES_COUNT = 1024;
  static final int MAX_TEXT_CHARACTERS = 256;
  static final int MAX_ABSENT = 64;
  private static final int MAX_NUMA = 1024;
  static final int MAX_ABSENT_CHARACTERS = 1024;

  private final Cluster cluster;
  private final RunEnds runEnds;

  public RegisterCheck(Cluster cluster) {
    this.cluster = cluster;
    this.runEnds = new RunEnds(cluster);
  }

  public Decision decide(Input.RegisterNode input, long nowMs) {
    NodeFacts facts = input.facts();
    Optional<Decision> wrong = wrongFacts(facts);
    if (wrong.isPresent()) {
      return wrong.get();
    }
    Actor actor = Actor.node(facts.name());
    List<Fact> out = new ArrayList<>();
    Node node = cluster.nodes().find(facts.name()).orElse(null);
    if (node == null) {
      out.add(new Fact(actor, new NodeRegistered(facts)));
      out.add(new Fact(actor, new NodeUp(facts.name(), facts.bootId())));
      return Decision.done(out);
    }
    NavigableSet<RunId> ended = takeExits(node, input.ended(), nowMs, out);
    boolean newBoot = !node.facts().bootId().equals(facts.bootId());
    if (newBoot) {
      // The last life sign of a node that was up until now is the end of the former boot: now.
      long lastSignMs = node.isUp() ? nowMs : node.lastSeenMs();
      closeFormerBoot(node, facts.bootId(), lastSignMs, ended, out);
      endRunsOfFormerBoot(node, lastSignMs, nowMs, ended, out);
    }
    NavigableSet<RunId> released = released(out);
    boolean fits = node.facts().equals(facts) || holds(facts, node, released);
    NodeFacts taken = fits ? facts : withoutNewModels(facts, node.facts());
    if (!node.facts().equals(taken)) {
      if (!fits && !holds(taken, node, released)) {
        return new Decision(out, new Reply.Rejected(tooSmall(facts)));
      }
      out.add(new Fact(actor, new NodeRegistered(taken)));
    }
    if (newBoot || !node.isUp()) {
      out.add(new Fact(actor, new NodeUp(facts.name(), facts.bootId())));
    }
    return Decision.done(out);
  }

  private NavigableSet<RunId> takeExits(
      Node node, List<RunExit> exits, long nowMs, List<Fact> out) {
    TreeSet<RunId> ended = new TreeSet<>();
    for (RunExit exit : exits) {
      Optional<Job> job =
          cluster
              .jobs()
              .find(exit.run().job())
              .filter(each -> each.isRun(exit.run()) && cluster.steps().livesOn(each, node.name()));
      if (job.isPresent() && ended.add(exit.run())) {
        out.addAll(runEnds.reported(job.get(), exit, node.name(), nowMs));
      }
    }
    return ended;
  }

  /**
   * What the ends free, here and on the other nodes of the runs, is not given away before the new
   * boot is in the log, also when only the first of these facts become durable. Also said of a node
   * that is down already: until now the log knew its silence only.
   */
  private static void closeFormerBoot(
      Node node, String bootId, long lastSignMs, NavigableSet<RunId> ended, List<Fact> out) {
    boolean frees = node.runs().stream().anyMatch(each -> !ended.contains(each.run()));
    boolean ends = node.holders().stream().anyMatch(each -> !ended.contains(each.run()));
    if (frees || (node.isUp() && ends)) {
      NodeDown anew = new NodeDown(node.name(), lastSignMs, "started anew", bootId);
      out.add(new Fact(Actor.node(node.name()), anew));
    }
  }

  private void endRunsOfFormerBoot(
      Node node, long lastSignMs, long nowMs, NavigableSet<RunId> ended, List<Fact> out) {
    for (Job holder : node.holders()) {
      if (!ended.contains(holder.run())) {
        List<Fact> facts =
            runEnds.nodeLost(
                holder,
                node.name(),
                lastSignMs,
                nowMs,
                "node " + node.name() + " was started anew");
        out.addAll(facts);
        if (!facts.isEmpty() && holder.scriptNode().equals(node.name())) {
          ended.add(holder.run());
        }
      }
    }
  }

  /**
   * The runs that end as a whole. One of which only the part of this node ends keeps what it has
   * here until it has ended elsewhere.
   */
  private static NavigableSet<RunId> released(List<Fact> facts) {
    TreeSet<RunId> released = new TreeSet<>();
    for (Fact each : facts) {
      if (each.event() instanceof JobEnded ended) {
        released.add(new RunId(ended.job(), ended.attempt()));
      } else if (each.event() instanceof JobRequeued requeued) {
        released.add(requeued.run());
      }
    }
    return released;
  }

  /**
   * The same with devices that had no model before, and are as many, still without one: what runs
   * there holds them by that. The model is taken with a hello after these runs.
   */
  private static NodeFacts withoutNewModels(NodeFacts facts, NodeFacts before) {
    List<NodeFacts.GresInventory> gres = new ArrayList<>();
    for (NodeFacts.GresInventory each : facts.gres()) {
      NodeFacts.GresInventory plain = new NodeFacts.GresInventory(each.name(), "", each.count());
      boolean same =
          before.gres().contains(plain) && isOneModel(facts, plain) && isOneModel(before, plain);
      gres.add(same ? plain : each);
    }
    return facts.offering(gres);
  }

  private static boolean isOneModel(NodeFacts facts, NodeFacts.GresInventory gres) {
    return facts.gres().stream().filter(each -> each.name().equals(gres.name())).count() == 1;
  }

  /** Whether everything that stays held fits what the node offers now. */
  private static boolean holds(NodeFacts facts, Node node, NavigableSet<RunId> released) {
    List<Allocation> held = new ArrayList<>();
    for (Job holder : node.holders()) {
      if (!released.contains(holder.run())) {
        for (Allocation allocation : holder.allocations()) {
          if (allocation.node().equals(facts.name())) {
            held.add(allocation);
          }
        }
      }
    }
    return NodeCapacity.holding(facts, held) != null;
  }

  private static Rejection tooSmall(NodeFacts facts) {
    return new Rejection(
        Rejection.Code.CONFLICT,
        "facts",
        "node "
            + facts.name()
            + " now offers less than its running jobs hold ("
            + facts.cores()
            + " cores, "
            + facts.memBytes()
            + " bytes): give back what was taken away, or let the jobs end first");
  }

  private static boolean numaIsRight(NodeFacts facts) {
    BitSet seen = new BitSet();
    for (NodeFacts.NumaNode each : facts.numa()) {
      for (int core : each.cores()) {
        if (core < 0 || core >= facts.cores() || seen.get(core)) {
          return false;
        }
        seen.set(core);
      }
    }
    return facts.numa().isEmpty()
        || (facts.numa().size() <= MAX_NUMA && seen.cardinality() == facts.cores());
  }

  private static Optional<Decision> wrongFacts(NodeFacts facts) {
    if (facts.cores() < 1 || facts.cores() > MAX_CORES) {
      return Optional.of(
          Rejections.invalid(
              "cores", "a node has 1 to " + MAX_CORES + " cores, not " + facts.cores()));
    }
    if (facts.memBytes() < facts.cores() || facts.memBytes() > JobRequestCheck.MAX_MEM_BYTES) {
      return Optional.of(
          Rejections.invalid(
              "memBytes", "a node cannot have " + facts.memBytes() + " bytes of memory"));
    }
    if (!numaIsRight(facts)) {
      return Optional.of(
          Rejections.invalid(
              "numa",
              "the NUMA nodes name each core of the node once and no other; there are at most "
                  + MAX_NUMA));
    }
    if (isWrong(facts.bootId())) {
      return Optional.of(Rejections.invalid("bootId", "the boot id is empty or no plain text"));
    }
    if (facts.gres().size() > MAX_GRES || facts.absent().size() > MAX_ABSENT) {
      return Optional.of(
          Rejections.invalid(
              "gres",
              "more than "
                  + MAX_GRES
                  + " kinds of generic resources or "
                  + MAX_ABSENT
                  + " absent abilities"));
    }
    if (isTooLong(facts.agentVersion(), MAX_TEXT_CHARACTERS)
        || isTooLong(facts.kernel(), MAX_TEXT_CHARACTERS)
        || facts.absent().stream().anyMatch(each -> isTooLong(each, MAX_ABSENT_CHARACTERS))) {
      return Optional.of(
          Rejections.invalid(
              "facts",
              "versions have at most "
                  + MAX_TEXT_CHARACTERS
                  + " characters and absent abilities at most "
                  + MAX_ABSENT_CHARACTERS));
    }
    TreeSet<String> seen = new TreeSet<>();
    for (NodeFacts.GresInventory each : facts.gres()) {
      if (each.count() < 1
          || each.count() > MAX_GRES_COUNT
          || isWrong(each.name())
          || isTooLong(each.type(), MAX_TEXT_CHARACTERS)
          || !seen.add(each.name() + ":" + each.type())) {
        return Optional.of(
            Rejections.invalid(
                "gres",
                "each kind of generic resource has a name, is listed once"
                    + " and has 1 to "
                    + MAX_GRES_COUNT
                    + " devices"));
      }
    }
    return Optional.empty();
  }

  private static boolean isTooLong(String text, int maxCharacters) {
    return text.length() > maxCharacters;
  }

  private static boolean isWrong(String text) {
    return TextRules.problemOfLine(text, MAX_TEXT_CHARACTERS) != null;
  }
}
