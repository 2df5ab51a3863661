package org.queqiao.accounting.usage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.DomainCode;

/** Splits a whole over research domains so that the parts sum to it exactly. */
public final class DomainSplit {
  private DomainSplit() {}

  /**
   * The parts by largest remainder (Hamilton's method); equal remainders go by the code's order.
   *
   * @param whole what was taken back is negative, and so are its parts
   * @param shares in thousandths, summing to 1000
   * @return empty when there are no shares
   */
  public static Map<DomainCode, Long> split(long whole, List<DomainShare> shares) {
    if (whole < 0) {
      Map<DomainCode, Long> parts = split(Math.negateExact(whole), shares);
      parts.replaceAll((domain, part) -> -part);
      return parts;
    }
    Map<DomainCode, Long> parts = new TreeMap<>();
    List<Remainder> remainders = new ArrayList<>();
    long rest = whole;
    for (DomainShare share : shares) {
      long thousandths = whole / 1000;
      long exact = Math.multiplyExact(whole % 1000, share.permille());
      long part = Math.addExact(Math.multiplyExact(thousandths, share.permille()), exact / 1000);
      parts.merge(share.domain(), part, Math::addExact);
      remainders.add(new Remainder(share.domain(), exact % 1000));
      rest -= part;
    }
    remainders.sort(
        Comparator.comparingLong(Remainder::size).reversed().thenComparing(Remainder::domain));
    for (int i = 0; i < rest && i < remainders.size(); i++) {
      parts.merge(remainders.get(i).domain(), 1L, Math::addExact);
    }
    return parts;
  }

  private record Remainder(DomainCode domain, long size) {}
}
