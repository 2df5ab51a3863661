package org.queqiao.server.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.runtime.feed.Feed;
import org.queqiao.server.view.ClusterView;

/**
 * Hands the newest changes to all streams. Streams pull from a ring at their own pace; nothing
 * queues up for a slow one. A stream whose cursor is older than the ring reads the log until it has
 * caught up; only a few may do so at a time.
 */
public final class EventHub implements ClusterView.ChangeListener {
  private final ClusterView view;
  private final Feed feed;
  private final Changes changes;
  private final AtomicReferenceArray<Change> ring;
  private final Semaphore catchingUp;
  private final CopyOnWriteArrayList<EventStream> streams = new CopyOnWriteArrayList<>();
  private final long firstPosition;
  private volatile long lastPosition;

  /**
   * A hub without streams.
   *
   * @param ringSize newest changes kept in memory
   * @param maxCatchingUp most streams that read the log at a time
   */
  public EventHub(ClusterView view, Feed feed, int ringSize, int maxCatchingUp) {
    this.view = view;
    this.feed = feed;
    this.changes = new Changes(view.jobs());
    this.ring = new AtomicReferenceArray<>(ringSize);
    this.catchingUp = new Semaphore(maxCatchingUp);
    this.firstPosition = view.position();
    this.lastPosition = firstPosition;
  }

  @Override
  public void applied(List<LoggedEvent> events) {
    for (LoggedEvent each : events) {
      ring.set(slot(each.position()), changes.of(each));
    }
    lastPosition = events.getLast().position();
    streams.forEach(EventStream::wake);
  }

  private int slot(long position) {
    return Math.floorMod(position, ring.length());
  }

  /** The changes after a position that the ring still has without a gap, at most so many. */
  List<Change> after(long position, int most) {
    List<Change> taken = new ArrayList<>();
    long end = Math.min(lastPosition, position + most);
    for (long at = position + 1; at <= end; at++) {
      Change change = ring.get(slot(at));
      if (change == null || change.position() != at) {
        break;
      }
      taken.add(change);
    }
    return taken;
  }

  /** Whether the ring reaches back to the change after this position, with room to spare. */
  boolean reaches(long position) {
    return position >= Math.max(firstPosition, lastPosition - ring.length() / 2);
  }

  /** The last position that streams can have heard of. */
  public long lastPosition() {
    return lastPosition;
  }

  ClusterView view() {
    return view;
  }

  Feed feed() {
    return feed;
  }

  Semaphore catchingUp() {
    return catchingUp;
  }

  void add(EventStream stream) {
    streams.add(stream);
  }

  void remove(EventStream stream) {
    streams.remove(stream);
  }

  /** How many streams are open. */
  public int streams() {
    return streams.size();
  }
}
