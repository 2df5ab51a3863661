package org.queqiao.accounting.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.money.AgreedPrice;
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

  private final long nowMs;
  private final List<Word> first = new ArrayList<>();
  private final Map<Long, Word> prices = new LinkedHashMap<>();
  private final Map<Object, Word> counting = new HashMap<>();
  private boolean settled;

  /**
   * Nothing that two people agreed on.
   *
   * @param first prices from before there were two people, which any other replaces
   */
  public InForce(List<TariffDefined> first, long nowMs) {
    this.nowMs = nowMs;
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
      this.first.add(
          new Word(null, new MoneyChange.Price(item), each.validFromMs(), null, null, null));
    }
  }

  /**
   * How they stand, in the order of their approval.
   *
   * @param first prices from before there were two people, which any other replaces
   * @param rows those that wait or were approved, in this order; with the ends of prices
   */
  public static List<Word> at(List<TariffDefined> first, List<ProposalRow> rows, long nowMs) {
    InForce all = new InForce(first, nowMs);
    rows.forEach(all::learn);
    List<Word> words = new ArrayList<>(all.first());
    for (ProposalRow each : rows) {
      if (!(each.change() instanceof MoneyChange.PriceEnd)) {
        words.add(all.word(each));
      }
    }
    return words;
  }

  /**
   * Takes what waits or was approved, all of it in this order, before it is asked how any of it
   * stands. Of what is no price it keeps no more than the word that counts for each use.
   */
  public void learn(ProposalRow row) {
    if (row.state() != ProposalRow.State.APPROVED) {
      return;
    }
    switch (row.change()) {
      case MoneyChange.PriceEnd end -> prices.replaceAll((_, word) -> ended(word, end, row));
      case MoneyChange.Price _ -> prices.put(row.id(), said(row));
      case MoneyChange.FiscalYear year -> {
        prices.replaceAll((_, word) -> undone(word, year, row));
        prices.put(row.id(), said(row));
      }
      default -> count(said(row));
    }
  }

  /** Prices from before there were two people, as they stand. */
  public List<Word> first() {
    settle();
    return first.stream().map(this::standing).toList();
  }

  /** How one of those that were learnt stands. */
  public Word word(ProposalRow row) {
    settle();
    if (row.state() != ProposalRow.State.APPROVED) {
      return said(row).in(State.PROPOSED, null);
    }
    Word price = prices.get(row.id());
    return standing(price == null ? said(row) : price);
  }

  /** Which prices count is known once all their ends are. */
  private void settle() {
    if (!settled) {
      first.forEach(this::count);
      prices.values().forEach(this::count);
      settled = true;
    }
  }

  /** Of those that count now about the same, the one that began last does, or was said last. */
  private void count(Word word) {
    if (holds(word)) {
      counting.merge(
          of(word.change()), word, (old, other) -> other.fromMs() < old.fromMs() ? old : other);
    }
  }

  private static Word said(ProposalRow row) {
    return new Word(row, row.change(), fromMs(row), null, null, null);
  }

  private static Word ended(Word word, MoneyChange.PriceEnd end, ProposalRow by) {
    PriceItem item = ((MoneyChange.Price) word.change()).item();
    AgreedPrice agreed = new AgreedPrice(word.row().id(), item);
    PriceItem after = agreed.after(end).item();
    return after.equals(item)
        ? word
        : new Word(word.row(), new MoneyChange.Price(after), word.fromMs(), null, null, by);
  }

  /** A change of fiscal years takes the place of those that count from its month on. */
  private static Word undone(Word word, MoneyChange.FiscalYear by, ProposalRow row) {
    return word.change() instanceof MoneyChange.FiscalYear planned
            && planned.month().compareTo(by.month()) >= 0
        ? new Word(word.row(), planned, word.fromMs(), State.WITHDRAWN, null, row)
        : word;
  }

  private Word standing(Word word) {
    if (word.state() != null) {
      return word;
    }
    if (word.toMs() != 0 && word.toMs() <= word.fromMs()) {
      return word.in(State.WITHDRAWN, null);
    }
    if (word.fromMs() > nowMs) {
      return word.in(State.PLANNED, null);
    }
    if (!holds(word)) {
      return word.in(State.ENDED, null);
    }
    Word best = counting.get(of(word.change()));
    boolean same =
        best == word
            || best.row() != null && word.row() != null && best.row().id() == word.row().id();
    return same ? word.in(State.IN_FORCE, null) : word.in(State.REPLACED, best.row());
  }

  private boolean holds(Word word) {
    return word.state() == null
        && word.fromMs() <= nowMs
        && (word.toMs() == 0 || nowMs < word.toMs());
  }

  private static long fromMs(ProposalRow row) {
    return switch (row.change()) {
      case MoneyChange.Price(PriceItem item) -> item.validFromMs();
      case MoneyChange.TaxRate each -> each.validFromMs();
      case MoneyChange.FiscalYear each -> each.fromMs();
      case MoneyChange.Conversion each -> each.validFromMs();
      case MoneyChange.RefundRule each -> each.validFromMs();
      case MoneyChange.CustomerClass each -> each.validFromMs();
      case MoneyChange.ProjectPayer each -> each.validFromMs();
      default -> row.decidedMs();
    };
  }

  /** What it is about: of words about the same one counts. */
  private static Object of(MoneyChange change) {
    return switch (change) {
      case MoneyChange.Price(PriceItem item) -> item.isFor();
      case MoneyChange.Conversion each -> List.of(each.nodeType(), each.resource(), each.device());
      case MoneyChange.RefundRule each -> each.cause();
      case MoneyChange.CustomerClass each -> List.of("class", each.project());
      case MoneyChange.ProjectPayer each -> List.of("payer", each.project());
      default -> change.getClass();
    };
  }
}
