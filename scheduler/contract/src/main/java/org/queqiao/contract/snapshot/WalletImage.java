package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;

/**
 * The wallet of a project as the machine knows it.
 *
 * @param project whose
 * @param openedAt position of the first fact about it: all that moved it since is known
 * @param creditMicro its credit line
 * @param currency ISO 4217 code
 * @param toldAt position as of which the ledger has told its balance; -1 before that
 * @param toldMs logical time of that word; 0 before
 * @param balanceMicro that balance
 * @param mergedFrom the first position of the moves that are one by now; 0 when none are
 * @param moves what starts and ends of runs took and gave behind {@code toldAt}, by position
 * @param holds what is held for each of the runs that go on, by run
 */
public record WalletImage(
    ProjectName project,
    long openedAt,
    long creditMicro,
    String currency,
    long toldAt,
    long toldMs,
    long balanceMicro,
    long mergedFrom,
    List<Move> moves,
    List<Hold> holds) {
  public WalletImage {
    moves = List.copyOf(moves);
    holds = List.copyOf(holds);
  }

  /** What a fact took out (below zero) or gave back. */
  public record Move(long position, long amountMicro) {}

  /** What is held for a run. */
  public record Hold(RunId run, long amountMicro) {}
}
