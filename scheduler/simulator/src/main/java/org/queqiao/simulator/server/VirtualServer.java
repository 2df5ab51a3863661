package org.queqiao.simulator.server;

import java.util.SplittableRandom;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.eventlog.CorruptLog;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogFault;
import org.queqiao.eventlog.StorageFull;
import org.queqiao.eventlog.memory.MemoryDisk;
import org.queqiao.eventlog.memory.MemoryEventLog;
import org.queqiao.simulator.Seams;
import org.queqiao.simulator.fault.Crash;
import org.queqiao.simulator.node.ServerDoor;
import org.queqiao.simulator.node.VirtualNode;
import org.queqiao.simulator.world.Connection;
import org.queqiao.simulator.world.HostClock;
import org.queqiao.simulator.world.Network;
import org.queqiao.simulator.world.Timeline;

/** The address of the scheduler and the disk of its log: lives come and go, these stay. */
public final class VirtualServer implements ServerDoor {
  /** Small, so that a simulation rolls some. */
  private static final int SEGMENT_BYTES = 16 * 1024;

  private static final long RETRY_START_MS = 2_000;

  private final Timeline timeline;
  private final SplittableRandom random;
  private final HostClock clock;
  private final Network network;
  private final Seams seams;
  private final ServerWatcher watcher;
  private final MemoryDisk disk = new MemoryDisk();
  private int lives;
  private ServerLife current;
  private boolean startPlanned;
  private long restartDelayMs = RETRY_START_MS;

  public VirtualServer(
      Timeline timeline,
      SplittableRandom random,
      HostClock clock,
      Network network,
      Seams seams,
      ServerWatcher watcher) {
    this.timeline = timeline;
    this.random = random;
    this.clock = clock;
    this.network = network;
    this.seams = seams;
    this.watcher = watcher;
  }

  /** The disk that all lives share. */
  public MemoryDisk disk() {
    return disk;
  }

  /** How many lives there were. */
  public int lives() {
    return lives;
  }

  /** The life that answers at the address, or null while there is none. */
  public ServerLife current() {
    return current == null || current.dead() ? null : current;
  }

  @Override
  public int life() {
    return current() == null ? 0 : current.number();
  }

  /** What was dialled in another life is refused, as a host refuses what it does not know. */
  @Override
  public void receive(Connection connection, VirtualNode agent, AgentMessage message) {
    if (current() == null || connection.life() != current.number()) {
      connection.close();
    } else {
      current.receive(connection, agent, message);
    }
  }

  /** Starts the process, unless it runs. */
  public void start() {
    startPlanned = false;
    if (current() != null && !current.stopped()) {
      return;
    }
    try {
      EventLog log =
          MemoryEventLog.open(
              disk,
              MemoryEventLog.settings()
                  .withSegmentBytes(SEGMENT_BYTES)
                  .withKillPoints(watcher::reached));
      ServerLife life =
          new ServerLife(
              ++lives, timeline, random.split(), clock, network, log, seams, watcher, this::died);
      current = life;
      watcher.leads(life);
    } catch (Crash crash) {
      timeline.note("scheduler dies at " + crash.getMessage() + " while it starts");
      died();
    } catch (CorruptLog damaged) {
      watcher.corrupt(damaged);
    } catch (StorageFull | LogFault refused) {
      timeline.note("the scheduler does not start: " + refused.getMessage());
      died();
    }
  }

  /** Kills the process, or the whole machine; it is started again later. */
  public void kill(long downMs) {
    restartDelayMs = Math.max(1, downMs);
    if (current != null) {
      current.kill();
    }
    died();
  }

  /** How long the next death lasts. */
  public void setRestartDelayMs(long delayMs) {
    restartDelayMs = Math.max(1, delayMs);
  }

  /** The leader stands still; whoever watches over it starts another one. */
  public void pause(long forMs) {
    ServerLife life = current();
    if (life == null) {
      return;
    }
    life.stop();
    timeline.after(
        Math.max(1, forMs / 3),
        "another scheduler takes over",
        () -> {
          if (current == life && !life.dead()) {
            disk.revokeLocks();
            start();
          }
        });
    timeline.after(forMs, "the first scheduler wakes up", life::resume);
  }

  private void died() {
    if (current() != null) {
      // A life that was replaced has found out.
      return;
    }
    disk.crash(crash());
    seams.crashed(disk);
    if (!startPlanned) {
      startPlanned = true;
      timeline.after(restartDelayMs, "scheduler starts", this::start);
      restartDelayMs = RETRY_START_MS;
    }
  }

  private org.queqiao.eventlog.memory.Crash crash() {
    return switch (random.nextInt(4)) {
      case 0 -> new org.queqiao.eventlog.memory.Crash.Process();
      case 1 -> new org.queqiao.eventlog.memory.Crash.PowerLoss();
      case 2 -> new org.queqiao.eventlog.memory.Crash.Torn(random.nextInt(2_000));
      default -> new org.queqiao.eventlog.memory.Crash.Scattered(random.split());
    };
  }
}
