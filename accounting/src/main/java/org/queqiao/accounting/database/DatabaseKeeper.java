package org.queqiao.accounting.database;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the embedded database again when it has ended on its own. It comes back on the port that
 * it had, so who lost a connection finds it there; what was to be written meanwhile waits in the
 * log.
 */
public final class DatabaseKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseKeeper.class);
  private static final long LOOK_MS = 1_000;
  private static final long LAST_WAIT_MS = 10_000;

  private final EmbeddedDatabase database;
  private final Runnable restarted;
  private volatile boolean closed;

  /**
   * Looks after a database that runs, from now on.
   *
   * @param restarted is told each time that it was started again
   */
  public DatabaseKeeper(EmbeddedDatabase database, Runnable restarted) {
    this.database = database;
    this.restarted = restarted;
    Thread.ofPlatform().daemon().name("database-keeper").start(this::keep);
  }

  private void keep() {
    long wait = LOOK_MS;
    while (!closed) {
      try {
        Thread.sleep(wait);
        if (!closed && !database.isAlive()) {
          database.start();
          LOG.warn("the database had ended and was started again");
          restarted.run();
        }
        wait = LOOK_MS;
      } catch (IOException e) {
        // Such as a process of the old one that still has to end; the next try may do.
        LOG.error("the database has ended and does not start: {}", e.getMessage());
        wait = Math.min(wait * 2, LAST_WAIT_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
