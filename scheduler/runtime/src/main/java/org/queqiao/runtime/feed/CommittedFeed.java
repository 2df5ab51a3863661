package org.queqiao.runtime.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.eventlog.EventLog;
import org.queqiao.runtime.recovery.CommittedReader;

/**
 * The feed of one runtime. Followers pull: the loop writes committed facts to a ring and wakes
 * whoever waits; it never waits itself, and nothing queues up for a follower.
 *
 * <pre>
 *   loop --publish--> [ ring of the newest N facts ] --+--> follower thread 1 (cursor 812)
 *                                                      +--> follower thread 2 (cursor 811)
 *   log  --cursor (older than the ring)----------------+--> follower thread 3 (cursor 15)
 * </pre>
 *
 * <p>A slot may be overwritten while a follower reads it. The follower looks at the position of
 * what it got and takes the log instead when it is another one.
 */
public final class CommittedFeed implements Feed, AutoCloseable {
  /** Most facts handed to a listener at once. */
  private static final int MAX_DELIVERY = 1_024;

  /** Most followers of one runtime. */
  private static final int MAX_FOLLOWERS = 64;

  private final EventLog log;
  private final AtomicReferenceArray<LoggedEvent> ring;
  private final CopyOnWriteArrayList<Follower> followers = new CopyOnWriteArrayList<>();
  private volatile long durablePosition;
  private boolean started;

  /**
   * @param log where older facts are read from
   * @param bufferSize facts kept in memory
   * @param durablePosition where the log ends now
   */
  public CommittedFeed(EventLog log, int bufferSize, long durablePosition) {
    this.log = log;
    this.ring = new AtomicReferenceArray<>(bufferSize);
    this.durablePosition = durablePosition;
  }

  /** Gives every follower, also later ones, a thread; until then {@link #pump} delivers. */
  public synchronized void start() {
    started = true;
    followers.forEach(Follower::start);
  }

  /** Facts that have just become durable. From the loop's thread alone; does not block. */
  public void publish(List<LoggedEvent> committed) {
    if (committed.isEmpty()) {
      return;
    }
    for (LoggedEvent event : committed) {
      ring.set(slot(event.position()), event);
    }
    durablePosition = committed.getLast().position();
    for (Follower follower : followers) {
      follower.wake();
    }
  }

  @Override
  public long durablePosition() {
    return durablePosition;
  }

  @Override
  public synchronized Subscription subscribe(long afterPosition, FeedListener listener) {
    if (afterPosition < 0 || afterPosition > durablePosition) {
      throw new IllegalArgumentException(
          "position "
              + afterPosition
              + " is not in this log, which ends at "
              + durablePosition
              + "; its holder has followed another log");
    }
    if (followers.size() >= MAX_FOLLOWERS) {
      throw new IllegalStateException("the feed has " + MAX_FOLLOWERS + " followers already");
    }
    Follower follower = new Follower(afterPosition, listener);
    followers.add(follower);
    if (started) {
      follower.start();
    }
    return follower;
  }

  /** Delivers what is there to every follower, on the caller's thread. */
  public void pump() {
    for (Follower follower : followers) {
      while (follower.deliverNext()) {
        // until it has caught up or ended
      }
    }
  }

  /** Ends all subscriptions. */
  @Override
  public void close() {
    for (Follower follower : followers) {
      follower.close();
    }
  }

  private int slot(long position) {
    return Math.floorMod(position, ring.length());
  }

  /** What the ring still has of these positions, from the first on; empty when that is gone. */
  private List<LoggedEvent> fromRing(long fromPosition, long toPosition) {
    List<LoggedEvent> taken = new ArrayList<>();
    for (long position = fromPosition; position <= toPosition; position++) {
      LoggedEvent event = ring.get(slot(position));
      if (event == null || event.position() != position) {
        break;
      }
      taken.add(event);
    }
    return taken;
  }

  /** One follower with its cursor. */
  private final class Follower implements Subscription, Runnable {
    private final FeedListener listener;
    private final ReentrantLock delivery = new ReentrantLock();
    private volatile long position;
    private volatile boolean closed;
    private volatile Thread thread;

    /** Open while the follower reads from the log; used under {@link #delivery} alone. */
    private CommittedReader past;

    Follower(long afterPosition, FeedListener listener) {
      this.position = afterPosition;
      this.listener = listener;
    }

    void start() {
      thread = Thread.ofPlatform().daemon().name("feed-", followers.size()).unstarted(this);
      thread.start();
    }

    void wake() {
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      while (!closed) {
        if (!deliverNext() && !closed && position >= durablePosition) {
          LockSupport.park(this);
        }
      }
    }

    /** Hands over the next facts; false when there are none or the subscription has ended. */
    boolean deliverNext() {
      delivery.lock();
      try {
        long end = durablePosition;
        if (closed || position >= end) {
          return false;
        }
        List<LoggedEvent> events = take(position + 1, Math.min(end, position + MAX_DELIVERY));
        listener.committed(List.copyOf(events));
        position = events.getLast().position();
        return true;
      } catch (Exception | StackOverflowError | AssertionError failure) {
        end();
        closePast();
        listener.failed(failure);
        return false;
      } finally {
        delivery.unlock();
      }
    }

    private List<LoggedEvent> take(long fromPosition, long toPosition) {
      List<LoggedEvent> events = fromRing(fromPosition, toPosition);
      if (!events.isEmpty()) {
        closePast();
        return events;
      }
      if (past == null || past.nextPosition() != fromPosition) {
        closePast();
        past = new CommittedReader(log, fromPosition);
      }
      events = past.next((int) (toPosition - fromPosition + 1));
      if (events.isEmpty() || events.getFirst().position() != fromPosition) {
        throw new IllegalStateException("the log has no entry at position " + fromPosition);
      }
      return events;
    }

    private void closePast() {
      if (past != null) {
        past.close();
        past = null;
      }
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void close() {
      end();
      wake();
      // Taking the lock waits for a delivery under way; the listener's own thread holds it already.
      delivery.lock();
      try {
        closePast();
      } finally {
        delivery.unlock();
      }
    }

    private void end() {
      closed = true;
      followers.remove(this);
    }
  }
}
