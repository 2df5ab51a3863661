package org.queqiao.contract.codec;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.wire.PbMoneyChange;

/** Closed months, paid statements, archived months and fiscal years to and from their wire form. */
final class MonthCodec {
  private MonthCodec() {}

  static PbMoneyChange.CloseMonth write(MoneyChange.CloseMonth each) {
    return PbMoneyChange.CloseMonth.newBuilder()
        .setMonth(each.month())
        .setToMs(each.toMs())
        .setFiscalYear(each.fiscalYear())
        .setPostsRunning(each.postsRunning())
        .setSettlesWallets(each.settlesWallets())
        .build();
  }

  static MoneyChange.CloseMonth read(PbMoneyChange.CloseMonth in) {
    return new MoneyChange.CloseMonth(
        in.getMonth(),
        in.getToMs(),
        in.getFiscalYear(),
        in.getPostsRunning(),
        in.getSettlesWallets());
  }

  static PbMoneyChange.ArchiveMonth write(MoneyChange.ArchiveMonth each) {
    return PbMoneyChange.ArchiveMonth.newBuilder().setMonth(each.month()).build();
  }

  static MoneyChange.ArchiveMonth read(PbMoneyChange.ArchiveMonth in) {
    return new MoneyChange.ArchiveMonth(in.getMonth());
  }

  static PbMoneyChange.FiscalYear write(MoneyChange.FiscalYear each) {
    return PbMoneyChange.FiscalYear.newBuilder()
        .setStart(each.start())
        .setMonth(each.month())
        .setFromMs(each.fromMs())
        .build();
  }

  static MoneyChange.FiscalYear read(PbMoneyChange.FiscalYear in) {
    return new MoneyChange.FiscalYear(in.getStart(), in.getMonth(), in.getFromMs());
  }

  static PbMoneyChange.StatementPaid write(MoneyChange.StatementPaid each) {
    PbMoneyChange.StatementPaid.Builder out =
        PbMoneyChange.StatementPaid.newBuilder()
            .setProject(each.project().value())
            .setMonth(each.month())
            .setPaidOn(each.paidOn())
            .setReference(each.reference())
            .setTakenBack(each.takenBack())
            .setCurrency(each.currency());
    each.amounts()
        .forEach(amount ->
            out.addAmounts(
                PbMoneyChange.PaidAmount.newBuilder()
                    .setCurrency(amount.currency())
                    .setAmountMicro(amount.amountMicro())));
    return out.build();
  }

  static MoneyChange.StatementPaid read(PbMoneyChange.StatementPaid in) {
    return new MoneyChange.StatementPaid(
        new ProjectName(in.getProject()),
        in.getMonth(),
        in.getPaidOn(),
        in.getReference(),
        in.getAmountsList().stream()
            .map(each -> new MoneyChange.PaidAmount(each.getCurrency(), each.getAmountMicro()))
            .toList(),
        in.getTakenBack(),
        in.getCurrency());
  }
}
