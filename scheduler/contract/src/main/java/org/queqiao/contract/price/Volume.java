package org.queqiao.contract.price;

import java.util.List;
import org.queqiao.contract.money.PriceTier;

/**
 * Prices by what a project has used in a month or year.
 *
 * @param item the name of the price under which volume is counted
 * @param yearStart the month with which its years begin, or 0 where it is by month
 * @param tiers ascending
 */
public record Volume(String item, int yearStart, List<PriceTier> tiers) {
  /** One price whatever the volume. */
  public static final Volume NONE = new Volume("", 0, List.of());

  public Volume {
    tiers = List.copyOf(tiers);
  }
}
