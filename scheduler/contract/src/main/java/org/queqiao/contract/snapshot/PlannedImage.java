package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.account.PlannedChange;

/**
 * What a site said ahead.
 *
 * @param lastNumber of the planned changes that ever were; 0 for none
 * @param changes those to come, in the order in which they will count
 */
public record PlannedImage(long lastNumber, List<PlannedChange> changes) {
  /** Nothing was ever planned. */
  public static final PlannedImage NONE = new PlannedImage(0, List.of());

  public PlannedImage {
    changes = List.copyOf(changes);
  }
}
