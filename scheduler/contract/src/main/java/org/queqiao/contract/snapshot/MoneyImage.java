package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.Dispute;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.Proposal;

/**
 * What two people change.
 *
 * @param proposals those that wait for a second person, by number
 * @param items approved prices, in the order of their approval
 * @param classes approved classes of customers, in the order of their approval
 * @param budgets those that hold, by name
 * @param disputes those that nobody has answered, by number
 * @param allowances core-hours that projects have beside their wallets
 * @param contracts approved contracts, in the order of their approval
 * @param billing by which calendar bills are made, or null before that was stated
 * @param fiscalYears with which month fiscal years begin by two people, by month
 * @param payers which projects are paid for by others
 */
public record MoneyImage(
    List<Proposal> proposals,
    List<AgreedPrice> items,
    List<MoneyChange.CustomerClass> classes,
    List<BudgetImage> budgets,
    List<Dispute> disputes,
    AllowancesImage allowances,
    List<ContractTerms> contracts,
    BillingDefined billing,
    List<MoneyChange.FiscalYear> fiscalYears,
    PayersImage payers) {
  /** Nothing was ever proposed. */
  public static final MoneyImage NONE = new MoneyImage(List.of(), List.of(), List.of());

  public MoneyImage {
    proposals = List.copyOf(proposals);
    items = List.copyOf(items);
    classes = List.copyOf(classes);
    budgets = List.copyOf(budgets);
    disputes = List.copyOf(disputes);
    contracts = List.copyOf(contracts);
    fiscalYears = List.copyOf(fiscalYears);
  }

  /** Of a site whose fiscal years begin as it was stated. */
  public MoneyImage(
      List<Proposal> proposals,
      List<AgreedPrice> items,
      List<MoneyChange.CustomerClass> classes,
      List<BudgetImage> budgets,
      List<Dispute> disputes,
      AllowancesImage allowances,
      List<ContractTerms> contracts,
      BillingDefined billing) {
    this(
        proposals,
        items,
        classes,
        budgets,
        disputes,
        allowances,
        contracts,
        billing,
        List.of(),
        PayersImage.NONE);
  }

  /** Of a site where every project pays for itself. */
  public MoneyImage(
      List<Proposal> proposals,
      List<AgreedPrice> items,
      List<MoneyChange.CustomerClass> classes,
      List<BudgetImage> budgets,
      List<Dispute> disputes,
      AllowancesImage allowances,
      List<ContractTerms> contracts,
      BillingDefined billing,
      List<MoneyChange.FiscalYear> fiscalYears) {
    this(
        proposals,
        items,
        classes,
        budgets,
        disputes,
        allowances,
        contracts,
        billing,
        fiscalYears,
        PayersImage.NONE);
  }

  /** Of a site without budgets, disputes and allowances. */
  public MoneyImage(
      List<Proposal> proposals, List<AgreedPrice> items, List<MoneyChange.CustomerClass> classes) {
    this(proposals, items, classes, List.of(), List.of());
  }

  /** Of a site whose calendar was not stated. */
  public MoneyImage(
      List<Proposal> proposals,
      List<AgreedPrice> items,
      List<MoneyChange.CustomerClass> classes,
      List<BudgetImage> budgets,
      List<Dispute> disputes,
      AllowancesImage allowances,
      List<ContractTerms> contracts) {
    this(proposals, items, classes, budgets, disputes, allowances, contracts, null);
  }

  /** Of a site without contracts. */
  public MoneyImage(
      List<Proposal> proposals,
      List<AgreedPrice> items,
      List<MoneyChange.CustomerClass> classes,
      List<BudgetImage> budgets,
      List<Dispute> disputes,
      AllowancesImage allowances) {
    this(proposals, items, classes, budgets, disputes, allowances, List.of());
  }

  /** Of a site without allowances and contracts. */
  public MoneyImage(
      List<Proposal> proposals,
      List<AgreedPrice> items,
      List<MoneyChange.CustomerClass> classes,
      List<BudgetImage> budgets,
      List<Dispute> disputes) {
    this(proposals, items, classes, budgets, disputes, AllowancesImage.NONE);
  }
}
