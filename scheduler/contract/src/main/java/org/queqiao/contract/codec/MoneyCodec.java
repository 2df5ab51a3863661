package org.queqiao.contract.codec;

import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyEvent;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.Proposal;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.snapshot.MoneyImage;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbBillingDefined;
import org.queqiao.contract.wire.PbClusterImage;
import org.queqiao.contract.wire.PbContract;
import org.queqiao.contract.wire.PbDayFactor;
import org.queqiao.contract.wire.PbMoneyChange;
import org.queqiao.contract.wire.PbMoneyDecided;
import org.queqiao.contract.wire.PbMoneyProposed;
import org.queqiao.contract.wire.PbPriceItem;
import org.queqiao.contract.wire.PbPriceTerms;
import org.queqiao.contract.wire.PbPriceTier;
import org.queqiao.contract.wire.PbProposal;

/** Changes by two people to and from their wire form. */
final class MoneyCodec {
  private MoneyCodec() {}

  /** Writes a fact about wallets, budgets, disputes or changes by two people. */
  static void write(MoneyEvent event, EventRecord.Builder out) {
    switch (event) {
      case BillingDefined e -> out.setBillingDefined(write(e));
      case BudgetTold e -> out.setBudgetTold(WalletCodec.write(e));
      case CreditLineSet e -> out.setCreditLineSet(WalletCodec.write(e));
      case MoneyProposed e -> out.setMoneyProposed(write(e));
      case MoneyDecided e -> out.setMoneyDecided(write(e));
      case BudgetDefined e -> out.setBudgetDefined(BudgetCodec.write(e));
      case BudgetUseTold e -> out.setBudgetUseTold(BudgetCodec.write(e));
      case DisputeOpened e -> out.setDisputeOpened(DisputeCodec.write(e));
      case DisputeAnswered e -> out.setDisputeAnswered(DisputeCodec.write(e));
      case LostRunsSeen e -> out.setLostRunsSeen(DisputeCodec.write(e));
    }
  }

  static MoneyEvent event(EventRecord in) {
    return in.hasMoneyProposed() ? read(in.getMoneyProposed()) : read(in.getMoneyDecided());
  }

  static PbBillingDefined write(BillingDefined e) {
    return PbBillingDefined.newBuilder()
        .setZone(e.zone())
        .setFiscalYearStart(e.fiscalYearStart())
        .setCurrency(e.currency())
        .build();
  }

  static BillingDefined read(PbBillingDefined in) {
    return new BillingDefined(in.getZone(), in.getFiscalYearStart(), in.getCurrency());
  }

  static PbMoneyProposed write(MoneyProposed e) {
    return PbMoneyProposed.newBuilder()
        .setProposal(e.proposal())
        .setChange(write(e.change()))
        .setReason(e.reason())
        .build();
  }

  static MoneyProposed read(PbMoneyProposed in) {
    return new MoneyProposed(in.getProposal(), read(in.getChange()), in.getReason());
  }

  static PbMoneyDecided write(MoneyDecided e) {
    return PbMoneyDecided.newBuilder()
        .setProposal(e.proposal())
        .setApproved(e.approved())
        .setChange(write(e.change()))
        .setReason(e.reason())
        .build();
  }

  static MoneyDecided read(PbMoneyDecided in) {
    return new MoneyDecided(
        in.getProposal(), in.getApproved(), read(in.getChange()), in.getReason());
  }

  static void write(MoneyImage image, PbClusterImage.Builder out) {
    for (Proposal each : image.proposals()) {
      out.addProposals(
          PbProposal.newBuilder()
              .setId(each.id())
              .setBy(ModelWriter.actor(each.by()))
              .setTimeMs(each.timeMs())
              .setChange(write(each.change()))
              .setReason(each.reason()));
    }
    image
        .items()
        .forEach(
            each -> out.addPriceItems(item(each.item()).toBuilder().setProposal(each.number())));
    image.classes().forEach(each -> out.addCustomerClasses(customerClass(each)));
    image.budgets().forEach(each -> out.addBudgets(BudgetCodec.write(each)));
    image.disputes().forEach(each -> out.addDisputes(DisputeCodec.write(each)));
    AllowanceCodec.write(image.allowances(), out);
    image.contracts().forEach(each -> out.addContracts(contract(each)));
    if (image.billing() != null) {
      out.setBilling(write(image.billing()));
    }
    image.fiscalYears().forEach(each -> out.addFiscalYears(MonthCodec.write(each)));
    PayerCodec.write(image.payers(), out);
  }

  static MoneyImage read(PbClusterImage in) {
    return new MoneyImage(
        ModelReader.list(
            in.getProposalsList(),
            each ->
                new Proposal(
                    each.getId(),
                    ModelReader.actor(each.getBy()),
                    each.getTimeMs(),
                    read(each.getChange()),
                    each.getReason())),
        ModelReader.list(
            in.getPriceItemsList(), each -> new AgreedPrice(each.getProposal(), item(each))),
        ModelReader.list(in.getCustomerClassesList(), MoneyCodec::customerClass),
        ModelReader.list(in.getBudgetsList(), BudgetCodec::read),
        ModelReader.list(in.getDisputesList(), DisputeCodec::read),
        AllowanceCodec.read(in),
        ModelReader.list(in.getContractsList(), MoneyCodec::contract),
        in.hasBilling() ? read(in.getBilling()) : null,
        ModelReader.list(in.getFiscalYearsList(), MonthCodec::read),
        PayerCodec.read(in.getPayers()));
  }

  private static PbMoneyChange write(MoneyChange change) {
    PbMoneyChange.Builder out = PbMoneyChange.newBuilder();
    switch (change) {
      case MoneyChange.TopUp each ->
          out.setTopUp(
              PbMoneyChange.TopUp.newBuilder()
                  .setProject(each.project().value())
                  .setAmountMicro(each.amountMicro())
                  .setCurrency(each.currency()));
      case MoneyChange.Price each -> out.setPrice(item(each.item()));
      case MoneyChange.RefundRule each -> out.setRefundRule(refundRule(each));
      case MoneyChange.Correction each ->
          out.setCorrection(
              PbMoneyChange.Correction.newBuilder()
                  .setProject(each.project().value())
                  .setAmountMicro(each.amountMicro())
                  .setCurrency(each.currency())
                  .setCorrects(each.corrects()));
      case MoneyChange.CustomerClass each -> out.setCustomerClass(customerClass(each));
      case MoneyChange.ProjectPayer each -> out.setProjectPayer(PayerCodec.write(each));
      case MoneyChange.Conversion each -> out.setConversion(conversion(each));
      case MoneyChange.CreditLine each ->
          out.setCreditLine(
              PbMoneyChange.CreditLine.newBuilder()
                  .setProject(each.project().value())
                  .setCreditMicro(each.creditMicro())
                  .setCurrency(each.currency()));
      case MoneyChange.Refund each -> out.setRefund(DisputeCodec.write(each));
      case MoneyChange.CloseMonth each -> out.setCloseMonth(MonthCodec.write(each));
      case MoneyChange.StatementPaid each -> out.setStatementPaid(MonthCodec.write(each));
      case MoneyChange.ArchiveMonth each -> out.setArchiveMonth(MonthCodec.write(each));
      case MoneyChange.JobBilling each ->
          out.setJobBilling(
              PbMoneyChange.JobBilling.newBuilder()
                  .setBillsSuspendedTime(each.billsSuspendedTime())
                  .setBudgetGate(each.budgetGate()));
      case MoneyChange.PriceEnd each ->
          out.setPriceEnd(
              PbMoneyChange.PriceEnd.newBuilder()
                  .setPrice(each.price())
                  .setItem(item(each.item()))
                  .setFromMs(each.fromMs())
                  .setByNumber(each.byNumber()));
      case MoneyChange.TaxRate each ->
          out.setTaxRate(
              PbMoneyChange.TaxRate.newBuilder()
                  .setBasisPoints(each.basisPoints())
                  .setValidFromMs(each.validFromMs()));
      case MoneyChange.FiscalYear each -> out.setFiscalYear(MonthCodec.write(each));
      case MoneyChange.Budget each -> out.setBudget(BudgetCodec.write(each.terms()));
      case MoneyChange.Contract each -> out.setContract(contract(each.terms()));
      case MoneyChange.NewAllowance each ->
          out.setAllowance(AllowanceCodec.write(each.allowance()));
      case MoneyChange.OrderOfAllowances each ->
          out.setAllowanceOrder(AllowanceCodec.write(each.order()));
    }
    return out.build();
  }

  private static PbMoneyChange.Conversion.Builder conversion(MoneyChange.Conversion each) {
    return PbMoneyChange.Conversion.newBuilder()
        .setNodeType(each.nodeType())
        .setResource(resource(each.resource()))
        .setDevice(each.device())
        .setStandardPermille(each.standardPermille())
        .setValidFromMs(each.validFromMs());
  }

  static PbMoneyChange.RefundRule refundRule(MoneyChange.RefundRule each) {
    return PbMoneyChange.RefundRule.newBuilder()
        .setCause(
            switch (each.cause()) {
              case NODE_FAIL -> PbMoneyChange.Cause.NODE_FAIL;
              case PREEMPTED -> PbMoneyChange.Cause.PREEMPTED;
              case REQUEUED -> PbMoneyChange.Cause.REQUEUED;
              case PLATFORM_FAULT -> PbMoneyChange.Cause.PLATFORM_FAULT;
              case ADMINISTRATOR -> PbMoneyChange.Cause.ADMINISTRATOR;
            })
        .setPermille(each.permille())
        .setValidFromMs(each.validFromMs())
        .setSinceCheckpoint(each.sinceCheckpoint())
        .build();
  }

  static MoneyChange.RefundRule refundRule(PbMoneyChange.RefundRule in) {
    return new MoneyChange.RefundRule(
        switch (in.getCause()) {
          case NODE_FAIL -> RefundCause.NODE_FAIL;
          case PREEMPTED -> RefundCause.PREEMPTED;
          case REQUEUED -> RefundCause.REQUEUED;
          case PLATFORM_FAULT -> RefundCause.PLATFORM_FAULT;
          case ADMINISTRATOR -> RefundCause.ADMINISTRATOR;
          case CAUSE_UNSPECIFIED, UNRECOGNIZED -> throw ModelReader.unknown("cause of a refund");
        },
        in.getPermille(),
        in.getValidFromMs(),
        in.getSinceCheckpoint());
  }

  private static MoneyChange read(PbMoneyChange in) {
    return switch (in.getChangeCase()) {
      case TOP_UP ->
          new MoneyChange.TopUp(
              new ProjectName(in.getTopUp().getProject()),
              in.getTopUp().getAmountMicro(),
              in.getTopUp().getCurrency());
      case PRICE -> new MoneyChange.Price(item(in.getPrice()));
      case REFUND_RULE -> refundRule(in.getRefundRule());
      case CORRECTION ->
          new MoneyChange.Correction(
              new ProjectName(in.getCorrection().getProject()),
              in.getCorrection().getAmountMicro(),
              in.getCorrection().getCurrency(),
              in.getCorrection().getCorrects());
      case CUSTOMER_CLASS -> customerClass(in.getCustomerClass());
      case PROJECT_PAYER -> PayerCodec.read(in.getProjectPayer());
      case CONVERSION ->
          new MoneyChange.Conversion(
              in.getConversion().getNodeType(),
              resource(in.getConversion().getResource()),
              in.getConversion().getDevice(),
              in.getConversion().getStandardPermille(),
              in.getConversion().getValidFromMs());
      case CREDIT_LINE ->
          new MoneyChange.CreditLine(
              new ProjectName(in.getCreditLine().getProject()),
              in.getCreditLine().getCreditMicro(),
              in.getCreditLine().getCurrency());
      case REFUND -> DisputeCodec.read(in.getRefund());
      case CLOSE_MONTH -> MonthCodec.read(in.getCloseMonth());
      case STATEMENT_PAID -> MonthCodec.read(in.getStatementPaid());
      case ARCHIVE_MONTH -> MonthCodec.read(in.getArchiveMonth());
      case JOB_BILLING ->
          new MoneyChange.JobBilling(
              in.getJobBilling().getBillsSuspendedTime(), in.getJobBilling().getBudgetGate());
      case PRICE_END ->
          new MoneyChange.PriceEnd(
              in.getPriceEnd().getPrice(),
              item(in.getPriceEnd().getItem()),
              in.getPriceEnd().getFromMs(),
              in.getPriceEnd().getByNumber());
      case TAX_RATE ->
          new MoneyChange.TaxRate(
              in.getTaxRate().getBasisPoints(), in.getTaxRate().getValidFromMs());
      case FISCAL_YEAR -> MonthCodec.read(in.getFiscalYear());
      case BUDGET -> new MoneyChange.Budget(BudgetCodec.read(in.getBudget()));
      case CONTRACT -> new MoneyChange.Contract(contract(in.getContract()));
      case ALLOWANCE -> new MoneyChange.NewAllowance(AllowanceCodec.read(in.getAllowance()));
      case ALLOWANCE_ORDER ->
          new MoneyChange.OrderOfAllowances(AllowanceCodec.read(in.getAllowanceOrder()));
      case CHANGE_NOT_SET -> throw ModelReader.unknown("change of money");
    };
  }

  private static PbPriceItem item(PriceItem each) {
    PbPriceItem.Builder out =
        PbPriceItem.newBuilder()
            .setPartition(each.partition() == null ? "" : each.partition().value())
            .setQos(each.qos() == null ? "" : each.qos().value())
            .setMicroPerCoreHour(each.microPerCoreHour())
            .setCurrency(each.currency())
            .setValidFromMs(each.validFromMs())
            .setValidToMs(each.validToMs())
            .setUtcOffsetMinutes(each.utcOffsetMinutes());
    for (DayFactor factor : each.factors()) {
      out.addFactors(
          PbDayFactor.newBuilder()
              .setFromMinute(factor.fromMinute())
              .setToMinute(factor.toMinute())
              .setPermille(factor.permille()));
    }
    if (!each.terms().equals(PriceTerms.CORES)) {
      out.setTerms(terms(each.terms()));
    }
    return out.build();
  }

  private static PbPriceTerms.Resource resource(Resource each) {
    return switch (each) {
      case CORES -> PbPriceTerms.Resource.CORES;
      case ACCELERATORS -> PbPriceTerms.Resource.ACCELERATORS;
      case MEMORY -> PbPriceTerms.Resource.MEMORY;
      case RESERVED -> PbPriceTerms.Resource.RESERVED;
      case ENERGY -> PbPriceTerms.Resource.ENERGY;
    };
  }

  private static Resource resource(PbPriceTerms.Resource each) {
    return switch (each) {
      case CORES -> Resource.CORES;
      case ACCELERATORS -> Resource.ACCELERATORS;
      case MEMORY -> Resource.MEMORY;
      case RESERVED -> Resource.RESERVED;
      case ENERGY -> Resource.ENERGY;
      case UNRECOGNIZED -> throw ModelReader.unknown("resource of a price");
    };
  }

  private static PbPriceTerms.Builder terms(PriceTerms each) {
    return PbPriceTerms.newBuilder()
        .setResource(resource(each.resource()))
        .setDevice(each.device())
        .setNodeType(each.nodeType())
        .setCustomerClass(each.customerClass())
        .setBlockedShare(each.blockedShare())
        .setWhileSuspended(each.whileSuspended())
        .addAllTiers(
            each.tiers().stream()
                .map(tier ->
                    PbPriceTier.newBuilder()
                        .setFromHours(tier.fromHours())
                        .setMicroPerHour(tier.microPerHour())
                        .build())
                .toList())
        .setByYear(each.yearStart() > 0)
        .setYearStart(each.yearStart() > 1 ? each.yearStart() : 0)
        .setMinimumMicro(each.minimumMicro());
  }

  private static PriceTerms terms(PbPriceTerms in) {
    return new PriceTerms(
        resource(in.getResource()),
        in.getDevice(),
        in.getNodeType(),
        in.getCustomerClass(),
        in.getBlockedShare(),
        in.getWhileSuspended(),
        ModelReader.list(
            in.getTiersList(), tier -> new PriceTier(tier.getFromHours(), tier.getMicroPerHour())),
        in.getByYear() ? Math.max(1, in.getYearStart()) : 0,
        in.getMinimumMicro());
  }

  private static PbContract contract(ContractTerms each) {
    return PbContract.newBuilder()
        .setNumber(each.number())
        .setProject(each.project().value())
        .setCustomerClass(each.customerClass())
        .setValidFromMs(each.validFromMs())
        .setValidToMs(each.validToMs())
        .setDocuments(each.documents())
        .build();
  }

  private static ContractTerms contract(PbContract in) {
    return new ContractTerms(
        in.getNumber(),
        new ProjectName(in.getProject()),
        in.getCustomerClass(),
        in.getValidFromMs(),
        in.getValidToMs(),
        in.getDocuments());
  }

  private static PbMoneyChange.CustomerClass customerClass(MoneyChange.CustomerClass each) {
    return PbMoneyChange.CustomerClass.newBuilder()
        .setProject(each.project().value())
        .setCustomerClass(each.customerClass())
        .setValidFromMs(each.validFromMs())
        .build();
  }

  private static MoneyChange.CustomerClass customerClass(PbMoneyChange.CustomerClass in) {
    return new MoneyChange.CustomerClass(
        new ProjectName(in.getProject()), in.getCustomerClass(), in.getValidFromMs());
  }

  private static PriceItem item(PbPriceItem in) {
    return new PriceItem(
        in.getPartition().isEmpty() ? null : new PartitionName(in.getPartition()),
        in.getQos().isEmpty() ? null : new QosName(in.getQos()),
        in.getMicroPerCoreHour(),
        in.getCurrency(),
        in.getValidFromMs(),
        in.getValidToMs(),
        in.getUtcOffsetMinutes(),
        ModelReader.list(
            in.getFactorsList(),
            each -> new DayFactor(each.getFromMinute(), each.getToMinute(), each.getPermille())),
        in.hasTerms() ? terms(in.getTerms()) : PriceTerms.CORES);
  }
}
