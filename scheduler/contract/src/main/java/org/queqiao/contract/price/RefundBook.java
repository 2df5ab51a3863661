package org.queqiao.contract.price;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.SlurmWord;

/**
 * The rules of refunds in the order of their approval. The one that began last holds, and of those
 * that began together the one that was approved last.
 */
public final class RefundBook {
  private static final BigInteger WHOLE = BigInteger.valueOf(1_000);
  private static final BigInteger HALF = BigInteger.valueOf(500);

  private final List<MoneyChange.RefundRule> rules = new ArrayList<>();

  public void add(MoneyChange.RefundRule rule) {
    rules.add(rule);
  }

  /** The rule for a run that ends for this cause; null for none. */
  private MoneyChange.RefundRule rule(RefundCause cause, long endMs) {
    MoneyChange.RefundRule best = null;
    for (MoneyChange.RefundRule each : rules) {
      boolean holds = each.cause() == cause && each.validFromMs() <= endMs;
      if (holds && (best == null || each.validFromMs() >= best.validFromMs())) {
        best = each;
      }
    }
    return best;
  }

  /** Whether a run that ends for this cause gets back of what it cost behind its checkpoint. */
  public boolean isSinceCheckpoint(RefundCause cause, long endMs) {
    MoneyChange.RefundRule rule = rule(cause, endMs);
    return rule != null && rule.sinceCheckpoint();
  }

  /**
   * What a run gets back of its cost, or of another amount that it took: rounded half up.
   *
   * @param whole what it took
   * @param behind what of it was behind its last checkpoint: all where it has none
   */
  public long refund(RefundCause cause, long endMs, long whole, long behind) {
    MoneyChange.RefundRule rule = rule(cause, endMs);
    return rule == null
        ? 0
        : BigInteger.valueOf(rule.sinceCheckpoint() ? behind : whole)
            .multiply(BigInteger.valueOf(rule.permille()))
            .add(HALF)
            .divide(WHOLE)
            .longValueExact();
  }

  /** All, in the order of their approval. */
  public List<MoneyChange.RefundRule> rules() {
    return Collections.unmodifiableList(rules);
  }

  /**
   * Why a run ended, where that was not its owner's doing. What an operator ended it for goes first
   * where a rule of that holds; else it is what the same end is without it.
   *
   * @param operator null for none
   * @param otherwise why it ended besides
   */
  public Optional<RefundCause> causeOf(
      OperatorCause operator, Optional<RefundCause> otherwise, long endMs) {
    if (operator == null) {
      return otherwise;
    }
    RefundCause cause =
        switch (operator) {
          case PLATFORM_FAULT -> RefundCause.PLATFORM_FAULT;
          case ADMINISTRATOR -> RefundCause.ADMINISTRATOR;
        };
    return rule(cause, endMs) == null ? otherwise : Optional.of(cause);
  }

  /** Why a job ended for good, where that was not its owner's doing. */
  public static Optional<RefundCause> causeOf(JobState state) {
    return switch (state) {
      case NODE_FAIL -> Optional.of(RefundCause.NODE_FAIL);
      case PREEMPTED -> Optional.of(RefundCause.PREEMPTED);
      default -> Optional.empty();
    };
  }

  /**
   * Why a run elsewhere ended, where that was not its owner's doing. Those of which nothing but
   * cores is known were recorded before there were refunds for them.
   */
  public static Optional<RefundCause> causeOf(ObservedRun run) {
    if (run.resources() == null) {
      return Optional.empty();
    }
    return run.detail().equals(SlurmWord.REQUEUED)
        ? Optional.of(RefundCause.REQUEUED)
        : causeOf(run.state());
  }

  /** Why a run ended whose job waits again, where that was not its owner's doing. */
  public static Optional<RefundCause> causeOf(KillCause cause) {
    return switch (cause) {
      case NODE_FAIL -> Optional.of(RefundCause.NODE_FAIL);
      case PREEMPTED, PREEMPTED_REQUEUED -> Optional.of(RefundCause.PREEMPTED);
      case REQUEUED -> Optional.of(RefundCause.REQUEUED);
      case CANCELLED, TIMEOUT, DEADLINE, RESERVATION -> Optional.empty();
    };
  }
}
