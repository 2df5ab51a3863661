package org.queqiao.contract.codec;

import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.snapshot.BudgetImage;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbBudgetDefined;
import org.queqiao.contract.wire.PbBudgetImage;
import org.queqiao.contract.wire.PbBudgetTerms;
import org.queqiao.contract.wire.PbBudgetUseTold;

/** Budgets to and from their wire form. */
final class BudgetCodec {
  private BudgetCodec() {}

  static Event event(EventRecord in) {
    return in.hasBudgetDefined() ? read(in.getBudgetDefined()) : read(in.getBudgetUseTold());
  }

  static PbBudgetDefined write(BudgetDefined e) {
    return PbBudgetDefined.newBuilder().setTerms(write(e.terms())).setReason(e.reason()).build();
  }

  static BudgetDefined read(PbBudgetDefined in) {
    return new BudgetDefined(read(in.getTerms()), in.getReason());
  }

  static PbBudgetUseTold write(BudgetUseTold e) {
    return PbBudgetUseTold.newBuilder()
        .setBudget(e.budget().value())
        .setLeft(e.left())
        .setAsOfPosition(e.asOfPosition())
        .build();
  }

  static BudgetUseTold read(PbBudgetUseTold in) {
    return new BudgetUseTold(new BudgetName(in.getBudget()), in.getLeft(), in.getAsOfPosition());
  }

  static PbBudgetImage write(BudgetImage each) {
    return PbBudgetImage.newBuilder()
        .setTerms(write(each.terms()))
        .setCounted(WalletCodec.write(each.counted()))
        .build();
  }

  static BudgetImage read(PbBudgetImage in) {
    return new BudgetImage(read(in.getTerms()), WalletCodec.read(in.getCounted()));
  }

  static PbBudgetTerms write(BudgetTerms each) {
    return PbBudgetTerms.newBuilder()
        .setName(each.name().value())
        .setProject(each.project().value())
        .setUser(each.user() == null ? "" : each.user().value())
        .setUnit(
            switch (each.unit()) {
              case MONEY -> PbBudgetTerms.Unit.MONEY;
              case CORE_TIME -> PbBudgetTerms.Unit.CORE_TIME;
            })
        .setAmount(each.amount())
        .setOverdraft(each.overdraft())
        .setCurrency(each.currency())
        .setFromMonth(each.fromMonth())
        .setToMonth(each.toMonth())
        .setEnded(each.ended())
        .build();
  }

  static BudgetTerms read(PbBudgetTerms in) {
    return new BudgetTerms(
        new BudgetName(in.getName()),
        new ProjectName(in.getProject()),
        in.getUser().isEmpty() ? null : new UserName(in.getUser()),
        switch (in.getUnit()) {
          case MONEY -> BudgetUnit.MONEY;
          case CORE_TIME -> BudgetUnit.CORE_TIME;
          case UNIT_UNSPECIFIED, UNRECOGNIZED -> throw ModelReader.unknown("unit of a budget");
        },
        in.getAmount(),
        in.getOverdraft(),
        in.getCurrency(),
        in.getFromMonth(),
        in.getToMonth(),
        in.getEnded());
  }
}
