package org.queqiao.accounting.budget;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.id.BudgetName;

/**
 * Decides of which budgets the scheduler must hear: of each once it is set, and then whenever
 * another amount is left of it, or runs have moved something.
 */
public final class UseTeller {
  private record Told(long left, long position) {}

  private final TreeMap<BudgetName, Told> told = new TreeMap<>();

  /**
   * What to tell.
   *
   * @param uses every budget as of one position
   * @param all whether runs have moved something: the scheduler leaves out what it knows
   */
  public synchronized List<BudgetUseTold> due(List<BudgetUse> uses, long position, boolean all) {
    List<BudgetUseTold> out = new ArrayList<>();
    for (BudgetUse each : uses) {
      Told now = new Told(each.left(), each.position());
      boolean same = now.equals(told.put(each.terms().name(), now));
      if (all || !same) {
        out.add(new BudgetUseTold(each.terms().name(), now.left(), position));
      }
    }
    return out;
  }

  /** What was told did not arrive: it is due again. */
  public synchronized void lost(List<BudgetUseTold> words) {
    words.forEach(each -> told.remove(each.budget()));
  }
}
