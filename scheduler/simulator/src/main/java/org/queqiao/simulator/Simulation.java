package org.queqiao.simulator;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.runtime.StateDigest;
import org.queqiao.simulator.check.Monitor;
import org.queqiao.simulator.client.Accountant;
import org.queqiao.simulator.client.Classifier;
import org.queqiao.simulator.client.People;
import org.queqiao.simulator.client.Site;
import org.queqiao.simulator.fault.FaultDriver;
import org.queqiao.simulator.node.LaunchOrder;
import org.queqiao.simulator.node.NodeWatcher;
import org.queqiao.simulator.node.VirtualNode;
import org.queqiao.simulator.server.ServerLife;
import org.queqiao.simulator.server.VirtualServer;
import org.queqiao.simulator.world.HostClock;
import org.queqiao.simulator.world.Network;
import org.queqiao.simulator.world.Timeline;

/**
 * One history of a cluster, in two phases: first safety, with every fault of the plan; then
 * liveness, where everything is mended and must come to rest. After every happening the invariants
 * are checked; the first that does not hold ends it.
 */
public final class Simulation {
  private static final int CLOCK_SKEW_MS = 5_000;
  private static final long REST_CHECK_MS = 5_000;
  private static final int ROUNDS_PER_RELEASE = 6;

  private final Scenario scenario;
  private final Timeline timeline = new Timeline();
  private final Coverage coverage = new Coverage();
  private final Monitor monitor;
  private final FaultDriver faults;
  private final VirtualServer server;
  private final People people;
  private final Accountant accountant;
  private final List<VirtualNode> nodes = new ArrayList<>();

  public Simulation(Scenario scenario, Seams seams) {
    this.scenario = scenario;
    SplittableRandom random = new SplittableRandom(scenario.seed() ^ 0x9E3779B97F4A7C15L);
    Network network = new Network(timeline, random.split(), scenario.nodes());
    HostClock serverClock = new HostClock(timeline, 0);
    this.faults = new FaultDriver(timeline, network, serverClock, coverage);
    this.monitor = new Monitor(seams, coverage, faults::serverReached);
    this.server = new VirtualServer(timeline, random.split(), serverClock, network, seams, monitor);
    this.people = new People(timeline, random.split(), server::current);
    this.accountant =
        new Accountant(
            timeline,
            new SplittableRandom(scenario.seed() + 3),
            server::current,
            people,
            seams,
            scenario.seed() % 6 == 5);
    for (int i = 0; i < scenario.nodes(); i++) {
      SplittableRandom own = random.split();
      HostClock clock =
          new HostClock(timeline, own.nextInt(2 * CLOCK_SKEW_MS) - (long) CLOCK_SKEW_MS);
      nodes.add(
          new VirtualNode(
              i, Site.node(i), timeline, clock, network, own, server, watcher(), seams));
    }
  }

  /** Prints everything that happens. */
  public void traceTo(PrintStream out) {
    timeline.traceTo(out);
  }

  /** What the simulation came to. */
  public Coverage coverage() {
    return coverage;
  }

  /** How many happenings there were. */
  public long happenings() {
    return timeline.happened();
  }

  /** Simulated milliseconds that have passed. */
  public long simulatedMs() {
    return timeline.nowMs();
  }

  /** Digest of the state at the end; for comparing two runs of one scenario. */
  public StateDigest digest() {
    CompletableFuture<StateDigest> digest = server.current().runtime().digest();
    while (!digest.isDone()) {
      server.current().runtime().step();
    }
    return digest.join();
  }

  /**
   * Lets it happen.
   *
   * @return the first failure, or null when every invariant held
   */
  public SimulationFailure run() {
    try {
      live();
    } catch (RuntimeException failure) {
      monitor.guard(() -> {
        throw failure;
      });
    }
    if (monitor.failure() == null) {
      return null;
    }
    List<String> last = new ArrayList<>();
    timeline.recent().forEach(last::add);
    return new SimulationFailure(scenario, monitor.failure(), last);
  }

  private void live() {
    server.start();
    setUpSite();
    nodes.forEach(VirtualNode::powerOn);
    faults.plan(scenario.faults(), server, nodes, people);
    people.submitJobs(scenario.jobs(), scenario.activeMs());
    accountant.work();
    for (int i = 0; i < nodes.size(); i++) {
      people.describe(nodes.get(i).name(), Site.settings(i));
    }
    planDrains();
    nodes.forEach(node -> people.mend(node.name(), 20_000 + 1_000L * node.index()));
    planReservations();
    Classifier.work(
        timeline, people, new SplittableRandom(scenario.seed() + 4), scenario.activeMs());
    happenUntil(scenario.activeMs());
    faults.mendAll();
    accountant.rest();
    long deadlineMs = scenario.activeMs() + scenario.restMs();
    for (int round = 1; timeline.nowMs() < deadlineMs && !isAtRest(); round++) {
      happenUntil(Math.min(deadlineMs, timeline.nowMs() + REST_CHECK_MS));
      if (monitor.failure() != null) {
        return;
      }
      if (round % ROUNDS_PER_RELEASE == 0) {
        people.releaseAll();
      }
    }
    monitor.atRest(people.unanswered());
  }

  private boolean isAtRest() {
    return people.unanswered().isEmpty()
        && monitor.unfinished().isEmpty()
        && server.current() != null
        && nodes.stream().allMatch(node -> node.alive().isEmpty());
  }

  private void happenUntil(long untilMs) {
    while (monitor.failure() == null && timeline.next(untilMs)) {
      // the monitor looks at every step
    }
    timeline.passTo(untilMs);
  }

  /** The site is made before anything can go wrong. */
  private void setUpSite() {
    ServerLife life = server.current();
    List<Input> inputs = Site.inputs(accountant.firstGrantMicro());
    for (Input input : inputs) {
      CompletableFuture<Reply> reply = life.runtime().submit(input);
      if (input == inputs.getLast()) {
        // The ledger speaks with the last of them.
        life.runtime().submit(accountant.opening());
      }
      life.runtime().step();
      if (!(reply.join() instanceof Reply.Done)) {
        throw new IllegalStateException("the site cannot be made: " + reply.join());
      }
    }
  }

  private void planDrains() {
    SplittableRandom random = new SplittableRandom(scenario.seed() + 1);
    if (random.nextBoolean()) {
      VirtualNode node = nodes.get(random.nextInt(nodes.size()));
      timeline.after(
          random.nextLong(scenario.activeMs()),
          "work on " + node.name(),
          () -> people.drain(node.name(), 5_000));
    }
  }

  private void planReservations() {
    SplittableRandom random = new SplittableRandom(scenario.seed() + 2);
    if (random.nextBoolean()) {
      VirtualNode node = nodes.get(random.nextInt(nodes.size()));
      people.reserve(node.name(), random.nextLong(scenario.activeMs()), random.nextBoolean());
    }
  }

  private NodeWatcher watcher() {
    return new NodeWatcher() {
      @Override
      public void forked(NodeName node, LaunchOrder order) {
        monitor.guard(() -> monitor.world().forked(node, order));
      }

      @Override
      public void gone(NodeName node, RunId run) {
        monitor.guard(() -> monitor.world().gone(node, run));
      }

      @Override
      public void stopped(NodeName node, RunId run) {
        monitor.guard(() -> monitor.world().stopped(node, run));
      }

      @Override
      public void wentOn(NodeName node, RunId run) {
        monitor.guard(() -> monitor.world().wentOn(node, run));
      }

      @Override
      public void obeyed(NodeName node, long epoch) {
        monitor.guard(() -> monitor.world().obeyed(node, epoch));
      }

      @Override
      public void contact(NodeName node, long forMs) {
        monitor.guard(() -> monitor.world().contact(node, forMs));
      }

      @Override
      public void reached(int node, String point) {
        faults.agentReached(node, point);
      }
    };
  }
}
