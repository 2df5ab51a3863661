package org.queqiao.contract.money;

import java.util.Comparator;
import java.util.List;

/**
 * In which order runs take of the allowances of their project; the wallet comes last.
 *
 * @param earliestExpiryFirst whether the one that ends first goes before the kinds; those without
 *     an end come last
 * @param kinds each kind once, the first is taken first
 */
public record AllowanceOrder(boolean earliestExpiryFirst, List<AllowanceKind> kinds) {
  /** What ends first; then packages, grants, rewards. */
  public static final AllowanceOrder DEFAULT =
      new AllowanceOrder(true, List.of(AllowanceKind.values()));

  public AllowanceOrder {
    kinds = List.copyOf(kinds);
  }

  /** The order; of equals none is before the other. */
  public Comparator<Allowance> comparator() {
    Comparator<Allowance> byEnd = Comparator.comparingLong(AllowanceOrder::endMs);
    Comparator<Allowance> byKind = Comparator.comparingInt(each -> kinds.indexOf(each.kind()));
    return earliestExpiryFirst ? byEnd.thenComparing(byKind) : byKind.thenComparing(byEnd);
  }

  private static long endMs(Allowance each) {
    return each.validToMs() == 0 ? Long.MAX_VALUE : each.validToMs();
  }
}
