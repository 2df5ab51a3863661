package org.queqiao.server.boot;

import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.queqiao.accounting.sql.Archiver;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves months into files on which two people have agreed, on a thread of its own. What fails is
 * tried again: until it is done, the database has all of it.
 */
final class ArchiveDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveDesk.class);
  private static final long LOOK_EVERY_MS = 2_000;

  /** After a failure, as on a full disk. */
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final long END_S = 5;

  private final Archiver archiver;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("archive").daemon(true).factory());
  private long notBeforeNanos = System.nanoTime();

  ArchiveDesk(Ledger ledger, InstantSource clock) {
    this.archiver = ledger.archiver();
    this.clock = clock;
    var _ =
        thread.scheduleWithFixedDelay(
            this::look, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (System.nanoTime() - notBeforeNanos < 0) {
      return;
    }
    try {
      archiver.run(clock.millis()).forEach(month -> LOG.info("month {} is archived", month));
    } catch (LedgerUnavailable away) {
      LOG.debug("the archive waits for the database: {}", away.getMessage());
    } catch (IOException | RuntimeException failed) {
      LOG.warn("a month is not archived, and all of it stays in the database", failed);
      notBeforeNanos = System.nanoTime() + AGAIN_NANOS;
    }
  }

  /** A month that is being written is begun anew after the next start. */
  @Override
  public void close() throws InterruptedException {
    thread.shutdownNow();
    var _ = thread.awaitTermination(END_S, TimeUnit.SECONDS);
  }
}
