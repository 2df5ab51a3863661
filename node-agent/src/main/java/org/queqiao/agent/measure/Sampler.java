package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Series;

/**
 * Follows the counters of living runs: the launcher hands their descriptors out once, each beat
 * reads them and adds a row to the file of the run. Used by one thread.
 */
public final class Sampler implements AutoCloseable {
  /** Runs that are followed at a time at most; what more there are has totals only. */
  private static final int RUNS_MAX = 512;

  private final Shim shim;
  private final String handout;
  private final Path folder;
  private final int intervalMs;
  private final TreeMap<RunId, Followed> followed = new TreeMap<>();
  private int socket = -1;

  private record Followed(Shim.Handed handed, SeriesFile file) {}

  /**
   * A sampler that follows nothing yet.
   *
   * @param handout the launcher's socket for it
   * @param folder of the files
   */
  public Sampler(Shim shim, String handout, Path folder, int intervalMs) throws IOException {
    this.shim = shim;
    this.handout = handout;
    this.folder = folder;
    this.intervalMs = intervalMs;
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** The runs that are alive: their counters of now are kept. */
  public void beat(List<RunId> alive, long nowMs) throws IOException {
    if (shim.absence().isPresent()) {
      return;
    }
    followed
        .keySet()
        .removeIf(run -> {
          boolean gone = !alive.contains(run);
          if (gone) {
            shim.close(followed.get(run).handed());
          }
          return gone;
        });
    for (RunId run : alive) {
      if (!followed.containsKey(run) && followed.size() < RUNS_MAX) {
        follow(run);
      }
    }
    for (Followed each : followed.values()) {
      if (each.file().due(nowMs)) {
        each.file().add(row(each, nowMs));
      }
    }
  }

  /** What was kept of a run later than a moment, packed; empty when nothing was. */
  public byte[] packed(RunId run, long afterMs) {
    try {
      Series series = Series.ofPlain(Files.readAllBytes(file(run))).after(afterMs);
      return series.rows().isEmpty() ? new byte[0] : series.packed();
    } catch (IOException | MalformedRecordException e) {
      return new byte[0];
    }
  }

  /** The series of a run is at the server: its file goes. */
  public void forget(RunId run) throws IOException {
    Files.deleteIfExists(file(run));
  }

  /** Removes the files of runs that nobody waits for. */
  public void keepOnly(Set<RunId> runs) throws IOException {
    Set<Path> kept = new java.util.TreeSet<>();
    runs.forEach(run -> kept.add(file(run)));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!kept.contains(file)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private Path file(RunId run) {
    return folder.resolve(run.job() + "." + run.attempt());
  }

  private void follow(RunId run) throws IOException {
    if (socket < 0) {
      socket = shim.connect(handout);
    }
    Shim.Handed handed = socket < 0 ? null : shim.ask(socket, run).orElse(null);
    if (handed == null) {
      // The run has just ended, or the launcher is another one: the next beat tries again.
      disconnect();
      return;
    }
    if (handed.fds().length == 0) {
      return;
    }
    List<Integer> counters = Arrays.stream(handed.counters()).boxed().toList();
    followed.put(
        run,
        new Followed(
            handed, SeriesFile.open(file(run), Series.PLAIN_MAX_BYTES, intervalMs, counters)));
  }

  /** In the order of the file's columns, which may be those of an agent before this one. */
  private long[] row(Followed each, long nowMs) {
    long[] values = shim.read(each.handed());
    List<Integer> columns = each.file().counters();
    long[] row = new long[columns.size() + 1];
    Arrays.fill(row, -1);
    row[0] = nowMs;
    for (int i = 0; i < values.length; i++) {
      int column = columns.indexOf(each.handed().counters()[i]);
      if (column >= 0) {
        row[column + 1] = values[i];
      }
    }
    return row;
  }

  private void disconnect() {
    if (socket >= 0) {
      shim.close(socket);
      socket = -1;
    }
  }

  @Override
  public void close() {
    new ArrayList<>(followed.values()).forEach(each -> shim.close(each.handed()));
    followed.clear();
    disconnect();
  }
}
