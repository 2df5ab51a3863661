package org.queqiao.server.http;

import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.queqiao.contract.id.UserName;
import org.queqiao.eventlog.LogException;
import org.queqiao.runtime.copy.TooFarBack;
import org.queqiao.server.auth.Refusal;

/**
 * Where questions go that cost the processor much: a few threads of their own, a bounded number
 * waits, an account has few at a time, and each has a bounded time. The event loops and the machine
 * go on beside them: while the machine is told anything, questions work in short slices.
 */
final class LongQuestions implements AutoCloseable {
  private static final int MOST_OF_AN_ACCOUNT = 2;
  private static final int PARTS = 10;

  private final ThreadPoolExecutor threads;
  private final long mostNanos;
  private final LongSupplier decided;

  /** Together they take at most a tenth of one processor beside a busy machine. */
  private final int partOfTime;

  private final Map<UserName, Integer> asking = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Threads for questions.
   *
   * @param atOnce how many are answered at a time
   * @param waiting how many more may wait
   * @param mostMs how long one may go on before it is told to stop
   * @param decided how many inputs the machine has decided so far: while these become more,
   *     questions pause
   */
  LongQuestions(int atOnce, int waiting, long mostMs, LongSupplier decided) {
    this.decided = decided;
    this.partOfTime = PARTS * atOnce;
    this.mostNanos = TimeUnit.MILLISECONDS.toNanos(mostMs);
    this.threads =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(waiting),
            Thread.ofPlatform().daemon().name("question-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Who hears of the end of a question: one of the three. */
  interface Asker<T> {
    /** It was answered. */
    void found(T answer);

    /** It was not, and the account is told why. */
    void refused(Refusal refusal);

    /** It failed for a reason that nobody expected. */
    void failed(RuntimeException failure);
  }

  /**
   * Asks, and answers the call on its event loop.
   *
   * @param question is handed what says that it must stop
   */
  <T> void ask(Call call, Function<BooleanSupplier, T> question, Consumer<T> answer) {
    ask(
        call.principal().user(),
        question,
        new Asker<T>() {
          @Override
          public void found(T found) {
            call.onLoop(() -> answer.accept(found));
          }

          @Override
          public void refused(Refusal refusal) {
            call.onLoop(() -> call.refuse(refusal));
          }

          @Override
          public void failed(RuntimeException failure) {
            call.onLoop(() -> call.routing().fail(failure));
          }
        });
  }

  /**
   * Asks for an account; {@code asker} hears of it on the thread of the question.
   *
   * @throws Refused when the account has enough open, or too many wait
   */
  <T> void ask(UserName user, Function<BooleanSupplier, T> question, Asker<T> asker) {
    if (asking.merge(user, 1, Integer::sum) > MOST_OF_AN_ACCOUNT) {
      release(user);
      throw new Refused(
          new Refusal(
              Refusal.Code.TOO_MANY,
              "",
              "this account has "
                  + MOST_OF_AN_ACCOUNT
                  + " questions of this kind open: wait for their answers",
              1));
    }
    try {
      threads.execute(() -> {
        try {
          answer(question, asker);
        } finally {
          release(user);
        }
      });
    } catch (RejectedExecutionException full) {
      release(user);
      throw new Refused(
          new Refusal(
              Refusal.Code.BUSY,
              "",
              "too many questions of this kind are waiting: try again in a few seconds",
              5));
    }
  }

  private <T> void answer(Function<BooleanSupplier, T> question, Asker<T> asker) {
    long begunNanos = System.nanoTime();
    Pace pace = new Pace(decided, System::nanoTime, LockSupport::parkNanos, partOfTime);
    BooleanSupplier stop =
        () -> {
          pace.step();
          return closed.get() || System.nanoTime() - begunNanos > mostNanos;
        };
    try {
      asker.found(question.apply(stop));
    } catch (Refused refused) {
      asker.refused(refused.refusal());
    } catch (CancellationException ended) {
      asker.refused(Refused.busy("the server is stopping").refusal());
    } catch (TooFarBack tooFar) {
      asker.refused(
          Refused.busy("no copy of the state can be made now: " + tooFar.getMessage()).refusal());
    } catch (LogException | UncheckedIOException unreadable) {
      asker.refused(
          Refused.busy("the log cannot be read now, so no copy of the state can be made")
              .refusal());
    } catch (RuntimeException failure) {
      asker.failed(failure);
    }
  }

  private void release(UserName user) {
    asking.compute(user, (_, count) -> count == null || count == 1 ? null : count - 1);
  }

  @Override
  public void close() {
    closed.set(true);
    threads.shutdownNow();
    threads.close();
  }
}
