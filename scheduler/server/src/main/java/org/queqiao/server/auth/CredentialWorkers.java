package org.queqiao.server.auth;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads for what must not run on an event loop: a few that hash passwords and one that
 * writes. Both have bounded queues; when one is full the answer is 503.
 */
final class CredentialWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CredentialWorkers.class);
  private static final int WRITE_QUEUE = 256;

  private final ThreadPoolExecutor hashing;
  private final ThreadPoolExecutor writing;

  /** Work that may fail at the disk. */
  @FunctionalInterface
  interface Work<T> {
    Outcome<T> run() throws IOException;
  }

  CredentialWorkers(int hashThreads, int hashQueue) {
    this.hashing = pool("password-hash", hashThreads, hashQueue);
    this.writing = pool("credential-writer", 1, WRITE_QUEUE);
  }

  private static ThreadPoolExecutor pool(String name, int threads, int queue) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.MILLISECONDS,
        new ArrayBlockingQueue<>(queue),
        Thread.ofPlatform().daemon().name(name + "-", 0).factory());
  }

  <T> CompletableFuture<Outcome<T>> hash(Work<T> work) {
    return run(hashing, work);
  }

  <T> CompletableFuture<Outcome<T>> write(Work<T> work) {
    return run(writing, work);
  }

  private static <T> CompletableFuture<Outcome<T>> run(ThreadPoolExecutor pool, Work<T> work) {
    CompletableFuture<Outcome<T>> answer = new CompletableFuture<>();
    try {
      pool.execute(() -> complete(answer, work));
    } catch (RejectedExecutionException e) {
      answer.complete(
          Outcome.denied(
              new Refusal(
                  Refusal.Code.BUSY,
                  "",
                  "too many sign-ins are waiting: try again in a second",
                  1)));
    }
    return answer;
  }

  private static <T> void complete(CompletableFuture<Outcome<T>> answer, Work<T> work) {
    try {
      answer.complete(work.run());
    } catch (IOException e) {
      LOG.error("the credentials could not be written: {}", e.getMessage());
      answer.complete(
          Outcome.denied(
              Refusal.of(
                  Refusal.Code.DISK_FULL,
                  "the credentials could not be written, nothing was changed: an administrator must"
                      + " look at the disk of the server")));
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    hashing.shutdownNow();
    writing.shutdown();
    try {
      if (!writing.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("the credential writer did not end within 10 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
