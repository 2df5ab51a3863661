package org.queqiao.simulator.fault;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.queqiao.simulator.Coverage;
import org.queqiao.simulator.client.People;
import org.queqiao.simulator.node.VirtualNode;
import org.queqiao.simulator.server.VirtualServer;
import org.queqiao.simulator.world.HostClock;
import org.queqiao.simulator.world.Network;
import org.queqiao.simulator.world.Timeline;

/** Lets the faults of a plan happen, and mends everything at the end. */
public final class FaultDriver {
  private static final long PLENTY_BYTES = Long.MAX_VALUE / 4;
  private static final long LITTLE_BYTES = 48 * 1024;

  private final Timeline timeline;
  private final Network network;
  private final HostClock serverClock;
  private final Coverage coverage;
  private final List<ArmedServer> armedServer = new ArrayList<>();
  private final List<ArmedAgent> armedAgents = new ArrayList<>();
  private VirtualServer server;
  private List<VirtualNode> nodes;
  private People people;
  private boolean mended;

  private static final class ArmedServer {
    private final Fault.KillServerAt fault;
    private int left;

    private ArmedServer(Fault.KillServerAt fault) {
      this.fault = fault;
      this.left = fault.nth();
    }
  }

  private static final class ArmedAgent {
    private final Fault.KillAgentAt fault;
    private int left;

    private ArmedAgent(Fault.KillAgentAt fault) {
      this.fault = fault;
      this.left = fault.nth();
    }
  }

  public FaultDriver(Timeline timeline, Network network, HostClock serverClock, Coverage coverage) {
    this.timeline = timeline;
    this.network = network;
    this.serverClock = serverClock;
    this.coverage = coverage;
  }

  /** Plans all faults. */
  public void plan(
      FaultPlan plan, VirtualServer theServer, List<VirtualNode> theNodes, People all) {
    server = theServer;
    nodes = theNodes;
    people = all;
    for (Fault fault : plan.faults()) {
      timeline.after(fault.atMs(), "FAULT " + fault, () -> happen(fault));
    }
  }

  private void happen(Fault fault) {
    if (mended) {
      return;
    }
    coverage.count("injected " + fault.getClass().getSimpleName());
    switch (fault) {
      case Fault.KillServer f -> server.kill(f.downMs());
      case Fault.KillServerAt f -> armedServer.add(new ArmedServer(f));
      case Fault.FailSync f -> {
        server.setRestartDelayMs(f.downMs());
        server.disk().failForceAfter(0);
      }
      case Fault.FillDisk f -> fillDisk(f);
      case Fault.PauseServer f -> server.pause(f.forMs());
      case Fault.StepClock f -> serverClock.step(f.deltaMs());
      case Fault.KillAgent f -> killAgent(f.node(), f.downMs());
      case Fault.KillAgentAt f -> armedAgents.add(new ArmedAgent(f));
      case Fault.RebootNode f -> losePower(f.node(), f.downMs());
      case Fault.LoseNode f -> {
        nodes.get(f.node()).losePower();
        timeline.after(
            f.fencedAfterMs(),
            "an operator looks at " + nodes.get(f.node()).name(),
            () -> {
              if (!nodes.get(f.node()).powered()) {
                people.fence(nodes.get(f.node()).name());
              }
            });
      }
      case Fault.CutNode f -> {
        network.cut(f.node(), f.toServer(), f.toNode());
        timeline.after(f.forMs(), "link mended", () -> network.cut(f.node(), false, false));
      }
      case Fault.Weather f -> {
        network.weather(f.lossPermille(), f.doublePermille(), f.maxDelayMs());
        people.setLossPermille(f.lossPermille());
        timeline.after(f.forMs(), "weather clears", this::calm);
      }
    }
  }

  private void fillDisk(Fault.FillDisk fault) {
    long usedBytes =
        server.disk().names().stream().mapToLong(name -> server.disk().bytes(name).length).sum();
    server.disk().setCapacityBytes(usedBytes + (fault.wholly() ? 0 : LITTLE_BYTES));
    timeline.after(
        fault.forMs(), "room on the disk", () -> server.disk().setCapacityBytes(PLENTY_BYTES));
  }

  private void killAgent(int node, long downMs) {
    nodes.get(node).killAgent();
    timeline.after(downMs, "agent starts", () -> nodes.get(node).startAgent());
  }

  private void losePower(int node, long downMs) {
    nodes.get(node).losePower();
    timeline.after(downMs, "power returns", () -> nodes.get(node).powerOn());
  }

  private void calm() {
    network.weather(0, 0, 1);
    people.setLossPermille(0);
  }

  /** The scheduler comes to a named place. */
  public void serverReached(String point) {
    Iterator<ArmedServer> each = armedServer.iterator();
    while (each.hasNext()) {
      ArmedServer armed = each.next();
      if (armed.fault.point().equals(point) && --armed.left == 0) {
        each.remove();
        coverage.count("killed at " + point);
        server.setRestartDelayMs(armed.fault.downMs());
        throw new Crash(point);
      }
    }
  }

  /** An agent comes to a named place. */
  public void agentReached(int node, String point) {
    coverage.point(point);
    Iterator<ArmedAgent> each = armedAgents.iterator();
    while (each.hasNext()) {
      ArmedAgent armed = each.next();
      if (armed.fault.node() == node && armed.fault.point().equals(point) && --armed.left == 0) {
        each.remove();
        coverage.count("killed at " + point);
        timeline.after(armed.fault.downMs(), "agent starts", () -> nodes.get(node).startAgent());
        throw new Crash(point);
      }
    }
  }

  /** Nothing goes wrong any more, and what is broken is mended. */
  public void mendAll() {
    mended = true;
    armedServer.clear();
    armedAgents.clear();
    network.calm();
    people.setLossPermille(0);
    server.disk().setCapacityBytes(PLENTY_BYTES);
    if (server.current() == null || server.current().stopped()) {
      server.disk().revokeLocks();
    }
    server.start();
    for (VirtualNode node : nodes) {
      node.powerOn();
      node.startAgent();
      people.resume(node.name());
    }
    people.releaseAll();
  }
}
