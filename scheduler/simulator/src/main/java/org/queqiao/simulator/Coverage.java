package org.queqiao.simulator;

import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.id.RunId;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;

/** What simulations came to, counted. Belongs to one thread; sums are made at the end. */
public final class Coverage {
  private final TreeMap<String, Long> counts = new TreeMap<>();
  private final TreeSet<RunId> asked = new TreeSet<>();

  /** Counts one thing more. */
  public void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  /** A durable fact. */
  public void event(Event event) {
    count("fact " + event.getClass().getSimpleName());
    if (event instanceof JobKillRequested kill) {
      count("kill " + kill.cause());
    }
    if (event instanceof JobSuspendRequested wish) {
      asked.remove(wish.run());
      if (wish.preemptor() != null) {
        count("stop for another");
        asked.add(wish.run());
      }
    }
    if (event instanceof RunPartSuspended part && asked.contains(part.run())) {
      count("stop for another on several nodes");
    }
  }

  /** A kill point. */
  public void point(String point) {
    count("reached " + point);
  }

  /** A reply that left. */
  public void reply(Input input, Reply reply) {
    String kind =
        reply instanceof Reply.Rejected rejected
            ? rejected.rejection().code().name()
            : reply.getClass().getSimpleName();
    count("reply " + input.getClass().getSimpleName() + " " + kind);
  }

  /** Adds the counts of another simulation. */
  public void add(Coverage other) {
    other.counts.forEach((what, count) -> counts.merge(what, count, Long::sum));
  }

  /** How often something happened. */
  public long of(String what) {
    return counts.getOrDefault(what, 0L);
  }

  /** Everything, a line each, sorted. */
  public String report() {
    StringBuilder out = new StringBuilder();
    counts.forEach((what, count) -> out.append(String.format("%10d  %s%n", count, what)));
    return out.toString();
  }
}
