package org.queqiao.core.admission;

import java.util.List;
import java.util.Optional;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Cluster;

/** Whether a price may end, or never begin: what ran until now keeps it. */
final class PriceEndCheck {
  private static final String FROM = "fromMs";

  private PriceEndCheck() {}

  /** Why it is refused, or nothing. */
  static Optional<Decision> wrong(MoneyChange.PriceEnd each, long nowMs, Cluster cluster) {
    List<PriceItem> found =
        cluster.money().items().stream().filter(each::isOf).map(AgreedPrice::item).toList();
    if (found.isEmpty()) {
      return Optional.of(Rejections.notFound("price", "there is no price " + each.price()));
    }
    // Where a number is not known, of those that are the same the one that still ends.
    PriceItem item =
        found.stream().filter(price -> !price.isNever()).reduce((_, last) -> last).orElse(null);
    if (item == null) {
      return Optional.of(Rejections.conflict("", "price " + each.price() + " was withdrawn"));
    }
    if (each.fromMs() != 0 && each.fromMs() < nowMs) {
      return Optional.of(
          Rejections.invalid(
              FROM,
              "a price cannot end in the past ("
                  + each.fromMs()
                  + ", now is "
                  + nowMs
                  + "): what ran until now keeps it; 0 ends it at the approval"));
    }
    long endMs = effective(each, nowMs).fromMs();
    return item.validToMs() != 0 && item.validToMs() <= endMs
        ? Optional.of(
            Rejections.conflict(
                FROM, "price " + each.price() + " ends at " + item.validToMs() + " already"))
        : Optional.empty();
  }

  /** What ends at once ends at the approval. */
  static MoneyChange.PriceEnd effective(MoneyChange.PriceEnd each, long nowMs) {
    return each.fromMs() == 0
        ? new MoneyChange.PriceEnd(each.price(), each.item(), nowMs, each.byNumber())
        : each;
  }
}
