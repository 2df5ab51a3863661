package org.queqiao.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What a run writes to a pipe again and again while it lives: the next beat says that it goes on,
 * the end of the pipe that none of its processes is left. A thread of its own reads, so whoever
 * waits for what never comes fails after a minute.
 */
public final class Beats implements AutoCloseable {
  private static final long PATIENCE_S = 60;

  private final Path path;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final Semaphore beats = new Semaphore(0);
  private final CountDownLatch ended = new CountDownLatch(1);

  private Beats(Path path) {
    this.path = path;
    Thread.ofPlatform().daemon().name("beats").start(this::read);
  }

  private void read() {
    try (InputStream pipe = new FileInputStream(path.toFile())) {
      begun.countDown();
      while (pipe.read() != -1) {
        beats.release();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ended.countDown();
  }

  /** A script that beats ten times a second; the path may name variables. */
  public static String script(String path) {
    return "exec >" + path + "; while :; do echo x; sleep 0.1; done";
  }

  /** Makes a pipe that any user may write to. */
  public static Path make(Path path) throws IOException, InterruptedException {
    Process made = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
    assertThat(made.waitFor()).isZero();
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  /** Waits until a run has begun to write. */
  public static Beats of(Path path) throws IOException, InterruptedException {
    Beats out = new Beats(path);
    if (!out.begun.await(PATIENCE_S, TimeUnit.SECONDS)) {
      out.close();
      throw new AssertionError("no run has begun to write to " + path);
    }
    return out;
  }

  /** It goes on for so long, and beats after that. */
  public void goOnFor(Duration time) throws InterruptedException {
    long until = System.nanoTime() + time.toNanos();
    do {
      awaitBeat();
    } while (System.nanoTime() - until < 0);
    beats.drainPermits();
    awaitBeat();
  }

  private void awaitBeat() throws InterruptedException {
    assertThat(beats.tryAcquire(PATIENCE_S, TimeUnit.SECONDS)).as("the run goes on").isTrue();
  }

  /** Waits until nothing of the run is left. */
  public void awaitEnd() throws InterruptedException {
    assertThat(ended.await(PATIENCE_S, TimeUnit.SECONDS)).as("the run has ended").isTrue();
  }

  /** Who reads ends with the last who writes; where nobody has begun, that is this. */
  @Override
  public void close() throws IOException {
    new RandomAccessFile(path.toFile(), "rw").close();
  }
}
