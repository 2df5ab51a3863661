package org.queqiao.simulator.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.CorruptLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.runtime.Fault;
import org.queqiao.runtime.LoopGauges;
import org.queqiao.runtime.StateDigest;
import org.queqiao.runtime.recovery.CommittedReader;
import org.queqiao.simulator.Coverage;
import org.queqiao.simulator.Seams;
import org.queqiao.simulator.server.ServerLife;
import org.queqiao.simulator.server.ServerWatcher;
import org.queqiao.simulator.server.WatchedLog;

/**
 * Watches the scheduler: follows the durable log as a stranger would, and compares what the
 * scheduler says and remembers with what the log says. The first failure is kept; exceptions would
 * be lost in futures.
 */
public final class Monitor implements ServerWatcher {
  private static final int STEPS_PER_DIGEST = 40;

  private final Seams seams;
  private final Coverage coverage;
  private final KillSwitch killSwitch;
  private final ModelCluster model = new ModelCluster();
  private final HistoryCheck history = new HistoryCheck(model);
  private final WorldCheck world = new WorldCheck(model);
  private final BooksCheck books;
  private final SchedulerMachine shadow = new SchedulerMachine();
  private final List<ServerLife> lives = new ArrayList<>();
  private final List<LogEntry> seen = new ArrayList<>();
  private final TreeMap<Long, Integer> leaders = new TreeMap<>();
  private final TreeSet<JobId> accepted = new TreeSet<>();

  private ServerLife reading;
  private LogCursor cursor;
  private ServerLife asked;
  private CompletableFuture<StateDigest> digest;
  private CompletableFuture<List<String>> differences;
  private long steps;
  private RuntimeException failure;

  /** Decides whether a named place kills the scheduler. */
  @FunctionalInterface
  public interface KillSwitch {
    /** A place is reached; what this throws kills. */
    void reached(String point);
  }

  public Monitor(Seams seams, Coverage coverage, KillSwitch killSwitch) {
    this.seams = seams;
    this.coverage = coverage;
    this.killSwitch = killSwitch;
    this.books = new BooksCheck(model, seams);
  }

  /** The first failure, or null. */
  public RuntimeException failure() {
    return failure;
  }

  /** The checks of what really happens on the nodes. */
  public WorldCheck world() {
    return world;
  }

  /** Runs a check and keeps what it throws. */
  public void guard(Runnable check) {
    if (failure != null) {
      return;
    }
    try {
      check.run();
    } catch (RuntimeException found) {
      failure = found;
    }
  }

  @Override
  public void leads(ServerLife life) {
    guard(() -> {
      samePast(life);
      lives.add(life);
      readFrom(life);
      drain();
      long epoch = life.runtime().epoch();
      require(
          leaders.isEmpty() || epoch > leaders.lastKey(),
          Invariant.I11,
          () -> "life " + life.number() + " got epoch " + epoch + " after " + leaders);
      leaders.put(epoch, life.number());
      seams.leads(life.runtime());
      askForDigest(life);
    });
  }

  @Override
  public void corrupt(CorruptLog found) {
    guard(() -> {
      throw new Violation(Invariant.I10, found.getMessage());
    });
  }

  /** What a restart finds must be what was durable before, to the byte. */
  private void samePast(ServerLife life) {
    try (LogCursor past = life.log().read(1)) {
      for (int i = 0; i < seen.size(); i++) {
        LogEntry entry = past.next();
        if (entry == null) {
          for (LogEntry lost : seen.subList(i, seen.size())) {
            if (CommittedReader.decode(lost).event() instanceof JobSubmitted submitted
                && accepted.contains(submitted.job())) {
              throw new Violation(
                  Invariant.I4,
                  "job "
                      + submitted.job()
                      + " was accepted at position "
                      + lost.position()
                      + " and is gone in life "
                      + life.number());
            }
          }
        }
        LogEntry before = seen.get(i);
        require(before.equals(entry), Invariant.I10, () -> before + " has become " + entry);
      }
    }
  }

  private void readFrom(ServerLife life) {
    reading = life;
    cursor = life.log().read(seen.size() + 1L);
  }

  /** Takes in what has become durable. */
  private void drain() {
    if (reading == null
        || reading.watched().failed()
        || reading.log().durablePosition() <= seen.size()) {
      return;
    }
    for (LogEntry next = cursor.next(); next != null; next = cursor.next()) {
      LogEntry entry = seams.stored(next);
      seen.add(entry);
      LoggedEvent event = CommittedReader.decode(entry);
      coverage.event(event.event());
      history.accept(event);
      writer(entry);
      shadow.apply(event);
      world.observe(event);
      books.accept(event);
    }
  }

  private void writer(LogEntry entry) {
    for (ServerLife life : lives) {
      List<WatchedLog.Written> written = life.watched().written();
      if (written.isEmpty()) {
        continue;
      }
      long index = entry.position() - written.getFirst().position();
      if (index < 0 || index >= written.size()) {
        continue;
      }
      WatchedLog.Written candidate = written.get((int) index);
      if (candidate.epoch() == entry.epoch()) {
        require(
            Arrays.equals(candidate.payload(), entry.payload()),
            Invariant.I10,
            () ->
                "position "
                    + entry.position()
                    + " holds other bytes than life "
                    + life.number()
                    + " wrote");
        return;
      }
    }
    throw new Violation(
        Invariant.I11,
        "position "
            + entry.position()
            + " has epoch "
            + entry.epoch()
            + ", in which nobody wrote it");
  }

  @Override
  public void stepped(ServerLife life) {
    guard(() -> {
      if (life == reading) {
        drain();
      }
      LoopGauges gauges = seams.gauges(life.runtime().gauges());
      require(
          gauges.inboxLength() <= gauges.inboxCapacity(),
          Invariant.I35,
          () -> gauges.inboxLength() + " inputs wait where " + gauges.inboxCapacity() + " may");
      compareDigest(life);
      if (++steps % STEPS_PER_DIGEST == 0) {
        askForDigest(life);
      }
    });
  }

  private void askForDigest(ServerLife life) {
    asked = life;
    digest = life.runtime().digest();
    differences = life.runtime().query(state -> state.indexDifferences());
    life.poke();
  }

  private void compareDigest(ServerLife life) {
    if (life != asked || life.dead() || digest == null) {
      return;
    }
    if (digest.isDone() && !digest.isCompletedExceptionally()) {
      if (digest.join().position() == seen.size()) {
        require(
            Arrays.equals(digest.join().sha256(), shadow.digest()),
            Invariant.I8,
            () -> "life " + life.number() + " and the log differ at position " + seen.size());
      }
      digest = null;
      if (differences.isDone() && !differences.isCompletedExceptionally()) {
        require(
            differences.join().isEmpty(),
            Invariant.I25,
            () -> "life " + life.number() + ": " + differences.join());
      }
    }
  }

  @Override
  public void replied(ServerLife life, Input input, Reply reply) {
    guard(() -> {
      coverage.reply(input, reply);
      if (life == reading) {
        drain();
      }
      boolean acknowledges = !(reply instanceof Reply.Rejected);
      require(
          !acknowledges || !life.watched().failed(),
          Invariant.I36,
          () -> "life " + life.number() + " answers " + input + " after its log failed");
      if (reply instanceof Reply.JobAccepted job) {
        accepted(input, job);
      }
    });
  }

  private void accepted(Input input, Reply.JobAccepted reply) {
    require(
        model.job(reply.job()) != null,
        Invariant.I7,
        () -> "job " + reply.job() + " is acknowledged and not durable");
    accepted.add(reply.job());
    if (input instanceof Input.SubmitJob submit && !submit.idempotencyKey().isEmpty()) {
      JobId byKey = model.keys.get(submit.actor().name() + "/" + submit.idempotencyKey());
      require(
          reply.job().equals(byKey),
          Invariant.I37,
          () ->
              "key "
                  + submit.idempotencyKey()
                  + " made job "
                  + byKey
                  + ", the answer is "
                  + reply.job());
    }
  }

  @Override
  public void told(ServerLife life, DesiredState desired) {
    guard(() -> {
      if (life == reading) {
        drain();
      }
      for (DesiredRunState run : desired.runs()) {
        require(
            model.isOpen(run.run()),
            Invariant.I7,
            () ->
                "node "
                    + desired.node()
                    + " is told "
                    + run.run()
                    + ", which no durable fact allocates");
        JobSubmitted submitted = model.job(run.run().job()).submitted;
        require(
            submitted.unixUser().equals(run.unixUser()) && submitted.uid() == run.uid(),
            Invariant.I30,
            () -> run.run() + " is told to run as " + run.unixUser() + " (" + run.uid() + ")");
      }
    });
  }

  @Override
  public void faulted(ServerLife life, Fault fault) {
    coverage.count("fault " + fault);
    if (fault == Fault.MACHINE_FAILED && failure == null) {
      failure = new IllegalStateException("the machine failed", life.causeOfDeath());
    }
  }

  @Override
  public void broken(Throwable cause) {
    guard(() -> {
      throw new IllegalStateException("the simulation failed", cause);
    });
  }

  @Override
  public void reached(String point) {
    coverage.point(point);
    killSwitch.reached(point);
  }

  /** What has not finished, in words; empty when everything has. */
  public String unfinished() {
    return model.unfinished();
  }

  /** The end of a simulation: everything must have come to rest. */
  public void atRest(List<String> unanswered) {
    guard(() -> {
      drain();
      require(unfinished().isEmpty(), Invariant.I28, () -> "never ended: " + unfinished());
      require(unanswered.isEmpty(), Invariant.I28, () -> "never answered: " + unanswered);
      for (JobId job : accepted) {
        ModelJob known = model.job(job);
        require(
            known != null && known.state.isTerminal(),
            Invariant.I5,
            () -> "accepted job " + job + " has not ended");
      }
      world.atRest();
      books.atRest();
    });
  }

  private static void require(boolean holds, Invariant invariant, Supplier<String> detail) {
    HistoryCheck.require(holds, invariant, detail);
  }
}
