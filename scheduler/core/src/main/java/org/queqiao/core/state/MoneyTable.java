package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
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
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.Proposal;
import org.queqiao.contract.snapshot.MoneyImage;

/** Changes of prices and money that wait for a second person, and the prices that were approved. */
public final class MoneyTable {
  /** So many wait at most. */
  public static final int MAX_PROPOSALS = 1_000;

  /** So many classes of customers are approved at most, for all projects and times. */
  public static final int MAX_CLASSES = 10_000;

  /** So many contracts are approved at most, for all projects and times. */
  public static final int MAX_CONTRACTS = 10_000;

  /** So many prices are approved at most: each is looked at for each start. */
  public static final int MAX_ITEMS = 500;

  private final Cluster cluster;
  private final TreeMap<Long, Proposal> proposals = new TreeMap<>();
  private final List<AgreedPrice> items = new ArrayList<>();
  private final List<MoneyChange.CustomerClass> classes = new ArrayList<>();
  private final List<ContractTerms> contracts = new ArrayList<>();
  private final AllowanceTable allowances;
  private final BudgetTable budgets;
  private final DisputeTable disputes;
  private final PayerTable payers;
  private BillingDefined billing;
  private FiscalYears fiscalYears = FiscalYears.of(1);

  MoneyTable(Cluster cluster) {
    this.cluster = cluster;
    this.budgets = new BudgetTable(cluster);
    this.disputes = new DisputeTable(cluster);
    this.allowances = new AllowanceTable(cluster);
    this.payers = new PayerTable(cluster);
  }

  /** A proposal that waits, by its number. */
  public Optional<Proposal> proposal(long id) {
    return Optional.ofNullable(proposals.get(id));
  }

  /** Those that wait, by number. */
  public Collection<Proposal> proposals() {
    return Collections.unmodifiableCollection(proposals.values());
  }

  /** Approved prices, in the order of their approval. */
  public List<AgreedPrice> items() {
    return Collections.unmodifiableList(items);
  }

  /** Approved classes of customers, in the order of their approval. */
  public List<MoneyChange.CustomerClass> classes() {
    return Collections.unmodifiableList(classes);
  }

  /** Approved contracts, in the order of their approval. */
  public List<ContractTerms> contracts() {
    return Collections.unmodifiableList(contracts);
  }

  /** By which calendar and in which currency bills are made, once that is stated. */
  public Optional<BillingDefined> billing() {
    return Optional.ofNullable(billing);
  }

  /** To which fiscal year a month belongs, by what was stated and what two people changed. */
  public FiscalYears fiscalYears() {
    return fiscalYears;
  }

  /** What projects and users may use. */
  public BudgetTable budgets() {
    return budgets;
  }

  /** Charges that somebody finds wrong. */
  public DisputeTable disputes() {
    return disputes;
  }

  /** From which wallets runs are paid. */
  public PayerTable payers() {
    return payers;
  }

  /** Core-hours that projects have beside their wallets. */
  public AllowanceTable allowances() {
    return allowances;
  }

  /** Makes a fact about wallets, budgets, disputes or changes by two people true. */
  void apply(MoneyEvent event, Actor actor, long nowMs) {
    switch (event) {
      case BillingDefined e -> state(e);
      case BudgetTold e -> cluster.wallets().told(e, nowMs);
      case CreditLineSet e -> cluster.wallets().set(e);
      case MoneyProposed e -> proposed(e, actor, nowMs);
      case MoneyDecided e -> decided(e, actor, nowMs);
      case BudgetDefined e -> budgets.set(e.terms());
      case BudgetUseTold e -> budgets.told(e, nowMs);
      case DisputeOpened e -> disputes.opened(e, actor, nowMs);
      case DisputeAnswered e -> disputes.answered(e, actor);
      // The books alone know which runs are lost, long after their jobs are forgotten here.
      case LostRunsSeen _ -> {}
    }
  }

  MoneyImage image() {
    return new MoneyImage(
        List.copyOf(proposals.values()),
        items,
        classes,
        budgets.images(),
        disputes.image(),
        allowances.image(),
        contracts,
        billing,
        fiscalYears.changes(),
        payers.image());
  }

  void restore(MoneyImage image) {
    image.proposals().forEach(each -> proposals.put(each.id(), each));
    image.items().forEach(this::add);
    image.classes().forEach(this::add);
    image.budgets().forEach(budgets::restore);
    image.disputes().forEach(disputes::restore);
    allowances.restore(image.allowances());
    image.contracts().forEach(this::add);
    if (image.billing() != null) {
      state(image.billing());
    }
    image.fiscalYears().forEach(each -> fiscalYears = fiscalYears.with(each));
    payers.restore(image.payers());
  }

  private void state(BillingDefined stated) {
    billing = stated;
    fiscalYears = new FiscalYears(stated.fiscalYearStart(), fiscalYears.changes());
  }

  private void proposed(MoneyProposed event, Actor by, long nowMs) {
    require(event.proposal() == cluster.position(), "proposal " + event.proposal());
    proposals.put(
        event.proposal(),
        new Proposal(event.proposal(), by, nowMs, event.change(), event.reason()));
  }

  private void decided(MoneyDecided event, Actor by, long nowMs) {
    Proposal proposal = proposals.remove(event.proposal());
    require(proposal != null, "no proposal " + event.proposal() + " waits");
    require(
        proposal.change().getClass() == event.change().getClass(),
        "proposal " + event.proposal() + " is decided as another");
    if (!event.approved()) {
      return;
    }
    require(!proposal.by().equals(by), by + " approves what they proposed");
    require(
        !(event.change() instanceof MoneyChange.Refund refund && by.equals(refund.disputedBy())),
        by + " approves the refund of what they dispute");
    switch (event.change()) {
      case MoneyChange.Price(PriceItem item) -> {
        require(item.validFromMs() > 0, "a price before all time");
        add(new AgreedPrice(event.proposal(), item));
      }
      case MoneyChange.PriceEnd each -> end(each);
      case MoneyChange.TopUp each -> requireProject("money for", each.project());
      case MoneyChange.Correction each ->
          cluster.wallets().corrected(each.project(), each.amountMicro());
      case MoneyChange.CreditLine each ->
          cluster
              .wallets()
              .set(
                  new CreditLineSet(
                      each.project(), each.creditMicro(), each.currency(), event.reason()));
      case MoneyChange.StatementPaid each -> requireProject("a statement of", each.project());
      case MoneyChange.Refund each -> requireProject("a refund for", each.project());
      case MoneyChange.Budget each -> budgets.set(each.terms());
      case MoneyChange.RefundRule each -> allowances.add(each);
      // The bounds on every job are in a fact of their own.
      case MoneyChange.Conversion _,
          MoneyChange.TaxRate _,
          MoneyChange.CloseMonth _,
          MoneyChange.ArchiveMonth _,
          MoneyChange.JobBilling _ -> {}
      case MoneyChange.NewAllowance(Allowance each) -> {
        requireProject("core-hours of", each.project());
        require(each.coreMs() > 0, "an allowance of " + each.coreMs() + " core-milliseconds");
        allowances.add(event.proposal(), each, nowMs);
      }
      case MoneyChange.Contract(ContractTerms each) -> agreed(each);
      case MoneyChange.OrderOfAllowances each -> allowances.order(each.order());
      case MoneyChange.FiscalYear each -> {
        require(each.fromMs() > 0, "fiscal years from before all time");
        require(fiscalYears.admits(each), "two fiscal years of one name from " + each.month());
        fiscalYears = fiscalYears.with(each);
      }
      case MoneyChange.CustomerClass each -> {
        requireProject("a class of", each.project());
        add(each);
      }
      case MoneyChange.ProjectPayer each -> {
        requireProject("a payer of", each.project());
        payers.add(each);
      }
    }
  }

  private void requireProject(String what, ProjectName project) {
    require(cluster.accounts().project(project).isPresent(), what + " no project " + project);
  }

  private void add(AgreedPrice price) {
    items.add(price);
    cluster.policy().define(price);
  }

  /** What waited for money may be cheaper without it. */
  private void end(MoneyChange.PriceEnd each) {
    require(items.stream().anyMatch(each::isOf), "the end of no price " + each.price());
    require(each.fromMs() > 0, "the end of price " + each.price() + " before all time");
    items.replaceAll(price -> price.after(each));
    cluster.policy().end(each);
    cluster.newChance();
  }

  private void agreed(ContractTerms each) {
    require(
        cluster.accounts().project(each.project()).isPresent(),
        "a contract of no project " + each.project());
    add(each);
    cluster.newChance();
  }

  private void add(ContractTerms each) {
    contracts.add(each);
    cluster.policy().define(each);
  }

  private void add(MoneyChange.CustomerClass each) {
    classes.add(each);
    cluster.policy().define(each);
  }
}
