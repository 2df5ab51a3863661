package org.queqiao.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.contract.event.BudgetTold;

/** Bugs of the ledger. */
final class BookBugs {
  private BookBugs() {}

  private static Seams books(UnaryOperator<List<Posting>> bug) {
    return new Seams() {
      @Override
      public List<Posting> postings(List<Posting> postings) {
        return bug.apply(postings);
      }
    };
  }

  private static Posting with(Posting posting, String id, long amount) {
    return new Posting(
        id,
        posting.transaction(),
        posting.account(),
        posting.unit(),
        posting.currency(),
        amount,
        posting.run(),
        posting.position(),
        posting.timeMs(),
        posting.line());
  }

  static Seams doubled() {
    return books(postings ->
        postings.stream()
            .map(each ->
                each.unit() == Unit.CORE_MS ? with(each, each.id(), 2 * each.amount()) : each)
            .toList());
  }

  static Seams oneSided() {
    return books(postings -> postings.isEmpty() ? postings : postings.subList(1, postings.size()));
  }

  static Seams repeated() {
    return books(postings -> {
      List<Posting> twice = new ArrayList<>(postings);
      twice.addAll(postings);
      return twice;
    });
  }

  /** The scheduler is told of money that is not there. */
  static Seams boasting() {
    return new Seams() {
      @Override
      public List<BudgetTold> budgets(List<BudgetTold> words) {
        return words.stream()
            .map(each ->
                new BudgetTold(
                    each.project(),
                    each.balanceMicro() + 1_000_000,
                    each.currency(),
                    each.asOfPosition()))
            .toList();
      }
    };
  }

  static Seams unreleased() {
    return books(postings ->
        postings.stream().filter(each -> !each.transaction().startsWith("release/")).toList());
  }
}
