package org.queqiao.server.view;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.runtime.feed.FeedListener;

/**
 * The read model: starts from the image of the recovered machine and follows the feed.
 *
 * <p>A read after an acknowledged write must see it (reads do not go back), and the feed runs on a
 * thread of its own. So whoever answers a write waits with {@link #whenAt} until the view has taken
 * in the position that was durable when the write was acknowledged.
 *
 * <pre>
 *   loop: sync -> reply(position p) --whenAt(p)--------.
 *         `----> feed -> view applies 1..p -> published `-> answer leaves
 * </pre>
 */
public final class ClusterView implements FeedListener {
  private final JobTable jobs;
  private final NodeTable nodes = new NodeTable();
  private final SiteBook siteBook;
  private final ViewEvents events;
  private final Consumer<Throwable> faults;
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private final CopyOnWriteArrayList<ChangeListener> listeners = new CopyOnWriteArrayList<>();
  private volatile Site site;
  private volatile long position;
  private volatile long timeMs;

  /** An answer that leaves once the view has taken in a position. */
  private record Waiter(long position, Runnable action) {}

  /** Hears of every batch of facts after the view has taken it in, on the view's thread. */
  @FunctionalInterface
  public interface ChangeListener {
    /** Must not block. */
    void applied(List<LoggedEvent> events);
  }

  /**
   * The view of an image.
   *
   * @param keptFinished how many ended jobs stay in memory
   * @param faults ends the process when the view can follow no more
   */
  public ClusterView(ClusterImage image, int keptFinished, Consumer<Throwable> faults) {
    this.jobs = new JobTable(keptFinished);
    this.siteBook = new SiteBook(image);
    this.site = siteBook.site();
    this.events = new ViewEvents(jobs, nodes, this::site);
    this.faults = faults;
    events.restore(image);
    this.position = image.position();
    this.timeMs = image.timeMs();
  }

  /** Call before the view is subscribed. */
  public void onChange(ChangeListener listener) {
    listeners.add(listener);
  }

  @Override
  public void committed(List<LoggedEvent> batch) {
    for (LoggedEvent each : batch) {
      if (SiteBook.concerns(each)) {
        siteBook.apply(each);
      } else {
        if (siteBook.changed()) {
          site = siteBook.site();
        }
        events.apply(each);
      }
    }
    if (siteBook.changed()) {
      site = siteBook.site();
    }
    LoggedEvent last = batch.getLast();
    timeMs = last.timeMs();
    position = last.position();
    for (ChangeListener each : listeners) {
      each.applied(batch);
    }
    release(last.position());
  }

  @Override
  public void failed(Throwable cause) {
    faults.accept(cause);
  }

  /** Runs an action once the view has taken in a position: now, or on the view's thread. */
  public void whenAt(long wanted, Runnable action) {
    if (position < wanted) {
      synchronized (waiters) {
        if (position < wanted) {
          waiters.add(new Waiter(wanted, action));
          return;
        }
      }
    }
    action.run();
  }

  /** Positions are asked for in rising order but for racing askers, so a short scan finds all. */
  private void release(long reached) {
    List<Waiter> free;
    synchronized (waiters) {
      free = waiters.stream().filter(each -> each.position() <= reached).toList();
      waiters.removeIf(each -> each.position() <= reached);
    }
    free.forEach(each -> each.action().run());
  }

  public JobTable jobs() {
    return jobs;
  }

  public NodeTable nodes() {
    return nodes;
  }

  /** Accounts and policy as they are now. */
  public Site site() {
    return site;
  }

  /** The steps of jobs. */
  public StepBook steps() {
    return events.steps();
  }

  /** Whether a project has a wallet that must pay before. */
  public boolean paysBefore(ProjectName project) {
    return events.paysBefore(project);
  }

  /** The last position taken in. */
  public long position() {
    return position;
  }

  /** Logical time of that position. */
  public long timeMs() {
    return timeMs;
  }
}
