package org.queqiao.core.plan;

import java.util.List;
import org.queqiao.contract.event.Event;

/**
 * What a slice found.
 *
 * @param facts the runs to start; a task of an array becomes a job right before
 * @param starts how many
 * @param promises the first promises to jobs that wait on, and earlier ones with the fact that
 *     early room was answered by them
 * @param asides the runs to end or to stop, so that another job can start
 * @param more whether the pass goes on
 * @param fruitlessAt the count of chances at which a whole pass found nothing, or -1
 * @param retryMs when a pass over the same state may find something, or the greatest number
 */
public record Slice(
    List<Event> facts,
    int starts,
    List<Event> promises,
    List<Event> asides,
    boolean more,
    long fruitlessAt,
    long retryMs) {
  public Slice {
    facts = List.copyOf(facts);
    promises = List.copyOf(promises);
    asides = List.copyOf(asides);
  }

  /** Something was only looked for, or promised, and the pass goes on. */
  static Slice goesOn(List<Event> promises) {
    return new Slice(List.of(), 0, promises, List.of(), true, -1, Long.MAX_VALUE);
  }
}
