package org.queqiao.server.alert;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.queqiao.accounting.alert.Standing;
import org.queqiao.accounting.alert.Watch;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.AlertBook;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then how budgets, wallets and core-hours stand, and sends what people must be told.
 * Each channel has a thread of its own: a mail server that is away holds up no call, and neither
 * holds up a job. What was not taken over is tried again, ever more seldom, and given up in the
 * end.
 */
public final class AlertDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertDesk.class);

  /** After so many tries, in about half a day, an alert is given up. */
  static final int MOST_TRIES = 20;

  private static final long FIRST_WAIT_MS = 10_000;
  private static final long LAST_WAIT_MS = 3_600_000;
  private static final int DOUBLINGS = 9;
  private static final int AT_ONCE = 20;
  private static final int MAX_ERROR = 300;

  private final LedgerReads reads;
  private final BillingCalendar calendar;
  private final long lowMicro;
  private final long expiringMs;
  private final List<AlertChannel> channels;
  private final InstantSource clock;
  private final List<ScheduledExecutorService> threads = new ArrayList<>();
  private boolean untoldSent;

  AlertDesk(
      LedgerReads reads,
      BillingCalendar calendar,
      long lowMicro,
      long expiringMs,
      List<AlertChannel> channels,
      InstantSource clock) {
    this.reads = reads;
    this.calendar = calendar;
    this.lowMicro = lowMicro;
    this.expiringMs = expiringMs;
    this.channels = List.copyOf(channels);
    this.clock = clock;
  }

  /** Looks and sends from now on. */
  void start(long everyMs) {
    every("alerts", everyMs, this::look);
    for (AlertChannel each : channels) {
      every("alerts by " + each.name(), everyMs, () -> send(each));
    }
  }

  private void every(String name, long everyMs, Runnable work) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(name).daemon(true).factory());
    threads.add(thread);
    var _ =
        thread.scheduleWithFixedDelay(
            () -> {
              try {
                work.run();
              } catch (LedgerUnavailable away) {
                LOG.debug("{} wait for the database: {}", name, away.getMessage());
              } catch (RuntimeException failed) {
                LOG.warn("{} failed", name, failed);
              }
            },
            everyMs,
            everyMs,
            TimeUnit.MILLISECONDS);
  }

  /** Makes what is due. */
  void look() {
    long nowMs = clock.millis();
    List<Standing> standings =
        new ArrayList<>(Watch.budgets(reads.budgetUses().uses(calendar.month(nowMs)).budgets()));
    standings.addAll(Watch.wallets(reads.budgets().budgets(), lowMicro));
    standings.addAll(
        Watch.expiring(
            reads.allowances().ending(nowMs, nowMs + expiringMs),
            nowMs,
            expiringMs,
            calendar.zone()));
    List<String> names = channels.stream().map(AlertChannel::name).toList();
    int made = reads.alerts().raise(standings, names, nowMs);
    if (made > 0) {
      LOG.info("alerts made: {}", made);
    }
    // After what is no more was taken from the marks; channels come with a start alone.
    if (!untoldSent) {
      int untold = reads.alerts().sendUntold(names, nowMs);
      untoldSent = true;
      if (untold > 0) {
        LOG.info("alerts that were made before there was a channel are sent: {}", untold);
      }
    }
  }

  /** Sends what waits for a channel. */
  void send(AlertChannel channel) {
    AlertBook book = reads.alerts();
    for (AlertBook.Waiting each : book.waiting(channel.name(), clock.millis(), AT_ONCE)) {
      try {
        channel.send(each.alert());
        book.sent(each.alert().id(), channel.name());
      } catch (IOException failed) {
        notSent(book, channel, each, failed);
      } catch (InterruptedException closing) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void notSent(
      AlertBook book, AlertChannel channel, AlertBook.Waiting waiting, IOException failed) {
    long alert = waiting.alert().id();
    String why = String.valueOf(failed.getMessage());
    String error = why.length() > MAX_ERROR ? why.substring(0, MAX_ERROR) : why;
    int tries = waiting.tries() + 1;
    if (tries >= MOST_TRIES) {
      LOG.warn("alert {} is given up by {}: {}", alert, channel.name(), error);
      book.givenUp(alert, channel.name(), error);
    } else {
      LOG.info("alert {} waits for {}: {}", alert, channel.name(), error);
      book.failed(alert, channel.name(), clock.millis() + waitMs(tries), error);
    }
  }

  /** Ten seconds, then twice as long each time, an hour at most. */
  static long waitMs(int tries) {
    return Math.min(FIRST_WAIT_MS << Math.min(tries - 1, DOUBLINGS), LAST_WAIT_MS);
  }

  @Override
  public void close() {
    threads.forEach(ScheduledExecutorService::shutdownNow);
  }
}
