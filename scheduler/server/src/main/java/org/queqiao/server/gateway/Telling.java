package org.queqiao.server.gateway;

import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what one agent reports to the scheduler, on the event loop of the gateway. While the
 * scheduler is too busy, an input is tried again: the agent would repeat it only with its next
 * connection. While much is unanswered, nothing more is read from the agent.
 */
final class Telling {
  private static final Logger LOG = LoggerFactory.getLogger(Telling.class);

  /** Inputs that the scheduler has not answered: beyond the first, nothing more is read. */
  private static final int UNANSWERED_MAX = 1_024;

  private static final int UNANSWERED_LOW = 512;
  private static final long RETRY_FIRST_MS = 50;
  private static final long RETRY_CAP_MS = 2_000;

  private final AgentGateway gateway;
  private final Source source;
  private boolean reading = true;
  private int unanswered;

  /** Where the reports come from. */
  interface Source {
    /** Nothing that is answered now matters any more. */
    boolean isClosed();

    /** Reading may go on. */
    boolean isWelcomed();

    void pause();

    void resume();

    void close();

    /** For people. */
    String name();
  }

  /** What follows the scheduler's answer, on the event loop. */
  interface Answered {
    void by(Reply reply);
  }

  Telling(AgentGateway gateway, Source source) {
    this.gateway = gateway;
    this.source = source;
  }

  /** Hands an input over; the answer comes later, unless the connection is closed before. */
  void tell(Input input, Answered answered) {
    tell(input, RETRY_FIRST_MS, answered);
  }

  private void tell(Input input, long retryMs, Answered answered) {
    if (++unanswered >= UNANSWERED_MAX && reading) {
      reading = false;
      source.pause();
    }
    gateway
        .submit(input)
        .whenComplete((reply, failure) ->
            gateway.onLoop(() -> {
              unanswered--;
              if (input instanceof Input.RegisterNode register
                  && reply != null
                  && !(reply instanceof Reply.Rejected)) {
                gateway.accepted(register.facts().name());
              }
              if (!source.isClosed()) {
                settle(input, retryMs, answered, reply, failure);
              }
            }));
  }

  private void settle(
      Input input, long retryMs, Answered answered, Reply reply, Throwable failure) {
    if (failure != null) {
      LOG.error("no answer of the scheduler node={}", source.name(), failure);
      source.close();
    } else if (isBusy(reply)) {
      gateway.later(retryMs, () -> tell(input, Math.min(RETRY_CAP_MS, retryMs * 2), answered));
    } else {
      answered.by(reply);
    }
    if (!reading && unanswered <= UNANSWERED_LOW && source.isWelcomed()) {
      reading = true;
      source.resume();
    }
  }

  private static boolean isBusy(Reply reply) {
    return reply instanceof Reply.Rejected rejected
        && switch (rejected.rejection().code()) {
          case BUSY, DISK_FULL -> true;
          case MALFORMED,
              FORBIDDEN,
              NOT_FOUND,
              CONFLICT,
              STALE,
              IDEMPOTENCY_MISMATCH,
              INVALID,
              TOO_MANY ->
              false;
        };
  }
}
