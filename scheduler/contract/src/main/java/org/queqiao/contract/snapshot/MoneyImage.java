package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.Proposal;

/**
 * What two people change.
 *
 * @param proposals those that wait for a second person, by number
 * @param items approved prices, in the order of their approval
 * @param classes approved classes of customers, in the order of their approval
 */
public record MoneyImage(
    List<Proposal> proposals, List<PriceItem> items, List<MoneyChange.CustomerClass> classes) {
  /** Nothing was ever proposed. */
  public static final MoneyImage NONE = new MoneyImage(List.of(), List.of(), List.of());

  public MoneyImage {
    proposals = List.copyOf(proposals);
    items = List.copyOf(items);
    classes = List.copyOf(classes);
  }
}
