package org.queqiao.core.reservation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.ReservationState;

/**
 * Which nodes are free for a reservation: nothing that runs there may still hold them when it
 * begins, by declared limits, and no other reservation keeps them at the same time.
 */
final class ReservationSpace {
  private static final long WEEK_MS = 7 * 86_400_000L;

  /** A run past its limit is being killed: when its end is expected, from now. */
  private static final long OVERDUE_MS = 30_000;

  /** How many questions to nodes the search for another start may cost. */
  private static final int MAX_QUESTIONS = 500_000;

  private static final int MAX_NAMED = 3;

  private final Cluster cluster;
  private final long nowMs;

  ReservationSpace(Cluster cluster, long nowMs) {
    this.cluster = cluster;
    this.nowMs = nowMs;
  }

  /** What is in the way on a node, and until when. */
  record Obstacle(String words, long untilMs) {}

  /** The obstacle on a node, or null when it is free. */
  Obstacle on(Node node, Reservation wanted, long firstMs) {
    Obstacle worst = null;
    for (Job job : node.holders()) {
      long endMs = Math.max(JobClock.latestEndMs(job, nowMs), nowMs + OVERDUE_MS);
      boolean inTheWay = !wanted.name().equals(job.reservation()) && endMs > firstMs;
      if (inTheWay && (worst == null || endMs > worst.untilMs())) {
        String words = "job " + job.id() + " may hold " + node.name() + " until " + endMs;
        worst = new Obstacle(words, endMs);
      }
    }
    if (worst != null) {
      return worst;
    }
    for (ReservationState each : cluster.reservations().on(node.name())) {
      Reservation other = each.rules();
      long meetMs =
          other.name().equals(wanted.name()) ? Reservation.NEVER : meeting(wanted, other, firstMs);
      if (meetMs != Reservation.NEVER) {
        long endMs = meetMs + other.durationMs();
        return new Obstacle(
            "reservation "
                + other.name()
                + " keeps "
                + node.name()
                + " from "
                + meetMs
                + " to "
                + endMs,
            endMs);
      }
    }
    return null;
  }

  /** When the occurrence of another reservation begins that first meets one of ours, or never. */
  private static long meeting(Reservation wanted, Reservation other, long firstMs) {
    long fromMs = Math.max(firstMs, other.startMs() - wanted.durationMs());
    long lastMs = Math.max(fromMs, other.startMs()) + WEEK_MS;
    long beginMs = wanted.occurrenceAfter(fromMs);
    // Both come again after at most a week, so a week shows all.
    while (beginMs != Reservation.NEVER && beginMs <= lastMs) {
      long otherMs = other.occurrenceAfter(beginMs);
      if (otherMs < beginMs + wanted.durationMs()) {
        return otherMs;
      }
      beginMs = wanted.occurrenceFollowing(beginMs);
    }
    return Reservation.NEVER;
  }

  /** The obstacles in words, the first few of them. */
  static String words(List<Obstacle> obstacles) {
    List<String> words = new ArrayList<>();
    for (Obstacle each : obstacles.subList(0, Math.min(MAX_NAMED, obstacles.size()))) {
      words.add(each.words());
    }
    int more = obstacles.size() - words.size();
    return String.join(", ", words) + (more > 0 ? " and " + more + " more" : "");
  }

  List<Obstacle> on(List<Node> nodes, Reservation wanted, long firstMs) {
    List<Obstacle> out = new ArrayList<>();
    for (Node each : nodes) {
      Obstacle obstacle = on(each, wanted, firstMs);
      if (obstacle != null) {
        out.add(obstacle);
      }
    }
    return out;
  }

  /**
   * The earliest start, from the one that is wanted on, at which enough of these nodes are free.
   *
   * @param missing at least how many more nodes are needed besides these free ones; 0 when they are
   *     enough
   * @return the start, or 0 when none was found within bounds
   */
  long earliestStart(List<Node> nodes, Reservation wanted, ToIntFunction<List<Node>> missing) {
    long atMs = wanted.startMs();
    for (int asked = 0; asked < MAX_QUESTIONS; asked += nodes.size()) {
      Reservation moved = startingAt(wanted, atMs);
      List<Node> free = new ArrayList<>();
      long[] untilMs = new long[nodes.size()];
      Arrays.fill(untilMs, Long.MAX_VALUE);
      int blocked = 0;
      for (Node each : nodes) {
        Obstacle obstacle = on(each, moved, atMs);
        if (obstacle == null) {
          free.add(each);
        } else {
          untilMs[blocked++] = obstacle.untilMs();
        }
      }
      int more = missing.applyAsInt(free);
      if (more == 0) {
        return atMs;
      }
      if (more > blocked) {
        return 0;
      }
      Arrays.sort(untilMs);
      atMs = untilMs[more - 1];
    }
    return 0;
  }

  private static Reservation startingAt(Reservation wanted, long atMs) {
    long shiftMs = atMs - wanted.startMs();
    return new Reservation(
        wanted.name(),
        wanted.title(),
        atMs,
        wanted.durationMs(),
        wanted.repeat(),
        wanted.untilMs() == 0 ? 0 : wanted.untilMs() + shiftMs,
        wanted.nodes(),
        wanted.users(),
        wanted.projects(),
        wanted.maintenance(),
        wanted.magnetic(),
        wanted.endsJobs());
  }
}
