package org.queqiao.accounting.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.budget.BudgetTeller.Need;
import org.queqiao.accounting.ledger.Budget;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;

/** When the scheduler is told of a wallet, and when not. */
final class BudgetTellerTest {
  private static final ProjectName CLIMATE = new ProjectName("climate");
  private final BudgetTeller teller = new BudgetTeller();

  private static List<Budget> balance(long micro) {
    return List.of(new Budget(CLIMATE, "CNY", micro, 0));
  }

  private static BudgetTold word(long micro, long position) {
    return new BudgetTold(CLIMATE, micro, "CNY", position);
  }

  private Need takes(long position, Event event) {
    return teller.taken(List.of(new LoggedEvent(position, 1, 0, Actor.SCHEDULER, event)));
  }

  @Test
  void aWalletIsToldAtOnceAndAgainWhenTheFirstWordIsInTheBooks() {
    assertThat(teller.due(balance(5), 10, false)).containsExactly(word(5, 10));
    assertThat(teller.due(balance(5), 11, false)).isEmpty();
    assertThat(takes(12, word(5, 10))).isEqualTo(Need.NOW);
    assertThat(teller.due(balance(5), 12, false)).containsExactly(word(5, 12));
    assertThat(takes(13, word(5, 12))).isEqualTo(Need.NONE);
    assertThat(teller.due(balance(5), 13, false)).isEmpty();
  }

  @Test
  void onlyAnotherBalanceIsToldAgain() {
    takes(1, word(0, 0));
    assertThat(teller.due(balance(5), 1, false)).containsExactly(word(5, 1));
    assertThat(teller.due(balance(5), 2, false)).isEmpty();
    assertThat(teller.due(balance(-3), 3, false)).containsExactly(word(-3, 3));
    assertThat(teller.due(balance(-3), 4, false)).isEmpty();
  }

  @Test
  void moneyIsUrgentAndWhatRunsMoveCanWait() {
    RunId run = new RunId(new JobId(1), 1);
    assertThat(takes(1, new WalletFunded(CLIMATE, 5, "CNY", "grant"))).isEqualTo(Need.NOW);
    assertThat(takes(2, new JobAllocated(run, List.of()))).isEqualTo(Need.SOON);
  }

  /** A start took as much as came in: the scheduler knows of the start and not of the money. */
  @Test
  void moneyIsToldAlsoWhenTheBalanceIsTheOldOne() {
    takes(1, word(0, 0));
    assertThat(teller.due(balance(5), 1, false)).containsExactly(word(5, 1));
    takes(2, new JobAllocated(new RunId(new JobId(1), 1), List.of()));
    takes(3, new WalletFunded(CLIMATE, 5, "CNY", "grant"));
    assertThat(teller.due(balance(5), 3, false)).containsExactly(word(5, 3));
    assertThat(teller.due(balance(5), 4, false)).isEmpty();
  }

  /** Which old balance the scheduler knows already is its own to say. */
  @Test
  void whereRunsHaveMovedMoneyAllIsToldAlsoWhatCameBackToAnOldValue() {
    takes(1, word(0, 0));
    teller.due(balance(5), 1, teller.takeMoved());
    RunId run = new RunId(new JobId(1), 1);
    takes(2, new JobAllocated(run, List.of()));
    takes(3, new JobEnded(run.job(), 1, JobState.NODE_FAIL, 9, null, false, ""));
    assertThat(teller.takeMoved()).isTrue();
    assertThat(teller.due(balance(5), 3, true)).containsExactly(word(5, 3));
    assertThat(teller.takeMoved()).isFalse();
    assertThat(teller.due(balance(5), 4, false)).isEmpty();
    teller.moved();
    assertThat(teller.takeMoved()).isTrue();
  }

  @Test
  void whatWasLostIsDueAgain() {
    takes(1, word(0, 0));
    List<BudgetTold> words = teller.due(balance(5), 1, false);
    teller.lost(words);
    assertThat(teller.due(balance(5), 2, false)).containsExactly(word(5, 2));
  }
}
