package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.Series;

/**
 * Follows the counters of living runs: the monitor of each hands their descriptors out once, each
 * beat reads them and adds a row to the file of the run. Used by one thread.
 */
public final class Sampler implements AutoCloseable {
  /** Runs that are followed at a time at most; what more there are has totals only. */
  private static final int RUNS_MAX = 512;

  private static final long UJ_OF_MJ = 1_000;

  private final Shim shim;
  private final HandedOut handedOut;
  private final Path folder;
  private final int intervalMs;
  private final TreeMap<RunId, Followed> followed = new TreeMap<>();
  private final NodePower power;
  private final EnergyShares shares = new EnergyShares();
  private final RunAccelerators accelerators;
  private final Consumer<String> warnings;

  /** Why rows are not kept, as it was last said. */
  private String trouble = "";

  private CounterValue missing =
      new CounterValue(Counter.RUN_ENERGY.number(), CounterValue.State.NOT_RUN, 0, 0);

  private record Followed(Shim.Handed handed, SeriesFile file) {}

  /**
   * A sampler that follows nothing yet.
   *
   * @param accelerators what runs make of theirs
   * @param power what the energy of runs is shared out from
   * @param folder of the files
   * @param spool of the launcher
   * @param monitors asks the monitor of a run to hand its counters out under a number
   * @param warnings takes why nothing can be handed out
   */
  public Sampler(
      Shim shim,
      RunAccelerators accelerators,
      NodePower power,
      Path folder,
      int intervalMs,
      Path spool,
      ObjIntConsumer<RunId> monitors,
      Consumer<String> warnings)
      throws IOException {
    this.accelerators = accelerators;
    this.power = power;
    this.shim = shim;
    this.warnings = warnings;
    this.handedOut = new HandedOut(shim, spool.resolve("counters"), monitors, warnings);
    this.folder = folder;
    this.intervalMs = intervalMs;
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Why runs that a launcher of today starts have no series, if so. */
  public Optional<String> absence() {
    return handedOut.absence().or(() -> Optional.of(trouble).filter(why -> !why.isEmpty()));
  }

  /** A run is about to be started with these devices, as {@code NAME:INDEX}. */
  public void launching(RunId run, List<String> devices, long nowMs) throws IOException {
    accelerators.launching(run, devices, nowMs);
  }

  /** A run has been started: its counters are there with the next beat. */
  public void launched(RunId run) {
    if (followed.size() < RUNS_MAX) {
      handedOut.ask(run);
    }
  }

  /** The runs that are alive: their counters of now are kept. */
  public void beat(List<RunId> alive, long nowMs) {
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
    String lost = takeHandedOut(alive, nowMs);
    accelerators.beat(followed.keySet(), nowMs);
    TreeMap<RunId, long[]> values = new TreeMap<>();
    followed.forEach((run, each) -> values.put(run, shim.read(each.handed())));
    share(values, alive.size());
    for (Map.Entry<RunId, Followed> each : followed.entrySet()) {
      try {
        if (each.getValue().file().due(nowMs)) {
          each.getValue().file().add(row(each.getKey(), values.get(each.getKey()), nowMs));
        }
      } catch (IOException e) {
        lost = e.toString();
      }
    }
    told(lost);
  }

  /** A full disk costs rows: the agent, its heartbeats and the totals of runs go on. */
  private void told(String lost) {
    if (!lost.isEmpty() && trouble.isEmpty()) {
      warnings.accept("rows of the series of runs are not kept: " + lost);
    }
    trouble = lost;
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
    shares.forget(run);
    accelerators.forget(run);
    Files.deleteIfExists(file(run));
  }

  /** Removes the files of runs that nobody waits for. */
  public void keepOnly(Set<RunId> runs) throws IOException {
    accelerators.keepOnly(runs);
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

  /**
   * What is not handed out yet is asked for, as by the agent before this one, or again. Why some of
   * it cannot be followed, or empty.
   */
  private String takeHandedOut(List<RunId> alive, long nowMs) {
    String lost = "";
    for (Map.Entry<RunId, Shim.Handed> each : handedOut.take().entrySet()) {
      if (alive.contains(each.getKey())
          && !followed.containsKey(each.getKey())
          && followed.size() < RUNS_MAX) {
        try {
          follow(each.getKey(), each.getValue(), nowMs);
        } catch (IOException e) {
          shim.close(each.getValue());
          lost = e.toString();
        }
      } else {
        shim.close(each.getValue());
      }
    }
    handedOut.askAgain(
        alive.stream()
            .filter(run -> !followed.containsKey(run))
            .limit(RUNS_MAX - followed.size())
            .toList());
    return lost;
  }

  private Path file(RunId run) {
    return folder.resolve(run.job() + "." + run.attempt());
  }

  private void follow(RunId run, Shim.Handed handed, long nowMs) throws IOException {
    List<Integer> counters = new ArrayList<>(Arrays.stream(handed.counters()).boxed().toList());
    if (power.energy().present()) {
      counters.add(Counter.RUN_ENERGY.number());
    }
    accelerators.follow(run, accelerated(run), nowMs);
    if (accelerators.holds(run)) {
      RunAccelerators.COLUMNS.forEach(each -> counters.add(each.number()));
    }
    SeriesFile file = SeriesFile.open(file(run), Series.PLAIN_MAX_BYTES, intervalMs, counters);
    long before = file.last(Counter.RUN_ENERGY);
    if (before >= 0) {
      shares.carry(run, before, shared(file));
    }
    followed.put(run, new Followed(handed, file));
  }

  /** Each run gets its share of what the node took since the last beat. */
  private void share(TreeMap<RunId, long[]> values, int living) {
    CounterValue energy = power.energy();
    if (!energy.present()) {
      missing = new CounterValue(Counter.RUN_ENERGY.number(), energy.state(), energy.cause(), 0);
      return;
    }
    TreeMap<RunId, Long> cpuUs = new TreeMap<>();
    values.forEach((run, read) -> {
      long ran = cpuUs(followed.get(run).handed(), read);
      if (ran >= 0) {
        cpuUs.put(run, ran);
      }
    });
    shares.beat(energy.value(), power.busyUs(), living, cpuUs);
  }

  /** CPU time of a run by its control group, or else by the kernel's event; -1 by neither. */
  private static long cpuUs(Shim.Handed handed, long[] values) {
    long user = -1;
    long system = -1;
    long clock = -1;
    for (int i = 0; i < values.length; i++) {
      int counter = handed.counters()[i];
      user = counter == Counter.CPU_USER.number() ? values[i] : user;
      system = counter == Counter.CPU_SYSTEM.number() ? values[i] : system;
      clock = counter == Counter.TASK_CLOCK.number() ? values[i] / 1_000 : clock;
    }
    return user >= 0 && system >= 0 ? user + system : clock;
  }

  /** A run has ended: it gets its share of the time since the last beat. */
  public RunExit ended(RunExit exit) {
    accelerators.ended(exit.run(), exit.endMs());
    return withEnergy(exit).withAccelerators(RunAccelerators.time(accelerated(exit.run())));
  }

  private RunExit withEnergy(RunExit exit) {
    if (!followed.containsKey(exit.run())) {
      return exit.withEnergy(energyUj(exit.run()) / UJ_OF_MJ);
    }
    CounterValue energy = power.energy();
    if (energy.present()) {
      shares.ended(
          exit.run(),
          energy.value(),
          power.busyUs(),
          Math.addExact(exit.userUs(), exit.systemUs()));
    }
    return exit.withEnergy(energyUj(exit.run()) / UJ_OF_MJ);
  }

  /** What is counted of a run here, each with its value or why there is none. */
  public List<CounterValue> totals(RunId run) {
    long microjoules = energyUj(run);
    List<CounterValue> out = new ArrayList<>(accelerators.totals(run, accelerated(run)));
    out.add(microjoules > 0 ? CounterValue.exact(Counter.RUN_ENERGY, microjoules) : missing);
    return out;
  }

  /** What a run made of its accelerators, also as an agent before this one knew it; or null. */
  private AcceleratorTimes.Totals accelerated(RunId run) {
    AcceleratorTimes.Totals counted = accelerators.of(run);
    if (counted != null) {
      return counted;
    }
    Map<Integer, Long> last = lastOf(run);
    long[] found =
        RunAccelerators.COLUMNS.stream()
            .mapToLong(each -> last.getOrDefault(each.number(), -1L))
            .toArray();
    int time = RunAccelerators.COLUMNS.indexOf(Counter.ACCELERATOR_TIME);
    return found[time] < 0
        ? null
        : new AcceleratorTimes.Totals(
            found[time], found[time + 1], found[time + 2], found[time - 1], found[time - 2], true);
  }

  /** The last row of the file of a run, by counter. */
  private Map<Integer, Long> lastOf(RunId run) {
    TreeMap<Integer, Long> out = new TreeMap<>();
    try {
      Series series = Series.ofPlain(Files.readAllBytes(file(run)));
      for (int i = 0; i < series.counters().size() && !series.rows().isEmpty(); i++) {
        out.put(series.counters().get(i), series.rows().getLast()[i + 1]);
      }
    } catch (IOException | MalformedRecordException e) {
      return Map.of();
    }
    return out;
  }

  /** Microjoules of a run; 0 where nothing is known. */
  private long energyUj(RunId run) {
    Long counted = shares.of(run);
    return counted != null
        ? counted
        : Math.max(0, lastOf(run).getOrDefault(Counter.RUN_ENERGY.number(), 0L));
  }

  /** In the order of the file's columns, which may be those of an agent before this one. */
  private long[] row(RunId run, long[] values, long nowMs) {
    Followed each = followed.get(run);
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
    int energy = columns.indexOf(Counter.RUN_ENERGY.number());
    if (energy >= 0 && shares.of(run) != null) {
      row[energy + 1] = shares.of(run);
    }
    for (Counter counter : RunAccelerators.COLUMNS) {
      int column = columns.indexOf(counter.number());
      if (column >= 0) {
        row[column + 1] = accelerators.column(run, counter);
      }
    }
    return row;
  }

  /** CPU time of a run for which an agent before this one has counted its energy. */
  private static long shared(SeriesFile file) {
    long user = file.last(Counter.CPU_USER);
    long system = file.last(Counter.CPU_SYSTEM);
    return user >= 0 && system >= 0
        ? user + system
        : Math.max(0, file.last(Counter.TASK_CLOCK)) / 1_000;
  }

  @Override
  public void close() {
    new ArrayList<>(followed.values()).forEach(each -> shim.close(each.handed()));
    followed.clear();
    handedOut.close();
  }
}
