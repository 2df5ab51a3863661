package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;

/**
 * Which projects are paid for by others.
 *
 * @param words approved, in the order of their approval
 * @param runs those that go on and are paid from another wallet than that of their project
 */
public record PayersImage(List<MoneyChange.ProjectPayer> words, List<PaidRun> runs) {
  /** Every project has always paid for itself. */
  public static final PayersImage NONE = new PayersImage(List.of(), List.of());

  public PayersImage {
    words = List.copyOf(words);
    runs = List.copyOf(runs);
  }

  /** A run and whose wallet pays for it until its end. */
  public record PaidRun(RunId run, ProjectName payer) {}
}
