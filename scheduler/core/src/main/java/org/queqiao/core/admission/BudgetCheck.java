package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.BudgetTable;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Purse;
import org.queqiao.core.state.Wallet;

/** Budgets of core time by one person, the checks of all of them, and what the ledger tells. */
public final class BudgetCheck {
  /** A thousand million core-hours. */
  private static final long MAX_CORE_MS = 3_600_000_000_000_000L;

  private static final Pattern MONTH = Pattern.compile("[0-9]{4}-(0[1-9]|1[0-2])");

  private final Cluster cluster;
  private final Permissions permissions;

  public BudgetCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  /** Finance sets any, managers of a project those of its users. */
  public Decision decide(Input.DefineBudget input) {
    BudgetTerms terms = input.terms();
    Purse before = cluster.money().budgets().find(terms.name()).orElse(null);
    boolean ofUser = terms.user() != null && (before == null || before.terms().user() != null);
    if (!permissions.permit(input.actor(), new Action.SetBudget(terms.project(), ofUser))) {
      return Rejections.forbidden(
          "finance sets budgets, and managers of a project those of its users in core time");
    }
    Optional<Decision> wrong =
        ProposalCheck.badReason(input.reason())
            .or(() -> wrong(cluster, terms, BudgetUnit.CORE_TIME));
    if (wrong.isPresent()) {
      return wrong.get();
    }
    return before != null && before.terms().equals(terms)
        ? Decision.unchanged()
        : Decision.done(List.of(new Fact(input.actor(), new BudgetDefined(terms, input.reason()))));
  }

  /** What the ledger tells is taken as it is; what is known better already is left out. */
  public Decision decide(Input.TellBudgetUse input) {
    List<Fact> facts = new ArrayList<>();
    for (BudgetUseTold each : input.words()) {
      Purse purse = cluster.money().budgets().find(each.budget()).orElse(null);
      if (purse != null && each.asOfPosition() <= cluster.position() && says(each, purse)) {
        facts.add(new Fact(Actor.SCHEDULER, each));
      }
    }
    return Decision.done(facts);
  }

  private static boolean says(BudgetUseTold word, Purse purse) {
    Wallet counted = purse.counted();
    long position = word.asOfPosition();
    return counted.hears(position)
            && counted.learns(position, word.left(), purse.terms().currency())
        || counted.hearsAnew(position, word.left());
  }

  /** Why a budget cannot be so, or nothing. */
  static Optional<Decision> wrong(Cluster cluster, BudgetTerms terms, BudgetUnit unit) {
    BudgetTable budgets = cluster.money().budgets();
    Purse before = budgets.find(terms.name()).orElse(null);
    return invalid(
            terms.unit() != unit,
            "unit",
            "budgets of money are proposed and approved by two people, those of core time are set")
        .or(() ->
            invalid(
                cluster.accounts().project(terms.project()).isEmpty(),
                "project",
                "there is no project " + terms.project()))
        .or(() ->
            invalid(
                terms.user() != null && cluster.accounts().account(terms.user()).isEmpty(),
                "user",
                "there is no user " + terms.user()))
        .or(() -> wrongAmounts(terms))
        .or(() -> wrongPeriod(terms))
        .or(() ->
            unit == BudgetUnit.MONEY
                ? SiteCurrency.wrong(cluster, terms.currency())
                : invalid(!terms.currency().isEmpty(), "currency", "core time has no currency"))
        .or(() -> wrongPlace(budgets, before, terms));
  }

  private static Optional<Decision> wrongAmounts(BudgetTerms terms) {
    long most = terms.unit() == BudgetUnit.MONEY ? MoneyCheck.MAX_FUNDING_MICRO : MAX_CORE_MS;
    return invalid(
            terms.amount() < 0 || terms.amount() > most,
            "amount",
            "an amount is from 0 to " + most + ", not " + terms.amount())
        .or(() ->
            invalid(
                terms.overdraft() < 0 || terms.overdraft() > most,
                "overdraft",
                "an overdraft is from 0 to " + most + ", not " + terms.overdraft()));
  }

  private static Optional<Decision> wrongPeriod(BudgetTerms terms) {
    boolean monthly = terms.fromMonth().isEmpty() && terms.toMonth().isEmpty();
    boolean months =
        MONTH.matcher(terms.fromMonth()).matches() && MONTH.matcher(terms.toMonth()).matches();
    return invalid(
            !monthly && !months,
            "fromMonth",
            "a period is from a month to a month, each as 2026-04; without both each month is one")
        .or(() ->
            invalid(
                terms.fromMonth().compareTo(terms.toMonth()) > 0,
                "toMonth",
                "the last month, " + terms.toMonth() + ", is before the first"));
  }

  private static Optional<Decision> wrongPlace(
      BudgetTable budgets, Purse before, BudgetTerms terms) {
    if (before != null) {
      return invalid(
          !before.terms().project().equals(terms.project())
              || before.terms().unit() != terms.unit(),
          "name",
          "budget "
              + terms.name()
              + " is one of project "
              + before.terms().project()
              + " in "
              + before.terms().unit()
              + ": choose another name");
    }
    if (terms.ended()) {
      return Optional.of(Rejections.notFound("name", "there is no budget " + terms.name()));
    }
    boolean full =
        budgets.size() >= BudgetTable.MAX_BUDGETS
            || budgets.of(terms.project()).size() >= BudgetTable.MAX_OF_PROJECT;
    return full
        ? Optional.of(
            Rejections.conflict(
                "",
                "there are "
                    + BudgetTable.MAX_OF_PROJECT
                    + " budgets of a project and "
                    + BudgetTable.MAX_BUDGETS
                    + " in all at most: end some first"))
        : Optional.empty();
  }

  private static Optional<Decision> invalid(boolean wrong, String field, String message) {
    return wrong ? Optional.of(Rejections.invalid(field, message)) : Optional.empty();
  }
}
