package org.queqiao.core.state;

import java.util.List;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.snapshot.BudgetImage;

/** Budgets in the digest, behind their name and only if there are any. */
final class BudgetsDigest {
  private final CanonicalWriter out;

  BudgetsDigest(CanonicalWriter out) {
    this.out = out;
  }

  void write(List<BudgetImage> images) {
    if (!images.isEmpty()) {
      out.text("budgets")
          .list(
              images,
              each -> {
                terms(each.terms());
                new WalletsDigest(out).image(each.counted());
              });
    }
  }

  void terms(BudgetTerms each) {
    out.text(each.name().value())
        .text(each.project().value())
        .text(each.user() == null ? "" : each.user().value())
        .text(each.unit().name())
        .number(each.amount())
        .number(each.overdraft())
        .text(each.currency())
        .text(each.fromMonth())
        .text(each.toMonth())
        .flag(each.ended());
  }
}
