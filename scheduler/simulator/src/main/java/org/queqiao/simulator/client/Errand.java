package org.queqiao.simulator.client;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.simulator.server.ServerLife;
import org.queqiao.simulator.world.Timeline;

/**
 * A request of a person, repeated until there is an answer: the request may be lost, the scheduler
 * may be down or die, and the answer may be lost after the deed.
 */
final class Errand {
  private static final long ANSWER_TIMEOUT_MS = 6_000;
  private static final long BUSY_PAUSE_MS = 2_500;
  private static final int HTTP_DELAY_MS = 3;

  private final Timeline timeline;
  private final Supplier<ServerLife> server;
  private final Loss loss;
  private final String what;
  private final Input input;
  private final Consumer<Reply> onAnswer;
  private int attempt;
  private boolean answered;

  /** Whether a message of the web is lost now. */
  @FunctionalInterface
  interface Loss {
    boolean now();
  }

  Errand(
      Timeline timeline,
      Supplier<ServerLife> server,
      Loss loss,
      String what,
      Input input,
      Consumer<Reply> onAnswer) {
    this.timeline = timeline;
    this.server = server;
    this.loss = loss;
    this.what = what;
    this.input = input;
    this.onAnswer = onAnswer;
  }

  boolean answered() {
    return answered;
  }

  String what() {
    return what;
  }

  /** Asks, and asks again until there is an answer. */
  void go() {
    if (answered) {
      return;
    }
    int mine = ++attempt;
    timeline.after(ANSWER_TIMEOUT_MS, what + ": no answer", () -> again(mine));
    if (loss.now()) {
      return;
    }
    timeline.after(
        HTTP_DELAY_MS,
        what,
        () -> {
          ServerLife life = server.get();
          if (life == null || life.stopped()) {
            return;
          }
          life.submit(
              input,
              reply -> {
                if (!loss.now()) {
                  timeline.after(HTTP_DELAY_MS, what + ": answer", () -> answer(mine, reply));
                }
              });
        });
  }

  private void again(int asked) {
    if (!answered && asked == attempt) {
      go();
    }
  }

  private void answer(int asked, Reply reply) {
    if (answered) {
      return;
    }
    if (reply instanceof Reply.Rejected rejected && isForNow(rejected.rejection())) {
      if (asked == attempt) {
        int mine = ++attempt;
        timeline.after(BUSY_PAUSE_MS, what + ": later", () -> again(mine));
      }
      return;
    }
    answered = true;
    onAnswer.accept(reply);
  }

  private static boolean isForNow(Rejection rejection) {
    return switch (rejection.code()) {
      case BUSY, DISK_FULL, TOO_MANY -> true;
      case MALFORMED, FORBIDDEN, NOT_FOUND, CONFLICT, STALE, IDEMPOTENCY_MISMATCH, INVALID -> false;
    };
  }
}
