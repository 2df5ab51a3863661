package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.price.Price;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.price.Volume;

/**
 * What of a part of a segment is under one tier of its price.
 *
 * @param tier 0 before the first
 * @param micro the price
 * @param quantity what is counted
 */
public record Portion(int tier, long micro, BigInteger quantity) {
  /** Under which what a project used of a price is summed. */
  public static String volumeKey(ProjectName project, Segment segment, Volume volume) {
    return project + "|" + period(YearMonth.from(segment.day()), volume) + "|" + volume.item();
  }

  /** A year is named after the one in which it begins, and with its month where that is another. */
  private static String period(YearMonth month, Volume volume) {
    int start = volume.yearStart();
    if (start == 0) {
      return month.toString();
    }
    String year = month.minusMonths(start - 1L).toString().substring(0, 4);
    return start == 1 ? year : year + "/" + start;
  }

  /**
   * The portions of a quantity behind what was used before, in the order of the tiers.
   *
   * @param before what was used before
   */
  public static List<Portion> of(Segment.Priced part, BigInteger before, BigInteger quantity) {
    Price price = part.price();
    List<PriceTier> tiers = price.volume().tiers();
    if (tiers.isEmpty()) {
      return List.of(new Portion(0, price.microPerCoreHour(), quantity));
    }
    BigInteger unit = RunCost.divisor(part.part().use().resource());
    BigInteger end = before.add(quantity);
    List<Portion> all = new ArrayList<>();
    BigInteger from = BigInteger.ZERO;
    long micro = price.microPerCoreHour();
    for (int i = 0; i <= tiers.size(); i++) {
      BigInteger to =
          i == tiers.size()
              ? end.max(from)
              : BigInteger.valueOf(tiers.get(i).fromHours()).multiply(unit);
      BigInteger within = end.min(to).subtract(before.max(from));
      if (within.signum() > 0) {
        all.add(new Portion(i, micro, within));
      }
      from = to;
      micro = i == tiers.size() ? micro : tiers.get(i).microPerHour();
    }
    return all;
  }

  /** Its share of an amount that belongs to the whole; the last one gets what is left. */
  public static List<BigInteger> shares(List<Portion> all, BigInteger amount, BigInteger whole) {
    List<BigInteger> shares = new ArrayList<>();
    BigInteger left = amount;
    for (int i = 0; i < all.size(); i++) {
      BigInteger share =
          i == all.size() - 1 ? left : amount.multiply(all.get(i).quantity()).divide(whole);
      shares.add(share);
      left = left.subtract(share);
    }
    return shares;
  }
}
