package org.queqiao.agent.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.RunMetrics;

/**
 * The launcher's folder of exit records, read-only to the agent. A record appears whole, by a
 * rename; inotify tells of it, and a scan now and then finds what an overflow hid.
 */
public final class ExitSpool {
  private static final Pattern NAME = Pattern.compile("([1-9]\\d{0,18})\\.([1-9]\\d{0,9})\\.exit");

  private final Path folder;
  private final Consumer<RunExit> exits;
  private final Consumer<String> damaged;
  private WatchService watch;

  /**
   * A spool that is not watched yet.
   *
   * @param exits hears each record that appears, on a thread of its own
   * @param damaged hears of files that are no records
   */
  public ExitSpool(Path folder, Consumer<RunExit> exits, Consumer<String> damaged) {
    this.folder = folder;
    this.exits = exits;
    this.damaged = damaged;
  }

  /** Begins to watch. */
  public void start() throws IOException {
    watch = folder.getFileSystem().newWatchService();
    folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
    Thread.ofPlatform().name("exit-spool").daemon().start(this::follow);
  }

  /** The records that are there, of the runs that {@code wanted} accepts. */
  public List<RunExit> scan(Predicate<RunId> wanted) {
    List<RunExit> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.exit")) {
      for (Path file : files) {
        RunId run = runOf(file);
        if (run != null && wanted.test(run)) {
          read(file).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      damaged.accept("the launcher's spool cannot be listed: " + e.getMessage());
    }
    return found;
  }

  /** The record of one run, if it is there. */
  public Optional<RunExit> readOne(RunId run) {
    return read(folder.resolve(run.job() + "." + run.attempt() + ".exit"));
  }

  /** What was counted of a run whose record is still there. */
  public Optional<RunMetrics> counters(RunId run) {
    Path file = folder.resolve(run.job() + "." + run.attempt() + ".exit");
    try {
      return Optional.of(RecordedCounters.read(ByteBuffer.wrap(Files.readAllBytes(file))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | MalformedRecordException e) {
      damaged.accept(file + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private void follow() {
    try {
      while (true) {
        WatchKey key = watch.take();
        for (WatchEvent<?> event : key.pollEvents()) {
          if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
            scan(run -> true).forEach(exits);
          } else if (event.context() instanceof Path name && runOf(name) != null) {
            read(folder.resolve(name)).ifPresent(exits);
          }
        }
        if (!key.reset()) {
          damaged.accept("the launcher's spool is gone: " + folder);
          return;
        }
      }
    } catch (InterruptedException | ClosedWatchServiceException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static RunId runOf(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    try {
      return name.matches()
          ? new RunId(new JobId(Long.parseLong(name.group(1))), Integer.parseInt(name.group(2)))
          : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private Optional<RunExit> read(Path file) {
    try {
      return Optional.of(ExitRecord.read(ByteBuffer.wrap(Files.readAllBytes(file))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | MalformedRecordException e) {
      damaged.accept(file + ": " + e.getMessage());
      return Optional.empty();
    }
  }
}
