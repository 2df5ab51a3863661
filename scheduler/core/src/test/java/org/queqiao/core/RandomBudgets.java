package org.queqiao.core;

import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Input;

/** Budgets that people set, sensible or not, and what a ledger says of them; all by chance. */
final class RandomBudgets {
  private static final int ONE_OF = 12;
  private final SplittableRandom random;

  RandomBudgets(SplittableRandom random) {
    this.random = random;
  }

  /** What comes beside everything else now, mostly nothing. */
  Optional<Input> next(SchedulerStory story) {
    if (random.nextInt(ONE_OF) != 0) {
      return Optional.empty();
    }
    BudgetName name = new BudgetName("b" + random.nextInt(3));
    long position = story.machine.state().position() - random.nextInt(3);
    return Optional.of(
        switch (random.nextInt(4)) {
          case 0 -> new Input.DefineBudget(actor(), terms(name, BudgetUnit.CORE_TIME), "fair");
          case 1 ->
              new Input.ProposeMoney(
                  actor(), new MoneyChange.Budget(terms(name, BudgetUnit.MONEY)), "fair");
          default ->
              new Input.TellBudgetUse(
                  List.of(new BudgetUseTold(name, random.nextLong(-1_000, 40_000_000), position)));
        });
  }

  private Actor actor() {
    return user(List.of("finance1", "finance1", "liwei", "zhangmin").get(random.nextInt(4)));
  }

  private BudgetTerms terms(BudgetName name, BudgetUnit unit) {
    boolean year = random.nextBoolean();
    return new BudgetTerms(
        name,
        CLIMATE,
        random.nextBoolean() ? new UserName("liwei") : null,
        unit,
        random.nextLong(40_000_000),
        random.nextBoolean() ? 0 : random.nextLong(4_000_000),
        unit == BudgetUnit.MONEY ? "CNY" : "",
        year ? "2026-04" : "",
        year ? random.nextBoolean() ? "2027-03" : "2026-03" : "",
        random.nextInt(4) == 0);
  }
}
