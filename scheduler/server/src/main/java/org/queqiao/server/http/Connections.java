package org.queqiao.server.http;

import io.vertx.core.http.HttpConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The open connections: no more than a bound, and none that holds its place without asking
 * anything. To an idle time-out, a sender that lets the head of a request trickle in is never idle;
 * what counts here is the time since the connection was opened or its last answer ended.
 */
final class Connections {
  private final int most;
  private final long firstHeadNanos;
  private final long nextHeadNanos;
  private final LongSupplier nanos;
  private final AtomicInteger count = new AtomicInteger();
  private final Map<HttpConnection, Use> open = new ConcurrentHashMap<>();

  /** What a connection does. */
  private static final class Use {
    private int underWay;
    private boolean hasAsked;
    private long quietSinceNanos;
  }

  /**
   * No connections yet.
   *
   * @param most that may be open
   * @param firstHeadS how long the head of the first request may take
   * @param nextHeadS how long the head of the next request may take after an answer
   * @param nanos a clock that never goes back
   */
  Connections(int most, int firstHeadS, int nextHeadS, LongSupplier nanos) {
    this.most = most;
    this.firstHeadNanos = TimeUnit.SECONDS.toNanos(firstHeadS);
    this.nextHeadNanos = TimeUnit.SECONDS.toNanos(nextHeadS);
    this.nanos = nanos;
  }

  /** Takes in a connection, or closes it when there are too many. */
  void opened(HttpConnection connection) {
    boolean tooMany = count.incrementAndGet() > most;
    connection.closeHandler(_ -> {
      count.decrementAndGet();
      open.remove(connection);
    });
    if (tooMany) {
      connection.close();
      return;
    }
    Use use = new Use();
    use.quietSinceNanos = nanos.getAsLong();
    open.put(connection, use);
  }

  /** The head of a request has arrived. */
  void asked(HttpConnection connection) {
    Use use = open.get(connection);
    if (use != null) {
      synchronized (use) {
        use.hasAsked = true;
        use.underWay++;
      }
    }
  }

  /** A request is answered. */
  void answered(HttpConnection connection) {
    Use use = open.get(connection);
    if (use != null) {
      synchronized (use) {
        use.underWay--;
        use.quietSinceNanos = nanos.getAsLong();
      }
    }
  }

  /** Closes the connections whose next request takes too long to begin. */
  void sweep() {
    long now = nanos.getAsLong();
    open.forEach((connection, use) -> {
      if (isOverdue(use, now)) {
        connection.close();
      }
    });
  }

  private boolean isOverdue(Use use, long now) {
    synchronized (use) {
      return use.underWay == 0
          && now - use.quietSinceNanos > (use.hasAsked ? nextHeadNanos : firstHeadNanos);
    }
  }

  /** How many are open. */
  int count() {
    return count.get();
  }
}
