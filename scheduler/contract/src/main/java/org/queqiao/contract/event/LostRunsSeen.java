package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.id.RunId;

/**
 * Somebody has looked at runs whose node vanished: that they are billed until its last life sign is
 * right, or what is to be done about it is on its way.
 *
 * @param runs at least one, each once
 * @param reason in words
 */
public record LostRunsSeen(List<RunId> runs, String reason) implements MoneyEvent {
  /** So many at most: those of a few nodes. */
  public static final int MOST_RUNS = 100;

  public LostRunsSeen {
    runs = List.copyOf(runs);
  }
}
