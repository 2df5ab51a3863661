package org.queqiao.contract.money;

/**
 * A price that two people agreed on, under the number by which it is ended: the same price may be
 * stated again after it was withdrawn.
 *
 * @param number the proposal that brought it; 0 in snapshots from before numbers were kept
 * @param item the price, with the end that it has
 */
public record AgreedPrice(long number, PriceItem item) {
  /** As it is after the end of a price, which may be that of another one. */
  public AgreedPrice after(MoneyChange.PriceEnd end) {
    return end.isOf(this) ? new AgreedPrice(number, item.endedAt(end.fromMs())) : this;
  }
}
