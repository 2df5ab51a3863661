package org.queqiao.simulator.world;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.PriorityQueue;

/**
 * What will happen when. Happenings of one moment come in the order in which they were planned, so
 * that a seed gives one history.
 */
public final class Timeline {
  private static final int REMEMBERED = 60;

  private final PriorityQueue<Happening> ahead = new PriorityQueue<>();
  private final ArrayDeque<String> recent = new ArrayDeque<>();
  private PrintStream trace;
  private long nowMs;
  private long planned;
  private long happened;

  /** Simulated milliseconds since the beginning. */
  public long nowMs() {
    return nowMs;
  }

  /** Prints everything that happens from now on. */
  public void traceTo(PrintStream out) {
    trace = out;
  }

  /** How many happenings there were. */
  public long happened() {
    return happened;
  }

  /** Plans a happening; {@code delayMs} 0 means next, after all that is due at this moment. */
  public void after(long delayMs, String what, Runnable action) {
    if (delayMs < 0) {
      throw new IllegalArgumentException("the past is not planned: " + what);
    }
    ahead.add(new Happening(nowMs + delayMs, planned++, what, action));
  }

  /** Lets the next thing happen, unless it lies after this moment; false when there is none. */
  public boolean next(long untilMs) {
    Happening next = ahead.peek();
    if (next == null || next.atMs > untilMs) {
      return false;
    }
    ahead.poll();
    nowMs = next.atMs;
    happened++;
    note(next.what);
    next.action.run();
    return true;
  }

  /** Lets time pass when nothing happens. */
  public void passTo(long timeMs) {
    nowMs = Math.max(nowMs, timeMs);
  }

  /** Remembers a line of the history for the report of a failure. */
  public void note(String line) {
    if (recent.size() == REMEMBERED) {
      recent.removeFirst();
    }
    recent.addLast(nowMs + " ms  " + line);
    if (trace != null) {
      trace.println(recent.getLast());
    }
  }

  /** The last lines of the history, oldest first. */
  public Iterable<String> recent() {
    return recent;
  }

  private record Happening(long atMs, long order, String what, Runnable action)
      implements Comparable<Happening> {
    @Override
    public int compareTo(Happening other) {
      int byTime = Long.compare(atMs, other.atMs);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }
}
