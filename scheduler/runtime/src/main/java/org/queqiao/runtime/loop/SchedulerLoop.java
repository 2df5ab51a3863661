package org.queqiao.runtime.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.eventlog.LogException;
import org.queqiao.eventlog.StaleEpoch;
import org.queqiao.eventlog.StorageFull;
import org.queqiao.runtime.Effects;
import org.queqiao.runtime.Fault;
import org.queqiao.runtime.FaultHandler;
import org.queqiao.runtime.LoopGauges;
import org.queqiao.runtime.RuntimeSettings;
import org.queqiao.runtime.TimeSource;
import org.queqiao.runtime.feed.CommittedFeed;

/**
 * Owns the machine. One thread at a time calls {@link #step}; everyone else goes through the inbox.
 *
 * <pre>
 *  step:  take a batch -> for each: decide, append, apply -> tick -> plan -> ONE sync
 *         -> replies -> desired sets -> feed -> questions -> snapshot
 * </pre>
 *
 * <p>Nothing to the right of the sync happens when it fails: the fault handler is called and the
 * loop is over. The state is then ahead of the log, which nobody sees, because the process ends.
 */
final class SchedulerLoop {
  private static final long NANOS_PER_MS = 1_000_000;

  private static final String NO_ROOM =
      "the event log has no room for this; running jobs go on: an administrator must free space"
          + " where the log is kept";

  /** Planning takes at most one part in so many of the loop's time. */
  private static final long PLAN_SHARE = 4;

  private final SchedulerMachine machine;
  private final EventLog log;
  private final long epoch;
  private final RuntimeSettings settings;
  private final LogicalClock clock;
  private final TimeSource time;
  private final Effects effects;
  private final FaultHandler faults;
  private final CommittedFeed feed;
  private final SnapshotWriter snapshots;
  private final KillPoints killPoints;
  private final Inbox<Entry> inbox;
  private final DesiredChanges desiredChanges;
  private final LoopMeter meter;

  private final List<Entry> batch = new ArrayList<>();
  private final List<Runnable> replies = new ArrayList<>();

  /** Inputs of which a part is done: one part in each batch, before what came later. */
  private final ArrayDeque<Entry.Told> unfinished = new ArrayDeque<>();

  private final List<LoggedEvent> written = new ArrayList<>();
  private long lastTickMs;
  private boolean planMore;
  private boolean changed = true;
  private long planNotBeforeNanos;
  private volatile boolean closing;
  private volatile boolean ended;
  private volatile long timeMs;

  SchedulerLoop(
      SchedulerMachine machine,
      EventLog log,
      long epoch,
      RuntimeSettings settings,
      TimeSource time,
      Effects effects,
      FaultHandler faults,
      CommittedFeed feed,
      SnapshotWriter snapshots,
      KillPoints killPoints,
      LoopMeter meter) {
    this.machine = machine;
    this.log = log;
    this.epoch = epoch;
    this.settings = settings;
    this.time = time;
    this.clock = new LogicalClock(time, machine.state().timeMs());
    this.effects = effects;
    this.faults = faults;
    this.feed = feed;
    this.snapshots = snapshots;
    this.killPoints = killPoints;
    this.inbox = new Inbox<>(settings.inboxCapacity());
    this.desiredChanges = new DesiredChanges(machine);
    this.meter = meter;
    this.timeMs = clock.nowMs();
    this.lastTickMs = Long.MIN_VALUE / 2;
    this.planNotBeforeNanos = time.monotonicNanos();
  }

  /** Hands in an input from any thread; the future completes on the loop's thread. */
  CompletableFuture<Reply> submit(Input input) {
    if (input instanceof Input.Tick || input instanceof Input.PlanPass) {
      throw new IllegalArgumentException("only the loop tells the time and plans");
    }
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    if (!inbox.offer(InputKinds.lane(input), new Entry.Told(input, reply))) {
      meter.refused.increment();
      reply.complete(rejected(Rejection.Code.BUSY, "the scheduler is busy: try again in a second"));
    }
    return reply;
  }

  /** Asks something about the state, answered between batches on the loop's thread. */
  <T> CompletableFuture<T> ask(Function<SchedulerMachine, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (!inbox.offer(Inbox.Lane.ORDINARY, new Entry.Asked<>(question, answer))) {
      meter.refused.increment();
      answer.completeExceptionally(new InboxFull());
    }
    return answer;
  }

  /**
   * One batch, if there is anything to do. Never throws: what goes wrong is given to the fault
   * handler and ends the loop.
   *
   * @return whether another step would find something to do at once
   */
  boolean step() {
    if (ended) {
      return false;
    }
    try {
      return batch();
    } catch (Throwable failure) {
      end(failure);
      return false;
    } finally {
      batch.clear();
      replies.clear();
      written.clear();
    }
  }

  private boolean batch() {
    long begunNanos = time.monotonicNanos();
    long nowMs = Math.max(clock.nowMs(), machine.state().timeMs());
    timeMs = nowMs;
    countPlanned(nowMs);
    if (!unfinished.isEmpty()) {
      tell(unfinished.poll(), nowMs, true);
    }
    inbox.drainTo(batch, Math.max(0, settings.maxBatch() - unfinished.size()));
    for (Entry entry : batch) {
      if (entry instanceof Entry.Told told) {
        tell(told, nowMs, false);
      }
    }
    if (nowMs - lastTickMs >= settings.tickMs()) {
      lastTickMs = nowMs;
      meter.wallClockOffsetMs = clock.offsetMs();
      record(machine.decide(new Input.Tick(), nowMs), nowMs);
      changed |= machine.state().planningDue();
    }
    plan(nowMs);
    long decidedNanos = time.monotonicNanos();
    if (!written.isEmpty()) {
      killPoints.reach(KillPoint.AFTER_APPLY_BEFORE_EFFECT);
      log.sync();
    } else if (desiredChanges.any()) {
      // A scheduler that slept while another took over finds out before it tells a node what was.
      log.sync();
    }
    long syncedNanos = time.monotonicNanos();
    release();
    meter.batch(
        batch.size(), written.size(), decidedNanos - begunNanos, syncedNanos - decidedNanos);
    snapshots.afterBatch(machine, written.size());
    return inbox.length() > 0
        || !unfinished.isEmpty()
        || (planMore && time.monotonicNanos() - planNotBeforeNanos >= 0);
  }

  /** What is planned for a time counts for whoever asks at that time. */
  private void countPlanned(long nowMs) {
    while (machine.state().nextChangeMs().orElse(Long.MAX_VALUE) <= nowMs) {
      if (!record(machine.decide(new Input.Tick(), nowMs), nowMs)) {
        return;
      }
    }
  }

  private void tell(Entry.Told told, long nowMs, boolean again) {
    Input input = told.input();
    Decision decision = machine.decide(input, nowMs);
    boolean refused =
        !decision.facts().isEmpty() && InputKinds.isNewWork(input) && !log.acceptsNewWork();
    if (refused || !record(decision, nowMs)) {
      replies.add(() -> told.reply().complete(rejected(Rejection.Code.DISK_FULL, NO_ROOM)));
      return;
    }
    if (input instanceof Input.RegisterNode register
        && !(decision.reply() instanceof Reply.Rejected)) {
      desiredChanges.registered(register.facts().name());
    }
    if (decision.more()) {
      unfinished.add(told);
      return;
    }
    Reply reply = again ? decision.replyAfterParts() : decision.reply();
    replies.add(() -> told.reply().complete(reply));
  }

  /**
   * Appends and applies the facts of a decision.
   *
   * @return false when there was no room for the first of them: then nothing has happened. A
   *     decision that fits only in part is a fault.
   */
  private boolean record(Decision decision, long nowMs) {
    boolean first = true;
    for (Fact fact : decision.facts()) {
      long position;
      try {
        position = log.append(nowMs, EventCodec.encode(fact.actor(), fact.reason(), fact.event()));
      } catch (StorageFull full) {
        if (first) {
          return false;
        }
        throw full;
      }
      first = false;
      LoggedEvent event =
          new LoggedEvent(position, epoch, nowMs, fact.actor(), fact.reason(), fact.event());
      desiredChanges.before(event.event());
      machine.apply(event);
      written.add(event);
      changed = true;
    }
    return true;
  }

  /**
   * Passes while they may start more, but only so many that submissions are not held up, at most a
   * quarter of the time, and none while the log is short of room: a run that starts must also be
   * able to end.
   */
  private void plan(long nowMs) {
    if (!(changed || planMore) || time.monotonicNanos() - planNotBeforeNanos < 0) {
      return;
    }
    if (!machine.state().planningDue()) {
      changed = false;
      planMore = false;
      return;
    }
    if (!log.acceptsNewWork()) {
      return;
    }
    long begunNanos = time.monotonicNanos();
    planMore = true;
    for (int pass = 0; planMore && pass < settings.maxPassesPerStep(); pass++) {
      Decision decision = machine.decide(new Input.PlanPass(), nowMs);
      planMore =
          record(decision, nowMs)
              && decision.reply() instanceof Reply.Planned planned
              && planned.more();
    }
    changed = false;
    long spentNanos = time.monotonicNanos() - begunNanos;
    planNotBeforeNanos = begunNanos + spentNanos * PLAN_SHARE;
    meter.planned(spentNanos);
  }

  /** Everything that waited for the sync. */
  private void release() {
    reach(RuntimeKillPoint.BEFORE_REPLY);
    replies.forEach(Runnable::run);
    for (DesiredState desired : desiredChanges.take()) {
      reach(RuntimeKillPoint.BEFORE_EFFECT);
      effects.desiredChanged(desired, epoch);
    }
    reach(RuntimeKillPoint.BEFORE_FEED);
    feed.publish(written);
    for (Entry entry : batch) {
      if (entry instanceof Entry.Asked<?> asked) {
        asked.answer(machine);
      }
    }
  }

  /** Steps until the inbox is closed and empty, waiting between batches for input or the tick. */
  void run() {
    try {
      while (!ended && !(closing && inbox.length() == 0 && unfinished.isEmpty())) {
        if (!step() && !closing) {
          inbox.await(idleNanos());
        }
      }
    } catch (InterruptedException interrupted) {
      end(interrupted);
    }
  }

  private long idleNanos() {
    long untilTick = (lastTickMs + settings.tickMs() - clock.nowMs()) * NANOS_PER_MS;
    long untilPlan =
        changed || planMore ? planNotBeforeNanos - time.monotonicNanos() : Long.MAX_VALUE;
    return untilPlan > 0 ? Math.min(untilTick, untilPlan) : untilTick;
  }

  /** Takes no more input; {@link #run} returns once what waits has been decided. */
  void close() {
    closing = true;
    inbox.close();
  }

  private void reach(RuntimeKillPoint point) {
    if (!written.isEmpty()) {
      killPoints.reach(point.pointName());
    }
  }

  private void end(Throwable failure) {
    ended = true;
    inbox.close();
    faults.fault(faultOf(failure), failure);
  }

  private static Fault faultOf(Throwable failure) {
    return switch (failure) {
      case StaleEpoch _ -> Fault.FENCED;
      case LogException _ -> Fault.LOG_FAILED;
      default -> Fault.MACHINE_FAILED;
    };
  }

  private static Reply rejected(Rejection.Code code, String message) {
    return new Reply.Rejected(new Rejection(code, "", message));
  }

  /** Whether a fault has ended it. */
  boolean ended() {
    return ended;
  }

  /** Logical time of the latest batch. */
  long timeMs() {
    return timeMs;
  }

  LoopGauges gauges() {
    return meter.read(inbox.length(), inbox.capacity());
  }

  SchedulerMachine machine() {
    return machine;
  }
}
