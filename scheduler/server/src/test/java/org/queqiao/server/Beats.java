package org.queqiao.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * What a run writes to a pipe again and again while it lives: the next beat says that it goes on,
 * the end of the pipe that none of its processes is left.
 */
public final class Beats implements AutoCloseable {
  private final InputStream pipe;

  private Beats(InputStream pipe) {
    this.pipe = pipe;
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
  public static Beats of(Path path) throws IOException {
    return new Beats(new FileInputStream(path.toFile()));
  }

  /** It goes on for so long, and beats after that. */
  public void goOnFor(Duration time) throws IOException {
    long until = System.nanoTime() + time.toNanos();
    do {
      assertThat(pipe.read()).as("the run has ended").isNotEqualTo(-1);
    } while (System.nanoTime() - until < 0);
  }

  /** Waits until nothing of the run is left. */
  public void awaitEnd() throws IOException {
    pipe.transferTo(OutputStream.nullOutputStream());
  }

  @Override
  public void close() throws IOException {
    pipe.close();
  }
}
