package org.queqiao.simulator;

import java.lang.reflect.Field;
import org.queqiao.core.state.ClusterState;
import org.queqiao.core.state.JobTable;
import org.queqiao.runtime.LoopGauges;
import org.queqiao.runtime.SchedulerRuntime;

/** Bugs of the machine and the loop. */
final class MachineBugs {
  private MachineBugs() {}

  /** A counter of the machine no longer says what the jobs say. */
  static Seams wrongCounter() {
    return new Seams() {
      @Override
      public void leads(SchedulerRuntime runtime) {
        runtime
            .query(MachineBugs::miscount)
            .exceptionally(failure -> {
              throw new AssertionError(failure);
            });
      }
    };
  }

  private static boolean miscount(ClusterState state) {
    try {
      Object cluster = read(state, "cluster");
      Field pending = JobTable.class.getDeclaredField("pending");
      pending.setAccessible(true);
      Object jobs = read(cluster, "jobs");
      pending.setInt(jobs, pending.getInt(jobs) + 1);
      return true;
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException(changed);
    }
  }

  private static Object read(Object owner, String name) throws ReflectiveOperationException {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  static Seams overfullInbox() {
    return new Seams() {
      @Override
      public LoopGauges gauges(LoopGauges gauges) {
        return new LoopGauges(
            gauges.inboxCapacity() + 1,
            gauges.inboxCapacity(),
            gauges.refusedTotal(),
            gauges.batchesTotal(),
            gauges.inputsTotal(),
            gauges.eventsTotal(),
            gauges.lastBatchEvents(),
            gauges.lastSyncNanos(),
            gauges.maxSyncNanos(),
            gauges.syncNanosTotal(),
            gauges.workNanosTotal(),
            gauges.planPassesTotal(),
            gauges.planNanosTotal(),
            gauges.maxSnapshotStallNanos(),
            gauges.snapshotPosition(),
            gauges.snapshotFailuresTotal(),
            gauges.wallClockOffsetMs());
      }
    };
  }
}
