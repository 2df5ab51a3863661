package org.queqiao.core.admission;

import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.queqiao.core.message.JobRequest;

/**
 * One number of a request that may be moved towards a request that could run.
 *
 * @param field of the request, and what of it: two levers of one are ways to the same
 * @param now its number
 * @param bound the furthest that it may be moved to, below or above
 * @param move the request with another number
 * @param words how to ask for that number
 */
record Lever(String field, long now, long bound, Move move, LongFunction<String> words) {
  /** A request with another number. */
  interface Move {
    JobRequest to(JobRequest request, long number);
  }

  /** A thing that is asked for or not. */
  static Lever leaveOut(
      String field, String what, java.util.function.UnaryOperator<JobRequest> without) {
    return new Lever(
        field, 1, 0, (request, _) -> without.apply(request), _ -> "leave " + what + " out");
  }

  /** Whether its bound is the next number. */
  boolean isOneTry() {
    return Math.abs(bound - now) == 1;
  }

  /**
   * The number next to that of a request for which something holds.
   *
   * @param holds once for a number, then for all beyond it
   * @return {@link #now} when it holds nowhere
   */
  long search(JobRequest request, Predicate<JobRequest> holds) {
    long step = bound < now ? -1 : 1;
    if (bound == now || !holds.test(move.to(request, bound))) {
      return now;
    }
    long good = bound;
    long bad = now;
    while (good != bad + step) {
      long middle = bad + (good - bad) / 2;
      middle = middle == bad ? bad + step : middle;
      if (holds.test(move.to(request, middle))) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return good;
  }
}
