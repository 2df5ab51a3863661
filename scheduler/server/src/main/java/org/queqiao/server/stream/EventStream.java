package org.queqiao.server.stream;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.queqiao.contract.id.UserName;

/**
 * One reader of events. Lives on the event loop of its connection; {@link #wake} alone may be
 * called from elsewhere.
 *
 * <p>It holds a cursor and nothing else. While the connection takes no more bytes, it waits; when
 * the ring has gone past its cursor meanwhile, the connection is closed, and the reader takes up at
 * its cursor through the log.
 */
public final class EventStream {
  private static final int BATCH = 256;

  private final EventHub hub;
  private final Vertx vertx;
  private final Context context;
  private final HttpServerResponse response;
  private final Listener listener;
  private final BooleanSupplier stillKnown;
  private final Runnable closed;
  private final AtomicBoolean woken = new AtomicBoolean();
  private long cursor;
  private long toldCursor;
  private long timer;
  private CatchUp catchUp;
  private boolean ended;

  private EventStream(
      EventHub hub,
      Vertx vertx,
      HttpServerResponse response,
      UserName user,
      long cursor,
      BooleanSupplier stillKnown,
      Runnable closed) {
    this.hub = hub;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.response = response;
    this.listener = new Listener(user);
    this.stillKnown = stillKnown;
    this.closed = closed;
    this.cursor = cursor;
    this.toldCursor = cursor;
  }

  /**
   * Begins a stream on the event loop of its connection.
   *
   * @param cursor the last position that the reader knows
   * @param heartbeatMs between signs of life, at which the reader's identity is checked again
   * @param stillKnown whether the reader may still read
   * @param closed called once when it is over
   * @return false when it would have to read the log and too many do: come back later
   */
  public static boolean begin(
      EventHub hub,
      Vertx vertx,
      HttpServerResponse response,
      UserName user,
      long cursor,
      long heartbeatMs,
      BooleanSupplier stillKnown,
      Runnable closed) {
    boolean behind = !hub.reaches(cursor);
    if (behind && !hub.catchingUp().tryAcquire()) {
      return false;
    }
    EventStream stream = new EventStream(hub, vertx, response, user, cursor, stillKnown, closed);
    stream.open(heartbeatMs);
    if (behind) {
      stream.catchUp = new CatchUp(hub, stream, cursor);
      stream.catchUp.start();
    }
    return true;
  }

  private void open(long heartbeatMs) {
    ServerSentEvents.begin(response, "after " + cursor, this::end);
    timer = vertx.setPeriodic(heartbeatMs, _ -> heartbeat());
    hub.add(this);
    wake();
  }

  /** There may be something new; from any thread. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      context.runOnContext(_ -> {
        woken.set(false);
        if (catchUp == null) {
          pump();
        }
      });
    }
  }

  private void pump() {
    while (!ended && cursor < hub.lastPosition()) {
      if (response.writeQueueFull()) {
        if (hub.after(cursor, 1).isEmpty()) {
          close();
          return;
        }
        response.drainHandler(_ -> wake());
        return;
      }
      List<Change> batch = hub.after(cursor, BATCH);
      if (batch.isEmpty()) {
        // Too slow for the ring: the reader comes back with its cursor.
        close();
        return;
      }
      write(batch);
    }
  }

  /** Writes what of these the reader may hear; moves the cursor past all of them. */
  void write(List<Change> batch) {
    listener.at(hub.view().site());
    StringBuilder out = new StringBuilder();
    for (Change change : batch) {
      if (listener.hears(change)) {
        out.append(change.frame());
        toldCursor = change.position();
      }
    }
    cursor = batch.getLast().position();
    if (!out.isEmpty()) {
      response.write(out.toString());
    }
  }

  /** The log was read up to where the ring begins. */
  void caughtUp() {
    catchUp = null;
    wake();
  }

  Context context() {
    return context;
  }

  HttpServerResponse response() {
    return response;
  }

  boolean ended() {
    return ended;
  }

  private void heartbeat() {
    if (ended) {
      return;
    }
    if (!stillKnown.getAsBoolean()) {
      close();
      return;
    }
    // An id without data moves the reader's cursor past what it may not hear of.
    boolean moved = cursor > toldCursor && catchUp == null;
    toldCursor = moved ? cursor : toldCursor;
    if (!response.writeQueueFull()) {
      response.write(moved ? ": alive\nid: " + cursor + "\n\n" : ": alive\n\n");
    }
  }

  /** Ends the response. */
  void close() {
    if (!ended) {
      end();
      response.end();
    }
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    vertx.cancelTimer(timer);
    hub.remove(this);
    if (catchUp != null) {
      catchUp.stop();
    }
    closed.run();
  }
}
