package org.queqiao.simulator.node;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.queqiao.agent.reconcile.Action;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.agent.reconcile.Reconciler;
import org.queqiao.agent.reconcile.SpoolImage;
import org.queqiao.agent.reconcile.SpoolRecord;
import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.simulator.Seams;
import org.queqiao.simulator.fault.Crash;
import org.queqiao.simulator.world.Connection;
import org.queqiao.simulator.world.HostClock;
import org.queqiao.simulator.world.Network;
import org.queqiao.simulator.world.Timeline;

/**
 * One compute node: a launcher with its processes, a spool, and an agent that can be killed and
 * started again. The agent's decisions are those of the real {@link Reconciler}.
 */
public final class VirtualNode {
  private static final long TICK_MS = 2_500;
  private static final int TICKS_PER_HEARTBEAT = 4;
  private static final long ANSWER_TIMEOUT_MS = 10_000;
  private static final long RETRY_MS = 50;

  private final int index;
  private final NodeFacts shape;
  private final Timeline timeline;
  private final HostClock clock;
  private final Network network;
  private final SplittableRandom random;
  private final ServerDoor door;
  private final NodeWatcher watcher;
  private final Seams seams;
  private final Launcher launcher;

  private final List<SpoolRecord> synced = new ArrayList<>();
  private final List<SpoolRecord> unsynced = new ArrayList<>();
  private boolean powered;
  private int boots;

  /** The life of the agent; happenings of an earlier life are void. */
  private int life;

  private Reconciler agent;
  private Connection connection;
  private boolean welcomed;
  private long dialledMs;
  private int ticks;

  public VirtualNode(
      int index,
      NodeFacts shape,
      Timeline timeline,
      HostClock clock,
      Network network,
      SplittableRandom random,
      ServerDoor door,
      NodeWatcher watcher,
      Seams seams) {
    this.index = index;
    this.shape = shape;
    this.timeline = timeline;
    this.clock = clock;
    this.network = network;
    this.random = random;
    this.door = door;
    this.watcher = watcher;
    this.seams = seams;
    this.launcher =
        new Launcher(
            timeline,
            clock,
            seams,
            new Launcher.World() {
              @Override
              public void forked(LaunchOrder order) {
                watcher.forked(shape.name(), order);
              }

              @Override
              public void stopped(RunId run) {
                watcher.stopped(name(), run);
              }

              @Override
              public void wentOn(RunId run) {
                watcher.wentOn(name(), run);
              }

              @Override
              public void gone(RunId run) {
                watcher.gone(shape.name(), run);
              }
            });
  }

  public NodeName name() {
    return shape.name();
  }

  public int index() {
    return index;
  }

  public boolean powered() {
    return powered;
  }

  /** Whether its agent lives. */
  public boolean agentAlive() {
    return agent != null;
  }

  /** The runs with live processes. */
  public List<RunId> alive() {
    return launcher.alive();
  }

  /** Boots the node under a new boot id and starts its agent. */
  public void powerOn() {
    if (!powered) {
      powered = true;
      boots++;
      startAgent();
    }
  }

  /** Everything on the node stops. */
  public void losePower() {
    if (powered) {
      killAgent();
      launcher.losePower();
      powered = false;
    }
  }

  /** Starts the agent from its spool; nothing happens when it lives or there is no power. */
  public void startAgent() {
    if (!powered || agent != null) {
      return;
    }
    SpoolImage image = new SpoolImage();
    synced.forEach(image::apply);
    synced.clear();
    synced.addAll(image.records());
    life++;
    agent = new Reconciler(image);
    welcomed = false;
    launcher.tellExitsTo(exit -> later(5, "exit record of " + exit.run(), () -> seen(exit)));
    guarded(() -> {
      run(agent.onLauncher(seams.launcherList(launcher.list()), clock.wallMs()));
      dial();
    });
    later(TICK_MS, "agent tick", this::tick);
  }

  /** Kills the agent; part of what it did not sync may be on the disk all the same. */
  public void killAgent() {
    if (agent == null) {
      return;
    }
    synced.addAll(unsynced.subList(0, random.nextInt(unsynced.size() + 1)));
    unsynced.clear();
    agent = null;
    life++;
    launcher.tellExitsTo(exit -> {});
    if (connection != null) {
      connection.close();
    }
  }

  /** A message of the scheduler has arrived. */
  public void receive(ServerMessage message) {
    if (agent == null) {
      return;
    }
    guarded(() -> {
      switch (message) {
        case ServerMessage.Welcome welcome -> {
          welcomed = true;
          run(agent.onWelcome(welcome.epoch()));
          run(agent.onSuspensionsUnderstood());
        }
        case ServerMessage.Refused _ -> connection.close();
        case ServerMessage.DesiredSet set -> {
          ServerMessage.DesiredSet taken = seams.received(set, agent.highestEpoch());
          if (taken.epoch() >= agent.highestEpoch()) {
            watcher.obeyed(name(), set.epoch());
          }
          run(agent.onDesired(taken, clock.wallMs()));
        }
        case ServerMessage.ExitsAcknowledged acknowledged -> {
          watcher.reached(index, AgentKillPoint.AFTER_REPORT_BEFORE_ACKNOWLEDGEMENT.pointName());
          run(agent.onAcknowledged(acknowledged.runs()));
        }
        case ServerMessage.ReadOutput _,
            ServerMessage.Certified _,
            ServerMessage.MetricsStored _,
            ServerMessage.BridgeWelcome _,
            ServerMessage.RunsRecorded _,
            ServerMessage.StepAnswer _,
            ServerMessage.StepOrder _,
            ServerMessage.HostWanted _,
            ServerMessage.CheckpointAnswer _ -> {}
      }
    });
  }

  private void tick() {
    guarded(() -> {
      for (RunExit exit : launcher.exits()) {
        run(agent.onExit(exit));
      }
      run(agent.onTick(clock.wallMs()));
      boolean unanswered = !welcomed && timeline.nowMs() - dialledMs > ANSWER_TIMEOUT_MS;
      if (connection.broken() || unanswered) {
        connection.close();
        dial();
      } else if (welcomed) {
        watcher.contact(name(), TICK_MS);
        if (++ticks % TICKS_PER_HEARTBEAT == 0) {
          send(
              new AgentMessage.Heartbeat(
                  ticks,
                  0,
                  0,
                  0,
                  shape.memBytes(),
                  agent.running(),
                  List.of(),
                  NodeFaults.health(index, ticks / TICKS_PER_HEARTBEAT)));
        }
      }
    });
    if (agent != null) {
      later(TICK_MS, "agent tick", this::tick);
    }
  }

  private void dial() {
    connection = network.connect(index, door.life());
    welcomed = false;
    dialledMs = timeline.nowMs();
    List<RunExit> ended = agent.ended();
    send(new AgentMessage.Hello(1, 2, facts(), agent.highestEpoch(), agent.running(), ended));
    run(agent.onHelloSent(ended.size()));
  }

  private NodeFacts facts() {
    return new NodeFacts(
            shape.name(),
            "boot-" + boots,
            shape.cores(),
            shape.memBytes(),
            shape.gres(),
            shape.agentVersion(),
            shape.kernel(),
            shape.absent())
        .suspending();
  }

  private void send(AgentMessage message) {
    Connection over = connection;
    network.toServer(
        over,
        name() + " says " + message.getClass().getSimpleName(),
        () -> door.receive(over, this, message));
  }

  /** Does what the reconciler decided, in order, with one sync before anything follows. */
  private void run(List<Action> actions) {
    for (Action action : actions) {
      if (!(action instanceof Action.Write) && mustSync()) {
        reach(AgentKillPoint.AFTER_INTENT_BEFORE_SYNC);
        synced.addAll(unsynced);
        unsynced.clear();
      }
      switch (action) {
        case Action.Write write -> {
          if (write.record() instanceof SpoolRecord.Intent) {
            reach(AgentKillPoint.BEFORE_INTENT);
          }
          unsynced.add(write.record());
        }
        case Action.Launch launch -> {
          reach(AgentKillPoint.AFTER_SYNC_BEFORE_FORK);
          launch(launch);
        }
        case Action.Stop stop -> {
          reach(AgentKillPoint.BEFORE_STOP);
          launcher.stop(stop.run(), stop.graceMs());
        }
        case Action.Suspend suspend -> {
          reach(AgentKillPoint.BEFORE_SUSPEND);
          suspend(suspend);
        }
        case Action.Signal signal -> launcher.signal(signal.run(), signal.number());
        case Action.Forget forget -> {
          reach(AgentKillPoint.BEFORE_FORGET);
          launcher.forget(forget.run());
        }
        case Action.Report report -> {
          if (report.message() instanceof AgentMessage.RunEndedReport) {
            reach(AgentKillPoint.AFTER_EXIT_RECORD_BEFORE_REPORT);
          }
          if (report.message() instanceof AgentMessage.RunSuspendedReport) {
            reach(AgentKillPoint.AFTER_SUSPEND_BEFORE_REPORT);
          }
          if (connection != null) {
            send(report.message());
          }
        }
        case Action.Hold hold -> timeline.note(name() + ": " + hold.reason());
        case Action.Refuse refuse -> timeline.note(name() + " refuses: " + refuse.reason());
      }
    }
  }

  private boolean mustSync() {
    return unsynced.stream().anyMatch(SpoolRecord::mustBeDurable);
  }

  private void launch(Action.Launch launch) {
    int askedIn = life;
    timeline.after(
        1 + random.nextInt(4),
        name() + " launches " + launch.run(),
        () -> {
          if (!powered) {
            return;
          }
          long startMs = launcher.launch(LaunchOrder.decode(launch.signedOrder()));
          if (life != askedIn) {
            return;
          }
          guarded(() -> {
            reach(AgentKillPoint.AFTER_FORK_BEFORE_RECEIPT);
            run(agent.onLaunched(launch.run(), new LaunchReply.Running(startMs), clock.wallMs()));
          });
        });
  }

  /** Not everything that is asked to stop does so at once. */
  private void suspend(Action.Suspend suspend) {
    int askedIn = life;
    boolean late = random.nextInt(4) == 0;
    timeline.after(
        1 + random.nextInt(4),
        name() + (suspend.stop() ? " stops " : " lets go on ") + suspend.run(),
        () -> {
          if (!powered) {
            return;
          }
          SuspendReply reply =
              late ? SuspendReply.NOT_YET : launcher.suspend(suspend.run(), suspend.stop());
          if (life == askedIn) {
            guarded(() -> answered(suspend, reply));
          }
        });
  }

  private void answered(Action.Suspend suspend, SuspendReply reply) {
    run(agent.onSuspended(suspend.run(), suspend.stop(), reply, clock.wallMs()));
    if (agent.awaitsSuspension()) {
      later(
          RETRY_MS,
          "asks again whether runs stop",
          () -> guarded(() -> run(agent.onRetry(clock.wallMs()))));
    }
  }

  private void seen(RunExit exit) {
    guarded(() -> run(agent.onExit(exit)));
  }

  private void reach(AgentKillPoint point) {
    watcher.reached(index, point.pointName());
  }

  /** Happens later, unless the agent has died until then. */
  private void later(long delayMs, String what, Runnable action) {
    int plannedIn = life;
    timeline.after(
        delayMs,
        name() + ": " + what,
        () -> {
          if (life == plannedIn && agent != null) {
            action.run();
          }
        });
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (Crash crash) {
      timeline.note(name() + " agent dies at " + crash.getMessage());
      killAgent();
    }
  }
}
