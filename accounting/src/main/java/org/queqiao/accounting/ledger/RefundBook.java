package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;

/**
 * The rules of refunds in the order of their approval. The one that began last holds, and of those
 * that began together the one that was approved last.
 */
public final class RefundBook {
  private static final BigInteger WHOLE = BigInteger.valueOf(1_000);

  private final List<MoneyChange.RefundRule> rules = new ArrayList<>();

  public void add(MoneyChange.RefundRule rule) {
    rules.add(rule);
  }

  /** How many thousandths of its cost a run gets back that ends for this cause. */
  private int permille(RefundCause cause, long endMs) {
    MoneyChange.RefundRule best = null;
    for (MoneyChange.RefundRule each : rules) {
      boolean holds = each.cause() == cause && each.validFromMs() <= endMs;
      if (holds && (best == null || each.validFromMs() >= best.validFromMs())) {
        best = each;
      }
    }
    return best == null ? 0 : best.permille();
  }

  /** What a run gets back of its cost: rounded half up, never more than it cost. */
  public long refundMicro(RefundCause cause, long endMs, long costMicro) {
    return LineTotal.roundHalfUp(
            BigInteger.valueOf(costMicro).multiply(BigInteger.valueOf(permille(cause, endMs))),
            WHOLE)
        .longValueExact();
  }

  /** Why a job ended for good, where that was not its owner's doing. */
  static Optional<RefundCause> causeOf(JobState state) {
    return switch (state) {
      case NODE_FAIL -> Optional.of(RefundCause.NODE_FAIL);
      case PREEMPTED -> Optional.of(RefundCause.PREEMPTED);
      default -> Optional.empty();
    };
  }

  /** Why a run ended whose job waits again, where that was not its owner's doing. */
  static Optional<RefundCause> causeOf(KillCause cause) {
    return switch (cause) {
      case NODE_FAIL -> Optional.of(RefundCause.NODE_FAIL);
      case PREEMPTED, PREEMPTED_REQUEUED -> Optional.of(RefundCause.PREEMPTED);
      case REQUEUED -> Optional.of(RefundCause.REQUEUED);
      case CANCELLED, TIMEOUT, DEADLINE -> Optional.empty();
    };
  }
}
