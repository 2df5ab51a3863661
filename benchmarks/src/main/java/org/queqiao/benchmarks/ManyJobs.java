package org.queqiao.benchmarks;

import java.nio.file.Path;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Fact;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.runtime.recovery.SnapshotCodec;

/**
 * A log of a busy cluster: {@value #NODES} nodes that are full, and many jobs behind, of {@value
 * BenchCluster#USERS} users, each with a name and a script of its own. Every fact is decided by the
 * machine.
 */
final class ManyJobs {
  private static final int NODES = 1_000;
  private static final int CORES = 64;
  private static final int SYNC_EVERY = 10_000;

  private final EventLog log;
  private final BenchCluster cluster;
  private int unsynced;

  private ManyJobs(EventLog log) {
    this.log = log;
    this.cluster = new BenchCluster(System.currentTimeMillis(), this::append);
  }

  /** The last {@code tail} jobs come after the snapshot. */
  static void write(Path folder, int jobs, int tail) {
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults())) {
      log.claimEpoch("bench");
      ManyJobs writer = new ManyJobs(log);
      writer.cluster.site();
      writer.fillTheNodes();
      for (int i = 0; i < jobs - tail; i++) {
        writer.submit(i);
      }
      writer.snapshot();
      for (int i = jobs - tail; i < jobs; i++) {
        writer.submit(i);
      }
      log.sync();
    }
  }

  private void fillTheNodes() {
    for (int i = 0; i < NODES; i++) {
      cluster.node(i, CORES);
      submit(-1 - i);
    }
    cluster.plan();
  }

  private void submit(int number) {
    cluster.submit(number, BenchCluster.request(number).cpusPerTask(CORES).build());
    cluster.pass(1);
    if (unsynced >= SYNC_EVERY) {
      log.sync();
      unsynced = 0;
    }
  }

  private long append(long timeMs, Fact fact) {
    unsynced++;
    return log.append(timeMs, EventCodec.encode(fact.actor(), fact.event()));
  }

  private void snapshot() {
    log.sync();
    SchedulerMachine machine = cluster.machine();
    byte[] payload = SnapshotCodec.encode(machine.image(), machine.digest());
    log.snapshots().write(new Snapshot(machine.state().position(), log.head().hash(), payload));
  }
}
