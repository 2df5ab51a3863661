package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Wallet;

/** Prices and funding. Amounts are integers in micro-units; a price never changes the past. */
public final class MoneyCheck {
  /** A million units of the currency per core-hour: above any price, below any overflow. */
  static final long MAX_PRICE_MICRO = 1_000_000_000_000L;

  /** A thousand million units of the currency at once. */
  static final long MAX_FUNDING_MICRO = 1_000_000_000_000_000L;

  private static final int MAX_ZONE_CHARACTERS = 64;
  private static final int MAX_REASON_CHARACTERS = 256;

  private final Cluster cluster;
  private final Permissions permissions;

  public MoneyCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  public Decision decide(Input.DefineTariff input, long nowMs) {
    TariffDefined tariff = input.tariff();
    if (!permissions.permit(input.actor(), new Action.DefineTariff())) {
      return Rejections.forbidden("only finance sets prices");
    }
    if (cluster.policy().partition(tariff.partition()).isEmpty()
        && !tariff.partition().isElsewhere()) {
      return Rejections.invalid("partition", "there is no partition " + tariff.partition());
    }
    if (tariff.priceMicroPerCoreHour() < 0 || tariff.priceMicroPerCoreHour() > MAX_PRICE_MICRO) {
      return Rejections.invalid(
          "priceMicroPerCoreHour",
          "a price is from 0 to "
              + MAX_PRICE_MICRO
              + " micro-units, not "
              + tariff.priceMicroPerCoreHour());
    }
    Optional<Decision> wrong = SiteCurrency.wrong(cluster, tariff.currency());
    if (wrong.isPresent()) {
      return wrong.get();
    }
    long validFromMs = tariff.validFromMs() == 0 ? nowMs : tariff.validFromMs();
    if (validFromMs < nowMs) {
      return Rejections.invalid(
          "validFromMs",
          "a price cannot begin in the past ("
              + validFromMs
              + ", now is "
              + nowMs
              + "): what ran before keeps its price; 0 begins at once");
    }
    TariffDefined effective =
        new TariffDefined(
            tariff.partition(), tariff.priceMicroPerCoreHour(), tariff.currency(), validFromMs);
    for (TariffDefined each : cluster.policy().tariffsOf(tariff.partition())) {
      if (each.validFromMs() == validFromMs) {
        return each.equals(effective)
            ? Decision.unchanged()
            : Rejections.conflict(
                "validFromMs",
                "partition "
                    + tariff.partition()
                    + " has another price from this instant on:"
                    + " choose another instant");
      }
    }
    return Decision.done(List.of(new Fact(input.actor(), effective)));
  }

  /** Decides on what is said at the first start of a site. */
  public Decision ofFirstStart(Input input) {
    return input instanceof Input.DefineBilling billing
        ? decide(billing)
        : decide((Input.FundWallet) input);
  }

  /**
   * The calendar and the currency are stated once: said otherwise, the same log would make other
   * bills. Until there is a job, a price, a budget or money they change nothing and may be said
   * anew. The month with which fiscal years begin two people change: a configuration that names
   * another one that they agreed on is no other word.
   */
  private Decision decide(Input.DefineBilling input) {
    BillingDefined said = input.billing();
    if (input.actor().kind() != Actor.Kind.LOCAL_OWNER) {
      return Rejections.forbidden("the configuration says by which calendar bills are made");
    }
    Optional<Decision> wrongStart = FiscalYearCheck.wrongStart(said.fiscalYearStart());
    if (wrongStart.isPresent()) {
      return wrongStart.get();
    }
    String problem = TextRules.problemOfLine(said.zone(), MAX_ZONE_CHARACTERS);
    if (problem != null) {
      return Rejections.invalid("zone", "the time zone " + problem + ": name one");
    }
    BillingDefined stated = cluster.money().billing().orElse(null);
    FiscalYears years = cluster.money().fiscalYears();
    if (stated != null && FiscalYearCheck.isAgreed(said, stated, years)) {
      return Decision.done(List.of());
    }
    boolean nothingYet =
        cluster.lastJobId() == 0
            && cluster.policy().tariffs().isEmpty()
            && cluster.money().items().isEmpty()
            && cluster.money().contracts().isEmpty()
            && years.changes().isEmpty()
            && cluster.money().budgets().size() == 0
            && cluster.wallets().all().isEmpty();
    if (stated != null && !nothingYet) {
      return Rejections.conflict(
          "billing",
          "bills here are made by zone "
              + stated.zone()
              + ", with fiscal years from month "
              + FiscalYearCheck.words(years)
              + " and in "
              + stated.currency()
              + ": said otherwise, the same log would make other bills");
    }
    return SiteCurrency.wrongAtFirst(cluster, said.currency())
        .orElseGet(() -> Decision.done(List.of(new Fact(input.actor(), said))));
  }

  private Decision decide(Input.FundWallet input) {
    WalletFunded funding = input.funding();
    if (!permissions.permit(input.actor(), new Action.FundWallet())) {
      return Rejections.forbidden("only finance funds wallets");
    }
    if (cluster.accounts().project(funding.project()).isEmpty()) {
      return Rejections.invalid("project", "there is no project " + funding.project());
    }
    if (funding.amountMicro() <= 0 || funding.amountMicro() > MAX_FUNDING_MICRO) {
      return Rejections.invalid(
          "amountMicro",
          "an amount is from 1 to "
              + MAX_FUNDING_MICRO
              + " micro-units, not "
              + funding.amountMicro());
    }
    String problem = TextRules.problemOfLine(funding.reason(), MAX_REASON_CHARACTERS);
    if (problem != null) {
      return Rejections.invalid("reason", "the reason " + problem + ": say why");
    }
    return SiteCurrency.wrong(cluster, funding.currency())
        .orElseGet(() -> funded(input.actor(), funding));
  }

  /** From the first money on a project pays before; what it has the ledger says. */
  private Decision funded(Actor actor, WalletFunded funding) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact(actor, funding));
    if (cluster.wallets().find(funding.project()).isEmpty()) {
      facts.add(opened(funding.project(), funding.currency()));
    }
    return Decision.done(facts);
  }

  /** The first word about a wallet, which closes its gate. */
  static Fact opened(ProjectName project, String currency) {
    return new Fact(Actor.SCHEDULER, new BudgetTold(project, 0, currency, 0));
  }

  public Decision decide(Input.SetCreditLine input) {
    CreditLineSet line = input.line();
    if (!permissions.permit(input.actor(), new Action.FundWallet())) {
      return Rejections.forbidden("only finance sets credit lines");
    }
    if (cluster.accounts().project(line.project()).isEmpty()) {
      return Rejections.invalid("project", "there is no project " + line.project());
    }
    if (line.creditMicro() < 0 || line.creditMicro() > MAX_FUNDING_MICRO) {
      return Rejections.invalid(
          "creditMicro",
          "a credit line is from 0 to "
              + MAX_FUNDING_MICRO
              + " micro-units, not "
              + line.creditMicro());
    }
    String problem = TextRules.problemOfLine(line.reason(), MAX_REASON_CHARACTERS);
    if (problem != null) {
      return Rejections.invalid("reason", "the reason " + problem + ": say why");
    }
    Optional<Wallet> wallet = cluster.wallets().find(line.project());
    boolean same =
        wallet
            .filter(each ->
                each.creditMicro() == line.creditMicro() && each.currency().equals(line.currency()))
            .isPresent();
    return SiteCurrency.wrong(cluster, line.currency())
        .orElseGet(() ->
            same ? Decision.unchanged() : Decision.done(List.of(new Fact(input.actor(), line))));
  }

  /** What the ledger tells is taken as it is; what is known better already is left out. */
  public Decision decide(Input.TellBudgets input) {
    List<Fact> facts = new ArrayList<>();
    for (BudgetTold each : input.budgets()) {
      Optional<Wallet> wallet = cluster.wallets().find(each.project());
      boolean known = cluster.accounts().project(each.project()).isPresent();
      boolean newer = wallet.map(old -> says(each, old)).orElse(true);
      boolean sane = each.asOfPosition() >= 0 && each.asOfPosition() <= cluster.position();
      if (known && newer && sane) {
        facts.add(new Fact(Actor.SCHEDULER, each));
      }
    }
    return Decision.done(facts);
  }

  private static boolean says(BudgetTold word, Wallet wallet) {
    long position = word.asOfPosition();
    return position > wallet.toldAt()
        && wallet.learns(position, word.balanceMicro(), word.currency());
  }
}
