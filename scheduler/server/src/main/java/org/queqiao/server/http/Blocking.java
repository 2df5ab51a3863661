package org.queqiao.server.http;

import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.queqiao.accounting.archive.ArchiveDamaged;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.queqiao.accounting.sql.MonthArchived;
import org.queqiao.server.auth.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where questions go that wait for a database or a disk: threads of their own, a bounded number at
 * a time; one question more is refused.
 */
final class Blocking {
  private static final Logger LOG = LoggerFactory.getLogger(Blocking.class);
  private static final long COME_BACK_S = 2;
  private static final Refusal AWAY =
      new Refusal(
          Refusal.Code.BUSY,
          "",
          "the books of accounting cannot be read now; jobs go on: try again",
          COME_BACK_S);

  private static final String UNREAD =
      ": ./queqiao ledger verify says what is wrong, and the backup has the file";

  private final Semaphore places;

  /** So many questions at a time. */
  Blocking(int places) {
    this.places = new Semaphore(places);
  }

  /** Asks, and answers the call on its event loop. */
  <T> void ask(Call call, Callable<T> question, Consumer<T> answer) {
    if (!places.tryAcquire()) {
      throw Refused.busy("too many questions are waiting for the database: try again in a second");
    }
    Thread.startVirtualThread(() -> {
      try {
        T found = question.call();
        call.onLoop(() -> answer.accept(found));
      } catch (LedgerUnavailable away) {
        LOG.warn("the books cannot be read: {}", away.getMessage());
        call.onLoop(() -> call.refuse(AWAY));
      } catch (MonthArchived archived) {
        call.onLoop(() -> call.refuse(Refused.conflict(archived.getMessage()).refusal()));
      } catch (UncheckedIOException unread) {
        LOG.warn("an archived month cannot be read", unread);
        boolean damaged = unread.getCause() instanceof ArchiveDamaged;
        String what = damaged ? unread.getCause().getMessage() : "a file cannot be read";
        call.onLoop(() -> call.refuse(Refused.conflict(what + UNREAD).refusal()));
      } catch (Refused refused) {
        call.onLoop(() -> call.refuse(refused.refusal()));
      } catch (Exception failure) {
        call.onLoop(() -> call.routing().fail(failure));
      } finally {
        places.release();
      }
    });
  }
}
