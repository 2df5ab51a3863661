package org.queqiao.simulator.server;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.EventLog;
import org.queqiao.runtime.Fault;
import org.queqiao.runtime.RuntimeSettings;
import org.queqiao.runtime.SchedulerRuntime;
import org.queqiao.simulator.Seams;
import org.queqiao.simulator.fault.Crash;
import org.queqiao.simulator.node.VirtualNode;
import org.queqiao.simulator.world.Connection;
import org.queqiao.simulator.world.HostClock;
import org.queqiao.simulator.world.Network;
import org.queqiao.simulator.world.Timeline;

/**
 * One life of the scheduler's process: the real runtime, stepped by the timeline, and its gateway.
 */
public final class ServerLife {
  private static final long TICK_MS = 1_000;

  /** Small bounds, so that a simulation comes to them. */
  private static final RuntimeSettings SETTINGS =
      new RuntimeSettings("scheduler", 8, 4, 3, 1_000, 40, 32);

  private final int number;
  private final Timeline timeline;
  private final SplittableRandom random;
  private final ServerWatcher watcher;
  private final EventLog log;
  private final WatchedLog watched;
  private final SchedulerRuntime runtime;
  private final Gateway gateway;
  private final List<Runnable> whileStopped = new ArrayList<>();
  private final Runnable onDeath;
  private boolean stepPlanned;
  private boolean dead;
  private boolean stopped;
  private Throwable causeOfDeath;

  ServerLife(
      int number,
      Timeline timeline,
      SplittableRandom random,
      HostClock clock,
      Network network,
      EventLog log,
      Seams seams,
      ServerWatcher watcher,
      Runnable onDeath) {
    this.number = number;
    this.timeline = timeline;
    this.random = random;
    this.watcher = watcher;
    this.log = log;
    this.onDeath = onDeath;
    this.watched = new WatchedLog(log);
    this.gateway = new Gateway(this, timeline, network, seams);
    this.runtime =
        SchedulerRuntime.open(
            seams.log(watched),
            SETTINGS,
            clock,
            (desired, epoch) -> {
              watcher.told(this, desired);
              gateway.tell(desired, epoch);
            },
            this::fault,
            watcher::reached);
    gateway.open();
    tick();
  }

  /** Lives are counted from 1. */
  public int number() {
    return number;
  }

  public SchedulerRuntime runtime() {
    return runtime;
  }

  /** The log as it is, without seams. */
  public EventLog log() {
    return log;
  }

  /** What this life wrote. */
  public WatchedLog watched() {
    return watched;
  }

  public boolean dead() {
    return dead;
  }

  public boolean stopped() {
    return stopped;
  }

  /** Why it died, or null. */
  public Throwable causeOfDeath() {
    return causeOfDeath;
  }

  /** Hands in an input as a part of the server does; the reply is seen when it leaves. */
  public void submit(Input input, Consumer<Reply> then) {
    runtime
        .submit(input)
        .thenAccept(reply -> {
          watcher.replied(this, input, reply);
          then.accept(reply);
        })
        .exceptionally(broken -> {
          watcher.broken(broken);
          return null;
        });
    poke();
  }

  /** A message has arrived. */
  void receive(Connection connection, VirtualNode agent, AgentMessage message) {
    if (dead) {
      connection.close();
    } else if (stopped) {
      whileStopped.add(() -> gateway.receive(connection, agent, message));
    } else {
      gateway.receive(connection, agent, message);
    }
  }

  /** Plans a step soon. */
  public void poke() {
    if (!stepPlanned && !dead) {
      stepPlanned = true;
      timeline.after(random.nextInt(3), "scheduler " + number + " steps", this::step);
    }
  }

  private void tick() {
    if (!dead) {
      if (!stopped) {
        gateway.lookForSilence();
        poke();
      }
      timeline.after(TICK_MS, "scheduler " + number + " ticks", this::tick);
    }
  }

  private void step() {
    stepPlanned = false;
    if (dead || stopped) {
      return;
    }
    boolean more = runtime.step();
    if (!dead) {
      watcher.stepped(this);
      if (more) {
        poke();
      }
    }
  }

  /** The process stands still and notices nothing. */
  void stop() {
    stopped = true;
  }

  /** The process goes on where it stood. */
  void resume() {
    stopped = false;
    List<Runnable> waiting = List.copyOf(whileStopped);
    whileStopped.clear();
    if (!dead) {
      waiting.forEach(Runnable::run);
      poke();
    }
  }

  /** The process is killed. */
  void kill() {
    dead = true;
    gateway.closeAll();
  }

  private void fault(Fault fault, Throwable cause) {
    causeOfDeath = cause;
    kill();
    if (!(cause instanceof Crash)) {
      watcher.faulted(this, fault);
    }
    onDeath.run();
  }
}
