package org.queqiao.accounting.usage;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.DomainCode;

/** Splits a whole over research domains so that the parts sum to it exactly. */
public final class DomainSplit {
  private static final long WHOLE = 1_000;

  private DomainSplit() {}

  /**
   * The parts by largest remainder (Hamilton's method); equal remainders go by the code's order.
   *
   * @param whole what was taken back is negative, and so are its parts
   * @param shares in thousandths, summing to 1000
   * @return empty when there are no shares
   */
  public static Map<DomainCode, Long> split(long whole, List<DomainShare> shares) {
    Map<DomainCode, Long> parts = new TreeMap<>();
    long[] each = parts(whole, shares);
    for (int i = 0; i < each.length; i++) {
      parts.merge(shares.get(i).domain(), each[i], Math::addExact);
    }
    return parts;
  }

  /** The same parts in the order of the shares. */
  public static long[] parts(long whole, List<DomainShare> shares) {
    if (whole < 0) {
      long[] parts = parts(Math.negateExact(whole), shares);
      Arrays.setAll(parts, i -> -parts[i]);
      return parts;
    }
    long[] parts = new long[shares.size()];
    long[] remainders = new long[parts.length];
    long rest = whole;
    for (int i = 0; i < parts.length; i++) {
      int permille = shares.get(i).permille();
      long exact = Math.multiplyExact(whole % WHOLE, permille);
      parts[i] = Math.addExact(Math.multiplyExact(whole / WHOLE, permille), exact / WHOLE);
      remainders[i] = exact % WHOLE;
      rest -= parts[i];
    }
    for (int given = 0; given < rest && given < parts.length; given++) {
      int best = largest(remainders, shares);
      parts[best]++;
      remainders[best] = -1;
    }
    return parts;
  }

  private static int largest(long[] remainders, List<DomainShare> shares) {
    int best = 0;
    for (int i = 1; i < remainders.length; i++) {
      if (remainders[i] > remainders[best]
          || remainders[i] == remainders[best]
              && shares.get(i).domain().compareTo(shares.get(best).domain()) < 0) {
        best = i;
      }
    }
    return best;
  }
}
