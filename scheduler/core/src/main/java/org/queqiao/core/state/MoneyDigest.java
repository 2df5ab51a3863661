package org.queqiao.core.state;

import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.Dispute;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.Proposal;
import org.queqiao.contract.snapshot.AllowancesImage;
import org.queqiao.contract.snapshot.MoneyImage;
import org.queqiao.contract.snapshot.PayersImage;

/** Changes by two people in the digest, behind their name and only if there are any. */
final class MoneyDigest {
  private final CanonicalWriter out;

  MoneyDigest(CanonicalWriter out) {
    this.out = out;
  }

  void write(MoneyImage image) {
    BillingDefined billing = image.billing();
    if (billing != null) {
      out.text("billing")
          .text(billing.zone())
          .number(billing.fiscalYearStart())
          .text(billing.currency());
    }
    if (!image.fiscalYears().isEmpty()) {
      out.text("fiscal years").list(image.fiscalYears(), this::fiscalYear);
    }
    AllowancesImage allowances = image.allowances();
    boolean allowed =
        !allowances.allowances().isEmpty()
            || !allowances.holds().isEmpty()
            || !allowances.order().equals(AllowanceOrder.DEFAULT);
    if (allowed
        || !image.proposals().isEmpty()
        || !image.items().isEmpty()
        || !image.classes().isEmpty()
        || !image.contracts().isEmpty()
        || !image.payers().equals(PayersImage.NONE)
        || !image.budgets().isEmpty()
        || !image.disputes().isEmpty()) {
      out.text("money")
          .list(image.proposals(), this::proposal)
          .list(image.items(), each -> item(each.item()));
      if (!image.classes().isEmpty()) {
        out.text("classes").list(image.classes(), this::customerClass);
      }
      new BudgetsDigest(out).write(image.budgets());
      if (!image.disputes().isEmpty()) {
        out.text("disputes").list(image.disputes(), this::dispute);
      }
      if (allowed) {
        allowances(allowances);
      }
      if (!image.contracts().isEmpty()) {
        out.text("contracts").list(image.contracts(), this::contract);
      }
      payers(image.payers());
    }
  }

  private void payers(PayersImage image) {
    if (!image.equals(PayersImage.NONE)) {
      out.text("payers")
          .list(image.words(), this::payer)
          .list(image.runs(), each -> out.text(each.run().toString()).text(each.payer().value()));
    }
  }

  private void payer(MoneyChange.ProjectPayer each) {
    out.text("payer of")
        .text(each.project().value())
        .text(each.payer() == null ? "" : each.payer().value())
        .number(each.validFromMs());
  }

  private void allowances(AllowancesImage image) {
    out.text("allowances")
        .list(
            image.allowances(),
            each -> {
              allowance(each.allowance());
              out.number(each.id()).number(each.leftMs());
            })
        .list(
            image.holds(),
            each ->
                out.text(each.run().toString())
                    .list(
                        each.draws(), draw -> out.number(draw.allowance()).number(draw.coreMs())));
    order(image.order());
    out.list(image.refundRules(), this::rule);
  }

  private void rule(MoneyChange.RefundRule each) {
    out.text(each.cause().name()).number(each.permille()).number(each.validFromMs());
    if (each.sinceCheckpoint()) {
      out.text("since checkpoint");
    }
  }

  private void allowance(Allowance each) {
    out.text("allowance")
        .text(each.project().value())
        .text(each.kind().name())
        .number(each.coreMs())
        .text(each.partition() == null ? "" : each.partition().value())
        .number(each.validFromMs())
        .number(each.validToMs());
  }

  private void order(AllowanceOrder order) {
    out.text("order")
        .flag(order.earliestExpiryFirst())
        .list(order.kinds(), each -> out.text(each.name()));
  }

  private void proposal(Proposal each) {
    out.number(each.id()).text(each.by().toString()).number(each.timeMs()).text(each.reason());
    switch (each.change()) {
      case MoneyChange.TopUp change ->
          out.text("top-up")
              .text(change.project().value())
              .number(change.amountMicro())
              .text(change.currency());
      case MoneyChange.Price change -> {
        out.text("price");
        item(change.item());
      }
      case MoneyChange.RefundRule change -> {
        out.text("refund rule");
        rule(change);
      }
      case MoneyChange.Correction change ->
          out.text("correction")
              .text(change.project().value())
              .number(change.amountMicro())
              .text(change.currency())
              .text(change.corrects());
      case MoneyChange.CustomerClass change -> customerClass(change);
      case MoneyChange.ProjectPayer change -> payer(change);
      case MoneyChange.Conversion change ->
          out.text("conversion")
              .text(change.nodeType())
              .text(change.resource().name())
              .text(change.device())
              .number(change.standardPermille())
              .number(change.validFromMs());
      case MoneyChange.CreditLine change ->
          out.text("credit line")
              .text(change.project().value())
              .number(change.creditMicro())
              .text(change.currency());
      case MoneyChange.Refund change -> refund(change);
      case MoneyChange.CloseMonth change -> month(change);
      case MoneyChange.StatementPaid change -> paid(change);
      case MoneyChange.ArchiveMonth change -> out.text("archive month").text(change.month());
      case MoneyChange.JobBilling change ->
          out.text("job billing").flag(change.billsSuspendedTime()).flag(change.budgetGate());
      case MoneyChange.Budget change -> {
        out.text("budget");
        new BudgetsDigest(out).terms(change.terms());
      }
      case MoneyChange.PriceEnd change -> priceEnd(change);
      case MoneyChange.TaxRate change ->
          out.text("tax rate").number(change.basisPoints()).number(change.validFromMs());
      case MoneyChange.FiscalYear change -> fiscalYear(change);
      case MoneyChange.Contract change -> contract(change.terms());
      case MoneyChange.NewAllowance change -> allowance(change.allowance());
      case MoneyChange.OrderOfAllowances change -> order(change.order());
    }
  }

  private void priceEnd(MoneyChange.PriceEnd change) {
    out.text("price end").number(change.price()).number(change.fromMs());
    item(change.item());
    if (change.byNumber()) {
      out.text("by number");
    }
  }

  private void refund(MoneyChange.Refund change) {
    out.text("refund")
        .text(change.project().value())
        .number(change.amountMicro())
        .text(change.currency())
        .text(change.transaction())
        .text(change.cause().name())
        .number(change.dispute());
    if (change.disputedBy() != null) {
      out.text("disputed by").text(change.disputedBy().toString());
    }
    if (change.toldAs() > 0) {
      out.text("told as").number(change.toldAs());
    }
  }

  private void fiscalYear(MoneyChange.FiscalYear each) {
    out.text("fiscal year").number(each.start()).text(each.month()).number(each.fromMs());
  }

  private void month(MoneyChange.CloseMonth each) {
    out.text("close month").text(each.month()).number(each.toMs()).number(each.fiscalYear());
    if (each.postsRunning()) {
      out.text("posts running");
    }
    if (each.settlesWallets()) {
      out.text("settles wallets");
    }
  }

  private void paid(MoneyChange.StatementPaid each) {
    out.text("paid")
        .text(each.project().value())
        .text(each.month())
        .text(each.paidOn())
        .text(each.reference());
    for (MoneyChange.PaidAmount amount : each.amounts()) {
      out.text("amount").text(amount.currency()).number(amount.amountMicro());
    }
    if (each.takenBack()) {
      out.text("taken back");
    }
    if (!each.currency().isEmpty()) {
      out.text("in").text(each.currency());
    }
  }

  private void dispute(Dispute each) {
    out.number(each.id())
        .text(each.by().toString())
        .number(each.timeMs())
        .text(each.project().value())
        .text(each.transaction())
        .text(each.reason());
  }

  private void contract(ContractTerms each) {
    out.text("contract")
        .text(each.number())
        .text(each.project().value())
        .text(each.customerClass())
        .number(each.validFromMs())
        .number(each.validToMs())
        .text(each.documents());
  }

  private void customerClass(MoneyChange.CustomerClass each) {
    out.text("customer class")
        .text(each.project().value())
        .text(each.customerClass())
        .number(each.validFromMs());
  }

  private void item(PriceItem each) {
    out.text(each.partition() == null ? "" : each.partition().value())
        .text(each.qos() == null ? "" : each.qos().value())
        .number(each.microPerCoreHour())
        .text(each.currency())
        .number(each.validFromMs())
        .number(each.validToMs())
        .number(each.utcOffsetMinutes())
        .list(
            each.factors(),
            factor ->
                out.number(factor.fromMinute())
                    .number(factor.toMinute())
                    .number(factor.permille()));
    PriceTerms terms = each.terms();
    if (!terms.equals(PriceTerms.CORES)) {
      out.text("terms")
          .text(terms.resource().name())
          .text(terms.device())
          .text(terms.nodeType())
          .text(terms.customerClass())
          .flag(terms.blockedShare())
          .flag(terms.whileSuspended());
      if (!terms.tiers().isEmpty() || terms.minimumMicro() > 0) {
        out.text("by volume")
            .list(terms.tiers(), tier -> out.number(tier.fromHours()).number(tier.microPerHour()))
            .flag(terms.yearStart() > 0)
            .number(terms.minimumMicro());
        if (terms.yearStart() > 1) {
          out.number(terms.yearStart());
        }
      }
    }
  }
}
