package org.queqiao.server.stream;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.runtime.feed.FeedListener;
import org.queqiao.runtime.feed.Subscription;

/**
 * Reads the log for one stream until the ring reaches its cursor. Runs on a thread of the feed and
 * waits there for the reader, whose event loop does the writing.
 */
final class CatchUp implements FeedListener {
  private static final long PATIENCE_S = 30;

  private final EventHub hub;
  private final EventStream stream;
  private final Changes changes;
  private final long from;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile boolean stopped;
  private volatile Subscription subscription;

  CatchUp(EventHub hub, EventStream stream, long from) {
    this.hub = hub;
    this.stream = stream;
    this.changes = new Changes(hub.view().jobs());
    this.from = from;
  }

  void start() {
    subscription = hub.feed().subscribe(from, this);
  }

  @Override
  public void committed(List<LoggedEvent> events) throws Exception {
    if (stopped || over.get()) {
      throw new StreamOver();
    }
    List<Change> batch = events.stream().map(changes::of).toList();
    CompletableFuture<Void> written = new CompletableFuture<>();
    stream.context().runOnContext(_ -> write(batch, written));
    written.get(PATIENCE_S, TimeUnit.SECONDS);
    if (hub.reaches(batch.getLast().position())) {
      release();
      stream.context().runOnContext(_ -> stream.caughtUp());
      throw new StreamOver();
    }
  }

  private void write(List<Change> batch, CompletableFuture<Void> written) {
    if (stream.ended()) {
      written.completeExceptionally(new StreamOver());
      return;
    }
    stream.write(batch);
    if (stream.response().writeQueueFull()) {
      stream.response().drainHandler(_ -> written.complete(null));
    } else {
      written.complete(null);
    }
  }

  @Override
  public void failed(Throwable cause) {
    if (!over.get()) {
      release();
      stream.context().runOnContext(_ -> stream.close());
    }
  }

  /** The reader has gone; the thread of the feed notices at its next delivery. */
  void stop() {
    stopped = true;
    release();
    Subscription open = subscription;
    if (open != null && open.position() >= hub.lastPosition()) {
      Thread.startVirtualThread(open::close);
    }
  }

  private void release() {
    if (over.compareAndSet(false, true)) {
      hub.catchingUp().release();
    }
  }

  /** Ends the subscription; not an error. */
  private static final class StreamOver extends Exception {
    private static final long serialVersionUID = 1;

    StreamOver() {
      super("the stream has caught up or its reader has gone", null, false, false);
    }
  }
}
