package org.queqiao.server.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.queqiao.accounting.budget.BudgetTeller;
import org.queqiao.accounting.budget.BudgetTeller.Need;
import org.queqiao.accounting.budget.UseTeller;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.BudgetRows;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.runtime.feed.Feed;
import org.queqiao.runtime.feed.FeedListener;
import org.queqiao.runtime.feed.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the scheduler what the books say of wallets and budgets: at the start, as soon as there is
 * money, and within ten seconds after runs have moved some. While the database is away nothing is
 * told, and everything once it is back.
 */
final class BudgetWords implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BudgetWords.class);
  private static final long LOOK_EVERY_MS = 100;
  private static final long SOON_MS = 10_000;
  private static final long AWAY_MS = 1_000;

  /** Wallets in one input. */
  private static final int AT_ONCE = 200;

  private final BudgetTeller teller = new BudgetTeller();
  private final UseTeller useTeller = new UseTeller();
  private final LedgerReads books;
  private final BillingCalendar calendar;
  private final Function<Input, CompletionStage<Reply>> scheduler;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("budgets").daemon(true).factory());
  private final AtomicReference<Need> need = new AtomicReference<>(Need.NOW);
  private long notBeforeNanos = System.nanoTime();
  private long soonNanos = notBeforeNanos;
  private String month = "";

  BudgetWords(Ledger ledger, Function<Input, CompletionStage<Reply>> scheduler) {
    this.books = ledger.reads();
    this.calendar = ledger.calendar();
    this.scheduler = scheduler;
  }

  /** Lets the books follow the log, and begins to tell. */
  Subscription follow(Feed feed, Intake intake) {
    var _ =
        thread.scheduleWithFixedDelay(
            this::look, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
    return feed.subscribe(
        intake.position(),
        new FeedListener() {
          @Override
          public void committed(List<LoggedEvent> events) throws InterruptedException {
            intake.take(events);
            raise(teller.taken(events));
          }

          @Override
          public void failed(Throwable cause) {
            intake.stopped(cause);
          }
        });
  }

  private void raise(Need more) {
    need.accumulateAndGet(more, (old, fresh) -> fresh.compareTo(old) > 0 ? fresh : old);
  }

  private void look() {
    long now = System.nanoTime();
    String current = calendar.month(System.currentTimeMillis());
    if (!current.equals(month)) {
      // Budgets of each month begin anew.
      month = current;
      raise(Need.NOW);
    }
    Need due = need.get();
    boolean soon = now - soonNanos >= 0;
    if (due == Need.NONE || now - notBeforeNanos < 0 || due == Need.SOON && !soon) {
      return;
    }
    need.set(Need.NONE);
    boolean all = soon && teller.takeMoved();
    try {
      tell(all);
      if (soon) {
        soonNanos = now + TimeUnit.MILLISECONDS.toNanos(SOON_MS);
      } else {
        raise(Need.SOON);
      }
    } catch (LedgerUnavailable away) {
      LOG.debug("the budgets wait for the database: {}", away.getMessage());
      again(all);
      notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AWAY_MS);
    } catch (RuntimeException failed) {
      LOG.warn("the budgets are not told", failed);
      again(all);
      notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SOON_MS);
    }
  }

  private void again(boolean all) {
    if (all) {
      teller.moved();
    }
    raise(Need.NOW);
  }

  private void tell(boolean all) {
    LedgerReads.Budgets found = books.budgets();
    List<BudgetTold> words = teller.due(found.budgets(), found.position(), all);
    say(words, Input.TellBudgets::new, teller::lost);
    BudgetRows.Uses uses = books.budgetUses().uses(month);
    List<BudgetUseTold> left = useTeller.due(uses.budgets(), uses.position(), all);
    say(left, Input.TellBudgetUse::new, useTeller::lost);
  }

  private <T> void say(List<T> words, Function<List<T>, Input> input, Consumer<List<T>> lost) {
    for (int from = 0; from < words.size(); from += AT_ONCE) {
      List<T> some = new ArrayList<>(words.subList(from, Math.min(words.size(), from + AT_ONCE)));
      var _ =
          scheduler
              .apply(input.apply(some))
              .whenComplete((reply, failure) -> {
                if (failure != null || reply instanceof Reply.Rejected) {
                  lost.accept(some);
                  raise(Need.SOON);
                }
              });
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
