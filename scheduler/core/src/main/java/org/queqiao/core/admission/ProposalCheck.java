package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.Proposal;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.AllowanceTable;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.MoneyTable;

/**
 * Prices and money changed by two people of finance: what one proposes another approves. What is
 * wrong is refused when it is proposed, and again when it is approved, because the site may be
 * another one by then. Nobody approves in whose favour it may be: not who proposed it, who disputed
 * the charge that it gives back, or who belongs to the project of which it changes the money.
 */
public final class ProposalCheck {
  private static final int MAX_REASON_CHARACTERS = 256;
  static final int MAX_TRANSACTION_CHARACTERS = 128;
  private static final int MAX_FACTORS = 12;
  private static final int MAX_NUMBER_CHARACTERS = 64;

  /** More than any machine gives in a hundred years. */
  private static final long MAX_CORE_MS = 1_000_000_000_000_000_000L;

  private static final int MAX_PERMILLE = 100_000;
  private static final int WHOLE = 1_000;
  private static final int MOST_TAX = 10_000;
  private static final int MINUTES_OF_DAY = 1_440;
  private static final int MOST_OFFSET_MINUTES = 14 * 60;

  private final Cluster cluster;
  private final Permissions permissions;

  public ProposalCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  /** Somebody proposes; the reply has the number of the proposal. */
  public Decision decide(Input.ProposeMoney input, long nowMs) {
    if (!permissions.permit(input.actor(), new Action.ChangeMoney())) {
      return Rejections.forbidden("only finance proposes changes of prices and money");
    }
    Optional<Decision> wrong = badReason(input.reason()).or(() -> wrong(input.change(), nowMs));
    if (wrong.isPresent()) {
      return wrong.get();
    }
    if (cluster.money().proposals().size() >= MoneyTable.MAX_PROPOSALS) {
      return Rejections.conflict(
          "", MoneyTable.MAX_PROPOSALS + " proposals wait already: decide on some first");
    }
    Optional<Decision> waits =
        MonthCheck.waits(input.change(), cluster)
            .or(() -> OneAtATime.waits(input.change(), cluster));
    if (waits.isPresent()) {
      return waits.get();
    }
    long number = cluster.position() + 1;
    MoneyChange change = RefundCheck.toldNow(input.change(), cluster);
    return new Decision(
        List.of(new Fact(input.actor(), new MoneyProposed(number, change, input.reason()))),
        new Reply.Proposed(number));
  }

  /** Another person approves or rejects; the proposer may withdraw, which is to reject. */
  public Decision decide(Input.DecideMoney input, long nowMs) {
    if (!permissions.permit(input.actor(), new Action.ChangeMoney())) {
      return Rejections.forbidden("only finance decides on changes of prices and money");
    }
    Optional<Decision> badReason = badReason(input.reason());
    if (badReason.isPresent()) {
      return badReason.get();
    }
    Proposal proposal = cluster.money().proposal(input.proposal()).orElse(null);
    if (proposal == null) {
      return Rejections.notFound(
          "proposal", "no proposal " + input.proposal() + " waits: it was decided, or never made");
    }
    if (!input.approve()) {
      return Decision.done(
          List.of(
              new Fact(
                  input.actor(),
                  new MoneyDecided(proposal.id(), false, proposal.change(), input.reason()))));
    }
    return partial(proposal, input.actor())
        .or(() -> wrong(proposal.change(), nowMs))
        .or(() -> RefundCheck.toldAgain(proposal.change(), cluster))
        .orElseGet(() -> approved(input.actor(), proposal, input.reason(), nowMs));
  }

  /** Why somebody has a part in a change and so does not approve it, or nothing. */
  private Optional<Decision> partial(Proposal proposal, Actor by) {
    String another = ": another person of finance must";
    if (proposal.by().equals(by)) {
      return Optional.of(
          Rejections.forbidden("who proposes a change does not approve it" + another));
    }
    if (proposal.change() instanceof MoneyChange.Refund refund && by.equals(refund.disputedBy())) {
      return Optional.of(
          Rejections.forbidden("who disputes a charge does not approve its refund" + another));
    }
    return PayerCheck.projectsOf(proposal.change(), cluster).stream()
        .filter(each -> isMember(by, each))
        .findFirst()
        .map(each ->
            Rejections.forbidden(
                "who belongs to project "
                    + each
                    + " does not approve what changes its money"
                    + another));
  }

  private boolean isMember(Actor by, ProjectName project) {
    return by.kind() == Actor.Kind.USER
        && cluster.accounts().rank(project, new UserName(by.name())).isPresent();
  }

  private Decision approved(Actor actor, Proposal proposal, String reason, long nowMs) {
    MoneyChange change = RefundCheck.toldNow(effective(proposal.change(), nowMs), cluster);
    List<Fact> facts = new ArrayList<>();
    if (change instanceof MoneyChange.JobBilling(boolean billed, boolean gate)) {
      // Before the decision: if the log is cut between the two, the proposal waits still.
      int maxAttempts = cluster.policy().jobPolicy().maxAttempts();
      facts.add(new Fact(actor, new JobPolicyDefined(maxAttempts, billed, gate)));
    }
    facts.add(new Fact(actor, new MoneyDecided(proposal.id(), true, change, reason)));
    if (change instanceof MoneyChange.TopUp topUp
        && cluster.wallets().find(topUp.project()).isEmpty()) {
      facts.add(MoneyCheck.opened(topUp.project(), topUp.currency()));
    }
    return Decision.done(facts);
  }

  /** What begins at once begins at the approval. */
  private static MoneyChange effective(MoneyChange change, long nowMs) {
    return switch (change) {
      case MoneyChange.Price(PriceItem item) when item.validFromMs() == 0 ->
          new MoneyChange.Price(item.from(nowMs));
      case MoneyChange.RefundRule each when each.validFromMs() == 0 ->
          new MoneyChange.RefundRule(each.cause(), each.permille(), nowMs, each.sinceCheckpoint());
      case MoneyChange.Conversion each when each.validFromMs() == 0 ->
          new MoneyChange.Conversion(
              each.nodeType(), each.resource(), each.device(), each.standardPermille(), nowMs);
      case MoneyChange.PriceEnd each -> PriceEndCheck.effective(each, nowMs);
      case MoneyChange.TaxRate each when each.validFromMs() == 0 ->
          new MoneyChange.TaxRate(each.basisPoints(), nowMs);
      case MoneyChange.NewAllowance(Allowance each) when each.validFromMs() == 0 ->
          new MoneyChange.NewAllowance(each.from(nowMs));
      case MoneyChange.Contract(ContractTerms each) when each.validFromMs() == 0 ->
          new MoneyChange.Contract(each.from(nowMs));
      case MoneyChange.CustomerClass each when each.validFromMs() == 0 ->
          new MoneyChange.CustomerClass(each.project(), each.customerClass(), nowMs);
      case MoneyChange.ProjectPayer each when each.validFromMs() == 0 ->
          new MoneyChange.ProjectPayer(each.project(), each.payer(), nowMs);
      default -> change;
    };
  }

  static Optional<Decision> badReason(String reason) {
    String problem = TextRules.problemOfLine(reason, MAX_REASON_CHARACTERS);
    return problem == null
        ? Optional.empty()
        : Optional.of(Rejections.invalid("reason", "the reason " + problem + ": say why"));
  }

  private Optional<Decision> wrong(MoneyChange change, long nowMs) {
    return switch (change) {
      case MoneyChange.TopUp each ->
          invalid(
                  each.amountMicro() <= 0 || each.amountMicro() > MoneyCheck.MAX_FUNDING_MICRO,
                  "amountMicro",
                  "an amount is from 1 to "
                      + MoneyCheck.MAX_FUNDING_MICRO
                      + " micro-units, not "
                      + each.amountMicro())
              .or(() -> wrongWallet(each, each.currency()));
      case MoneyChange.Correction each -> wrong(each);
      case MoneyChange.RefundRule each ->
          invalid(
                  each.permille() < 0 || each.permille() > WHOLE,
                  "permille",
                  "a refund is from 0 to 1000 thousandths of the cost, not " + each.permille())
              .or(() -> past("validFromMs", "a refund rule", each.validFromMs(), nowMs));
      case MoneyChange.TaxRate each -> wrong(each, nowMs);
      case MoneyChange.Price(PriceItem item) -> wrong(item, nowMs);
      case MoneyChange.PriceEnd each -> PriceEndCheck.wrong(each, nowMs, cluster);
      case MoneyChange.CustomerClass each -> wrong(each, nowMs);
      case MoneyChange.ProjectPayer each -> PayerCheck.wrong(each, nowMs, cluster);
      case MoneyChange.Contract(ContractTerms each) -> wrong(each, nowMs);
      case MoneyChange.NewAllowance(Allowance each) -> wrong(each, nowMs);
      case MoneyChange.OrderOfAllowances each ->
          invalid(
              !new TreeSet<>(each.order().kinds()).containsAll(List.of(AllowanceKind.values()))
                  || each.order().kinds().size() != AllowanceKind.values().length,
              "kinds",
              "an order names each kind once: " + List.of(AllowanceKind.values()));
      case MoneyChange.Conversion each ->
          PriceTermsCheck.wrong(each)
              .or(() -> past("validFromMs", "a conversion", each.validFromMs(), nowMs));
      case MoneyChange.Refund each ->
          RefundCheck.wrong(each, cluster).or(() -> wrongWallet(each, each.currency()));
      case MoneyChange.CreditLine each -> wrong(each);
      case MoneyChange.CloseMonth each -> MonthCheck.wrong(each, nowMs);
      case MoneyChange.StatementPaid each -> MonthCheck.wrong(each, cluster);
      case MoneyChange.ArchiveMonth each -> MonthCheck.wrong(each);
      case MoneyChange.FiscalYear each -> FiscalYearCheck.wrong(each, nowMs, cluster);
      case MoneyChange.JobBilling _ -> Optional.empty();
      case MoneyChange.Budget(BudgetTerms terms) ->
          BudgetCheck.wrong(cluster, terms, BudgetUnit.MONEY);
    };
  }

  private Optional<Decision> wrong(MoneyChange.CreditLine each) {
    return invalid(
            each.creditMicro() < 0 || each.creditMicro() > MoneyCheck.MAX_FUNDING_MICRO,
            "creditMicro",
            "a credit line is from 0 to "
                + MoneyCheck.MAX_FUNDING_MICRO
                + " micro-units, not "
                + each.creditMicro())
        .or(() -> wrongWallet(each, each.currency()));
  }

  private static Optional<Decision> wrong(MoneyChange.TaxRate each, long nowMs) {
    return invalid(
            each.basisPoints() < 0 || each.basisPoints() > MOST_TAX,
            "basisPoints",
            "a tax rate is from 0 to "
                + MOST_TAX
                + " hundredths of a per cent, not "
                + each.basisPoints())
        .or(() -> past("validFromMs", "a tax rate", each.validFromMs(), nowMs));
  }

  private Optional<Decision> wrong(MoneyChange.Correction each) {
    String problem = TextRules.problemOfLine(each.corrects(), MAX_TRANSACTION_CHARACTERS);
    return invalid(
            each.amountMicro() == 0
                || each.amountMicro() > MoneyCheck.MAX_FUNDING_MICRO
                || each.amountMicro() < -MoneyCheck.MAX_FUNDING_MICRO,
            "amountMicro",
            "a correction is not 0 and at most "
                + MoneyCheck.MAX_FUNDING_MICRO
                + " micro-units either way, not "
                + each.amountMicro())
        .or(() ->
            invalid(
                problem != null,
                "corrects",
                "the transaction " + problem + ": name the transaction that it corrects"))
        .or(() -> wrongWallet(each, each.currency()));
  }

  private Optional<Decision> wrong(Allowance each, long nowMs) {
    return invalid(
            cluster.accounts().project(each.project()).isEmpty(),
            "project",
            "there is no project " + each.project())
        .or(() ->
            invalid(
                each.coreMs() <= 0 || each.coreMs() > MAX_CORE_MS,
                "coreMs",
                "an allowance is from 1 to "
                    + MAX_CORE_MS
                    + " core-milliseconds, not "
                    + each.coreMs()))
        .or(() ->
            invalid(
                each.partition() != null && cluster.policy().partition(each.partition()).isEmpty(),
                "partition",
                "there is no partition " + each.partition()))
        .or(() -> past("validFromMs", "an allowance", each.validFromMs(), nowMs))
        .or(() ->
            invalid(
                each.validToMs() != 0 && each.validToMs() <= Math.max(nowMs, each.validFromMs()),
                "validToMs",
                "an allowance ends after it begins and not in the past; 0 is no end"))
        .or(() ->
            cluster.money().allowances().held(nowMs) < AllowanceTable.MAX
                ? Optional.empty()
                : Optional.of(
                    Rejections.conflict(
                        "",
                        "there are " + AllowanceTable.MAX + " allowances that hold, the most")));
  }

  private Optional<Decision> wrong(ContractTerms each, long nowMs) {
    String number = TextRules.problemOfLine(each.number(), MAX_NUMBER_CHARACTERS);
    String documents =
        each.documents().isEmpty()
            ? null
            : TextRules.problemOfLine(each.documents(), MAX_REASON_CHARACTERS);
    return invalid(
            cluster.accounts().project(each.project()).isEmpty(),
            "project",
            "there is no project " + each.project())
        .or(() -> invalid(number != null, "number", "the number of the contract " + number))
        .or(() -> PriceTermsCheck.wrongWord("customerClass", each.customerClass()))
        .or(() -> past("validFromMs", "a contract", each.validFromMs(), nowMs))
        .or(() ->
            invalid(
                each.validToMs() != 0 && each.validToMs() <= Math.max(nowMs, each.validFromMs()),
                "validToMs",
                "a contract ends after it begins and not in the past; 0 is no end"))
        .or(() -> invalid(documents != null, "documents", "the documents: the text " + documents))
        .or(() ->
            cluster.money().contracts().size() < MoneyTable.MAX_CONTRACTS
                ? Optional.empty()
                : Optional.of(
                    Rejections.conflict(
                        "",
                        "there are "
                            + MoneyTable.MAX_CONTRACTS
                            + " contracts, the most there may be")));
  }

  private Optional<Decision> wrong(MoneyChange.CustomerClass each, long nowMs) {
    return invalid(
            cluster.accounts().project(each.project()).isEmpty(),
            "project",
            "there is no project " + each.project())
        .or(() -> PriceTermsCheck.wrongWord("customerClass", each.customerClass()))
        .or(() -> past("validFromMs", "a class of customers", each.validFromMs(), nowMs))
        .or(() ->
            cluster.money().classes().size() < MoneyTable.MAX_CLASSES
                ? Optional.empty()
                : Optional.of(
                    Rejections.conflict(
                        "",
                        "there are "
                            + MoneyTable.MAX_CLASSES
                            + " classes of customers, the most there may be")));
  }

  private Optional<Decision> wrongWallet(MoneyChange change, String currency) {
    return invalid(
            cluster.accounts().project(change.wallet()).isEmpty(),
            "project",
            "there is no project " + change.wallet())
        .or(() -> SiteCurrency.wrong(cluster, currency));
  }

  private Optional<Decision> wrong(PriceItem item, long nowMs) {
    return invalid(
            item.partition() != null
                && cluster.policy().partition(item.partition()).isEmpty()
                && !item.partition().isElsewhere(),
            "partition",
            "there is no partition " + item.partition())
        .or(() ->
            invalid(
                item.qos() != null && cluster.priorities().qos(item.qos()).isEmpty(),
                "qos",
                "there is no quality of service " + item.qos()))
        .or(() ->
            invalid(
                item.microPerCoreHour() < 0 || item.microPerCoreHour() > MoneyCheck.MAX_PRICE_MICRO,
                "microPerCoreHour",
                "a price is from 0 to "
                    + MoneyCheck.MAX_PRICE_MICRO
                    + " micro-units, not "
                    + item.microPerCoreHour()))
        .or(() ->
            isBeforeItsHistory(item)
                ? Optional.empty()
                : past("validFromMs", "a price", item.validFromMs(), nowMs))
        .or(() ->
            invalid(
                item.validToMs() != 0 && item.validToMs() <= Math.max(nowMs, item.validFromMs()),
                "validToMs",
                "a price ends after it begins and not in the past; 0 is no end"))
        .or(() -> wrongFactors(item))
        .or(() -> PriceTermsCheck.wrong(item.terms()))
        .or(() -> PriceTermsCheck.wrongReserved(item))
        .or(() ->
            cluster.money().items().size() < MoneyTable.MAX_ITEMS
                ? Optional.empty()
                : Optional.of(
                    Rejections.conflict(
                        "",
                        "there are " + MoneyTable.MAX_ITEMS + " prices, the most there may be")))
        .or(() -> SiteCurrency.wrong(cluster, item.currency()));
  }

  private static Optional<Decision> wrongFactors(PriceItem item) {
    int offset = item.utcOffsetMinutes();
    boolean[] taken = new boolean[MINUTES_OF_DAY];
    boolean shape = item.factors().size() <= MAX_FACTORS;
    boolean apart = true;
    for (DayFactor each : item.factors()) {
      boolean good =
          each.fromMinute() >= 0
              && each.fromMinute() < each.toMinute()
              && each.toMinute() <= MINUTES_OF_DAY
              && each.permille() >= 0
              && each.permille() <= MAX_PERMILLE;
      shape &= good;
      for (int minute = each.fromMinute(); good && minute < each.toMinute(); minute++) {
        apart &= !taken[minute];
        taken[minute] = true;
      }
    }
    return invalid(
            offset < -MOST_OFFSET_MINUTES || offset > MOST_OFFSET_MINUTES,
            "utcOffsetMinutes",
            "a clock is at most 840 minutes from UTC, not " + offset)
        .or(
            ofFactors(
                !shape,
                "at most 12 factors, each from a minute to a later one of 0 to 1440, and of 0 to"
                    + " 100000 thousandths"))
        .or(ofFactors(!apart, "two factors hold at the same minute of the day"))
        .or(
            ofFactors(
                !item.isExact(),
                "the price times a factor is not a whole number of micro-units: choose another"
                    + " price"));
  }

  private static java.util.function.Supplier<Optional<Decision>> ofFactors(
      boolean wrong, String message) {
    return () -> invalid(wrong, "factors", message);
  }

  /** Before the first run of a cluster elsewhere is recorded, a price of it may be of any time. */
  private boolean isBeforeItsHistory(PriceItem item) {
    return item.partition() != null
        && item.partition().isElsewhere()
        && !cluster.observed().knows(item.partition());
  }

  static Optional<Decision> past(String field, String what, long fromMs, long nowMs) {
    return invalid(
        fromMs != 0 && fromMs < nowMs,
        field,
        what
            + " cannot begin in the past ("
            + fromMs
            + ", now is "
            + nowMs
            + "): what was before stays as it was; 0 begins at the approval");
  }

  static Optional<Decision> invalid(boolean wrong, String field, String message) {
    return wrong ? Optional.of(Rejections.invalid(field, message)) : Optional.empty();
  }
}
