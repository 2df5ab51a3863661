package org.queqiao.accounting.budget;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.accounting.ledger.Budget;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;

/**
 * Decides which wallets the scheduler must hear of. Each is told once it is known; once more when
 * the books have taken in the first word, because the first one only opens the account; and then
 * whenever the balance is another one. Where runs have moved money, all are told: the books may
 * have come back to an old balance while the scheduler counted on, and only it knows where it did.
 */
public final class BudgetTeller {
  private final TreeMap<ProjectName, Long> told = new TreeMap<>();

  /** Wallets of which a word is in the books: they may be told for good. */
  private final TreeSet<ProjectName> heard = new TreeSet<>();

  private final TreeSet<ProjectName> settled = new TreeSet<>();

  /** Wallets that got money: what a start took may have made the balance the old one again. */
  private final TreeSet<ProjectName> paidIn = new TreeSet<>();

  private boolean moved;

  /** How much it matters that wallets are told again. */
  public enum Need {
    /** Nothing has moved. */
    NONE,
    /** Runs have moved money, which the scheduler counts by itself; the exact sum can wait. */
    SOON,
    /** There is money that the scheduler does not know of. */
    NOW
  }

  /** Takes note of what is in the books now. */
  public synchronized Need taken(List<LoggedEvent> events) {
    Need need = Need.NONE;
    for (LoggedEvent logged : events) {
      Need one =
          switch (logged.event()) {
            case WalletFunded e -> paidIn(e.project());
            case CreditLineSet e -> paidIn(e.project());
            case MoneyDecided e when e.approved() && e.change().wallet() != null ->
                paidIn(e.change().wallet());
            case BudgetDefined _ -> Need.NOW;
            case MoneyDecided e when e.approved() && e.change() instanceof MoneyChange.Budget ->
                Need.NOW;
            case BudgetTold e -> heard.add(e.project()) ? Need.NOW : Need.NONE;
            case JobAllocated _, JobEnded _, JobRequeued _, JobChanged _ -> Need.SOON;
            case RunObserved _, RunImported _ -> Need.SOON;
            default -> Need.NONE;
          };
      moved |= one == Need.SOON;
      need = one.compareTo(need) > 0 ? one : need;
    }
    return need;
  }

  /** Whether runs have moved money since this was asked last. */
  public synchronized boolean takeMoved() {
    boolean before = moved;
    moved = false;
    return before;
  }

  /** Runs have moved money: it was asked for, and could not be told. */
  public synchronized void moved() {
    moved = true;
  }

  private Need paidIn(ProjectName project) {
    paidIn.add(project);
    return Need.NOW;
  }

  /**
   * What to tell.
   *
   * @param budgets every wallet as of one position
   * @param all whether runs have moved money: the scheduler leaves out what it knows
   */
  public synchronized List<BudgetTold> due(List<Budget> budgets, long position, boolean all) {
    List<BudgetTold> out = new ArrayList<>();
    for (Budget each : budgets) {
      Long before = told.put(each.project(), each.balanceMicro());
      boolean first = heard.contains(each.project()) && settled.add(each.project());
      boolean paid = paidIn.remove(each.project());
      if (all || first || paid || before == null || before != each.balanceMicro()) {
        out.add(new BudgetTold(each.project(), each.balanceMicro(), each.currency(), position));
      }
    }
    return out;
  }

  /** What was told did not arrive: it is due again. */
  public synchronized void lost(List<BudgetTold> words) {
    for (BudgetTold each : words) {
      told.remove(each.project());
      settled.remove(each.project());
    }
  }
}
