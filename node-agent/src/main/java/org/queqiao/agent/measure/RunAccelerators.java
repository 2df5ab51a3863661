package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.CounterValue.State;

/**
 * Which accelerators a run holds, and what it makes of them. A device belongs to one run, so what
 * it counts while it is held is that run's. What a run holds is kept in a file, for the agent that
 * comes after this one. Used by one thread.
 */
public final class RunAccelerators {
  /** Columns of the series of a run that holds some. */
  static final List<Counter> COLUMNS =
      List.of(
          Counter.ACCELERATOR_BUSY,
          Counter.ACCELERATOR_MEMORY,
          Counter.ACCELERATOR_POWER,
          Counter.ACCELERATOR_MEMORY_PEAK,
          Counter.ACCELERATOR_ENERGY,
          Counter.ACCELERATOR_TIME,
          Counter.ACCELERATOR_BUSY_TIME,
          Counter.ACCELERATOR_IDLE_TIME);

  /** A reading counts for so many intervals at most. */
  private static final int GAP = 3;

  /** As the driver of the one maker whose library is known names them. */
  private static final Pattern FILE = Pattern.compile("nvidia(\\d{1,5})");

  private final AcceleratorMeter meter;
  private final Map<String, List<String>> files;
  private final Path folder;
  private final AcceleratorTimes times;
  private final TreeMap<RunId, TreeSet<Integer>> held = new TreeMap<>();
  private AcceleratorMeter.Reading reading = new AcceleratorMeter.Reading(List.of(), 0);

  /**
   * With the accelerators of this node.
   *
   * @param list the launcher's list of devices, or null
   * @param folder of the files of this class
   * @param intervalMs between two beats
   */
  public static RunAccelerators open(Shim shim, Path list, Path folder, int intervalMs)
      throws IOException {
    return new RunAccelerators(
        new AcceleratorMeter(shim),
        list == null ? Map.of() : DeviceList.files(list),
        folder,
        intervalMs);
  }

  /**
   * Nothing is held yet.
   *
   * @param meter reads them
   * @param files device files by {@code NAME:INDEX}, see {@link DeviceList#files}
   * @param folder of the files of this class
   * @param intervalMs between two beats
   */
  RunAccelerators(
      AcceleratorMeter meter, Map<String, List<String>> files, Path folder, int intervalMs)
      throws IOException {
    this.meter = meter;
    this.files = Map.copyOf(files);
    this.folder = folder;
    times = new AcceleratorTimes((long) GAP * intervalMs);
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** A run is about to be started with these devices, as {@code NAME:INDEX}. */
  void launching(RunId run, List<String> devices, long nowMs) throws IOException {
    if (devices.isEmpty() || held.containsKey(run)) {
      return;
    }
    TreeSet<Integer> numbers = new TreeSet<>();
    for (String device : devices) {
      for (String file : files.getOrDefault(device, List.of())) {
        Matcher name = FILE.matcher(Path.of(file).getFileName().toString());
        if (name.matches()) {
          numbers.add(Integer.parseInt(name.group(1)));
        }
      }
    }
    held.put(run, numbers);
    Files.writeString(file(run), String.join(" ", numbers.stream().map(String::valueOf).toList()));
    reading = meter.read();
    times.begin(run, of(numbers), nowMs);
  }

  /** A run is followed; what the agent before this one counted of it, or null. */
  void follow(RunId run, AcceleratorTimes.Totals before, long nowMs) {
    if (numbers(run).isEmpty()) {
      return;
    }
    reading = meter.read();
    List<Accelerator> now = of(numbers(run));
    if (before == null) {
      times.begin(run, now, nowMs);
    } else {
      times.carry(run, before, now, nowMs);
    }
  }

  /** Whether there is something to follow of a run. */
  boolean holds(RunId run) {
    return !of(numbers(run)).isEmpty();
  }

  /** A beat of these runs. */
  void beat(Set<RunId> runs, long nowMs) {
    List<RunId> holding = runs.stream().filter(run -> !numbers(run).isEmpty()).toList();
    if (holding.isEmpty()) {
      return;
    }
    reading = meter.read();
    holding.forEach(run -> times.beat(run, of(numbers(run)), nowMs));
  }

  /** A run has ended. */
  void ended(RunId run, long endMs) {
    if (!numbers(run).isEmpty()) {
      reading = meter.read();
      times.ended(run, of(numbers(run)), endMs);
    }
  }

  /** Sums of a run so far, or null. */
  AcceleratorTimes.Totals of(RunId run) {
    return times.of(run);
  }

  /** The value of a column of now; -1 where there is none. */
  long column(RunId run, Counter counter) {
    AcceleratorTimes.Totals totals = times.of(run);
    return switch (counter) {
      case ACCELERATOR_BUSY -> times.now(run, Accelerator::busyMilli, true);
      case ACCELERATOR_MEMORY -> times.now(run, Accelerator::memBytes, false);
      case ACCELERATOR_POWER -> times.now(run, Accelerator::powerMw, false);
      default -> totals == null ? -1 : total(totals, counter);
    };
  }

  /** Totals of a run, each with its value or why there is none. */
  List<CounterValue> totals(RunId run, AcceleratorTimes.Totals totals) {
    List<CounterValue> out = new ArrayList<>();
    for (Counter counter : COLUMNS) {
      if (counter.scope() == Counter.Scope.RUN) {
        long value = totals == null ? -1 : total(totals, counter);
        out.add(value >= 0 ? CounterValue.exact(counter, value) : missing(run, counter, totals));
      }
    }
    return out;
  }

  private CounterValue missing(RunId run, Counter counter, AcceleratorTimes.Totals totals) {
    if (!held.containsKey(run)) {
      return new CounterValue(counter.number(), State.UNSUPPORTED, CounterValue.NO_DEVICE, 0);
    }
    return !holds(run) || totals != null && totals.read()
        ? reading.missing(counter)
        : new CounterValue(counter.number(), State.NOT_RUN, 0, 0);
  }

  private static long total(AcceleratorTimes.Totals totals, Counter counter) {
    boolean timed = totals.timeMs() > 0;
    return switch (counter) {
      case ACCELERATOR_MEMORY_PEAK -> totals.peakBytes();
      case ACCELERATOR_ENERGY -> totals.energyUj();
      case ACCELERATOR_TIME -> timed ? totals.timeMs() : -1;
      case ACCELERATOR_BUSY_TIME -> timed ? totals.busyMs() : -1;
      case ACCELERATOR_IDLE_TIME -> timed ? totals.idleMs() : -1;
      default -> throw new IllegalArgumentException(counter + " is no sum");
    };
  }

  /** For the end of a run. */
  static AcceleratorTime time(AcceleratorTimes.Totals totals) {
    return totals == null
        ? AcceleratorTime.NONE
        : new AcceleratorTime(totals.timeMs(), totals.idleMs());
  }

  void forget(RunId run) throws IOException {
    held.remove(run);
    times.forget(run);
    Files.deleteIfExists(file(run));
  }

  /** Removes the files of runs that nobody waits for. */
  void keepOnly(Set<RunId> runs) throws IOException {
    Set<Path> kept = new TreeSet<>();
    runs.forEach(run -> kept.add(file(run)));
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (!kept.contains(file)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private Path file(RunId run) {
    return folder.resolve(run.job() + "." + run.attempt());
  }

  /** Of a run that an agent before this one started, from its file. */
  private TreeSet<Integer> numbers(RunId run) {
    TreeSet<Integer> known = held.get(run);
    if (known != null) {
      return known;
    }
    TreeSet<Integer> numbers = new TreeSet<>();
    try {
      for (String number : Files.readString(file(run)).split(" ")) {
        if (number.matches("\\d{1,5}")) {
          numbers.add(Integer.parseInt(number));
        }
      }
    } catch (IOException e) {
      return numbers;
    }
    held.put(run, numbers);
    return numbers;
  }

  private List<Accelerator> of(Set<Integer> numbers) {
    return reading.all().stream().filter(each -> numbers.contains(each.number())).toList();
  }
}
