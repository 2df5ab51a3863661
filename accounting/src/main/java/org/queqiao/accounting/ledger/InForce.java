package org.queqiao.accounting.ledger;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;

/**
 * What two people agreed on and how it stands at an instant: which of it counts, and until when.
 */
public final class InForce {
  /** How a word stands. */
  public enum State {
    /** Waits for a second person. */
    PROPOSED,
    /** Counts from later on. */
    PLANNED,
    /** Counts now. */
    IN_FORCE,
    /** A later word about the same counts in its place. */
    REPLACED,
    /** Counts no more. */
    ENDED,
    /** Was taken back before it counted. */
    WITHDRAWN
  }

  /**
   * One of them.
   *
   * @param row who proposed and approved it; null for a price from before there were two people
   * @param change what it says, a price with the end that it has
   * @param fromMs from when on it counts; 0 for the approval
   * @param state how it stands
   * @param replacedBy the word that counts in its place, or null
   * @param ends who ended or withdrew it, the last of them; null for nobody
   */
  public record Word(
      ProposalRow row,
      MoneyChange change,
      long fromMs,
      State state,
      ProposalRow replacedBy,
      ProposalRow ends) {
    private long toMs() {
      return change instanceof MoneyChange.Price(PriceItem item) ? item.validToMs() : 0;
    }

    private Word in(State other, ProposalRow by) {
      return new Word(row, change, fromMs, other, by, ends);
    }
  }

  private InForce() {}

  /**
   * How they stand, in the order of their approval.
   *
   * @param first prices from before there were two people, which any other replaces
   * @param rows those that wait or were approved, in this order; with the ends of prices
   */
  public static List<Word> at(List<TariffDefined> first, List<ProposalRow> rows, long nowMs) {
    List<Word> words = new ArrayList<>();
    for (TariffDefined each : first) {
      PriceItem item =
          new PriceItem(
              each.partition(),
              null,
              each.priceMicroPerCoreHour(),
              each.currency(),
              each.validFromMs(),
              0,
              0,
              List.of());
      words.add(new Word(null, new MoneyChange.Price(item), each.validFromMs(), null, null, null));
    }
    for (ProposalRow each : rows) {
      if (each.change() instanceof MoneyChange.PriceEnd end) {
        if (each.state() == ProposalRow.State.APPROVED) {
          words.replaceAll(word -> ended(word, end, each));
        }
      } else {
        words.add(new Word(each, each.change(), fromMs(each), null, null, null));
      }
    }
    return words.stream().map(each -> standing(each, words, nowMs)).toList();
  }

  private static Word ended(Word word, MoneyChange.PriceEnd end, ProposalRow by) {
    return word.change() instanceof MoneyChange.Price(PriceItem item)
            && isApproved(word)
            && item.isSame(end.item())
        ? new Word(
            word.row(),
            new MoneyChange.Price(item.endedAt(end.fromMs())),
            word.fromMs(),
            null,
            null,
            by)
        : word;
  }

  private static boolean isApproved(Word word) {
    return word.row() == null || word.row().state() == ProposalRow.State.APPROVED;
  }

  private static Word standing(Word word, List<Word> all, long nowMs) {
    if (!isApproved(word)) {
      return word.in(State.PROPOSED, null);
    }
    if (word.toMs() != 0 && word.toMs() <= word.fromMs()) {
      return word.in(State.WITHDRAWN, null);
    }
    if (word.fromMs() > nowMs) {
      return word.in(State.PLANNED, null);
    }
    if (!holds(word, nowMs)) {
      return word.in(State.ENDED, null);
    }
    Word best = word;
    boolean behind = false;
    for (Word each : all) {
      behind |= each == word;
      boolean goesBefore =
          each.fromMs() > best.fromMs() || behind && each.fromMs() == best.fromMs();
      if (goesBefore && holds(each, nowMs) && areOfTheSame(each.change(), word.change())) {
        best = each;
      }
    }
    return best == word ? word.in(State.IN_FORCE, null) : word.in(State.REPLACED, best.row());
  }

  private static boolean holds(Word word, long nowMs) {
    return isApproved(word) && word.fromMs() <= nowMs && (word.toMs() == 0 || nowMs < word.toMs());
  }

  private static long fromMs(ProposalRow row) {
    return switch (row.change()) {
      case MoneyChange.Price(PriceItem item) -> item.validFromMs();
      case MoneyChange.TaxRate each -> each.validFromMs();
      case MoneyChange.Conversion each -> each.validFromMs();
      case MoneyChange.RefundRule each -> each.validFromMs();
      case MoneyChange.CustomerClass each -> each.validFromMs();
      default -> row.decidedMs();
    };
  }

  private static boolean areOfTheSame(MoneyChange one, MoneyChange other) {
    return switch (one) {
      case MoneyChange.Price(PriceItem item) ->
          other instanceof MoneyChange.Price(PriceItem that) && item.isForSame(that);
      case MoneyChange.Conversion each ->
          other instanceof MoneyChange.Conversion that
              && each.nodeType().equals(that.nodeType())
              && each.resource() == that.resource()
              && each.device().equals(that.device());
      case MoneyChange.RefundRule each ->
          other instanceof MoneyChange.RefundRule that && each.cause() == that.cause();
      case MoneyChange.CustomerClass each ->
          other instanceof MoneyChange.CustomerClass that && each.project().equals(that.project());
      default -> one.getClass() == other.getClass();
    };
  }
}
