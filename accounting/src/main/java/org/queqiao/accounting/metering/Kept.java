package org.queqiao.accounting.metering;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.reservation.Reservation;

/**
 * A reservation as the books know it.
 *
 * @param rules what it says
 * @param open whether an occurrence goes on
 * @param startMs when that began
 * @param settledMs until when its idle time is metered
 */
public record Kept(Reservation rules, boolean open, long startMs, long settledMs) {
  /** When the occurrence ends. */
  public long endMs() {
    return Math.addExact(startMs, rules.durationMs());
  }

  /**
   * Which project its idle time is for: the first that it names; null where it names none, and of
   * maintenance, which is nobody's.
   */
  public ProjectName owner() {
    return rules.maintenance() || rules.projects().isEmpty() ? null : rules.projects().getFirst();
  }

  Kept settled(long untilMs) {
    return new Kept(rules, open, startMs, untilMs);
  }
}
