package org.queqiao.contract.observe;

import java.util.List;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;

/**
 * A run of another scheduler that is over.
 *
 * @param id which run
 * @param task {@code ARRAY_INDEX} for a task of an array, else empty
 * @param name of the job
 * @param user whose it was
 * @param uid its numeric user there
 * @param project that pays
 * @param partition by whose tariff it is billed
 * @param state how it ended
 * @param detail the other scheduler's own word for it
 * @param exitCode of its script
 * @param signal that ended its script, or 0
 * @param startMs when it got its cores; {@code endMs} for one that never did
 * @param endMs when it gave them back
 * @param stops when it was suspended: from, to, from, to and so on, within the run
 * @param cores over all its nodes; 0 for one that never started
 * @param memBytes that it was given
 * @param limitMs its time limit, or 0 for none
 * @param nodes as a host list
 * @param steps the first of its steps, at most {@value #STEPS_MAX}
 * @param resources what else it had; null where that is not known, or was told before it was asked
 *     for: such a run is billed for its cores alone
 */
public record ObservedRun(
    ExternalRun id,
    String task,
    String name,
    UserName user,
    int uid,
    ProjectName project,
    PartitionName partition,
    JobState state,
    String detail,
    int exitCode,
    int signal,
    long startMs,
    long endMs,
    List<Long> stops,
    long cores,
    long memBytes,
    long limitMs,
    String nodes,
    List<ObservedStep> steps,
    RunResources resources) {
  /** So many steps of a run are told of. */
  public static final int STEPS_MAX = 64;

  /** The most stretches of time that a run was suspended. */
  public static final int STOPS_MAX = 1_000;

  /** The longest text. */
  public static final int TEXT_MAX = 4_096;

  /** The most cores: above any machine, below any overflow. */
  public static final long CORES_MAX = 1L << 31;

  /** How a run is written as text of which nothing else is known. */
  private static final String NO_RESOURCES = ", resources=null]";

  /** A run of which nothing else is known. */
  public ObservedRun(
      ExternalRun id,
      String task,
      String name,
      UserName user,
      int uid,
      ProjectName project,
      PartitionName partition,
      JobState state,
      String detail,
      int exitCode,
      int signal,
      long startMs,
      long endMs,
      List<Long> stops,
      long cores,
      long memBytes,
      long limitMs,
      String nodes,
      List<ObservedStep> steps) {
    this(
        id, task, name, user, uid, project, partition, state, detail, exitCode, signal, startMs,
        endMs, stops, cores, memBytes, limitMs, nodes, steps, null);
  }

  public ObservedRun {
    stops = List.copyOf(stops);
    steps = List.copyOf(steps);
    if (!state.isTerminal()) {
      throw new IllegalArgumentException("run " + id + " is not over: " + state);
    }
    if (startMs < 0 || endMs < startMs) {
      throw new IllegalArgumentException(
          "run " + id + " ends at " + endMs + " and starts at " + startMs);
    }
    if (cores < 0 || cores > CORES_MAX || memBytes < 0 || limitMs < 0) {
      throw new IllegalArgumentException("run " + id + " has " + cores + " cores");
    }
    if (stops.size() % 2 != 0 || stops.size() > 2 * STOPS_MAX || steps.size() > STEPS_MAX) {
      throw new IllegalArgumentException("run " + id + " is suspended " + stops.size() + " times");
    }
    long lastMs = startMs;
    for (long edgeMs : stops) {
      if (edgeMs < lastMs || edgeMs > endMs) {
        throw new IllegalArgumentException("run " + id + " is suspended at " + edgeMs);
      }
      lastMs = edgeMs;
    }
    if (Math.max(Math.max(name.length(), nodes.length()), detail.length()) > TEXT_MAX
        || task.length() > TEXT_MAX) {
      throw new IllegalArgumentException("run " + id + " has too long a text");
    }
  }

  /** How long it ran, without the time that it was suspended. */
  public long ranMs() {
    long ranMs = endMs - startMs;
    for (int i = 0; i < stops.size(); i += 2) {
      ranMs -= stops.get(i + 1) - stops.get(i);
    }
    return ranMs;
  }

  /**
   * Whether it was told so before: as it is, or when its resources were not asked for. What was
   * billed for cores alone stays so.
   */
  public boolean wasTold(long fingerprint) {
    return fingerprint == fingerprint()
        || resources != null && fingerprint == with(null).fingerprint();
  }

  /** The same with these resources. */
  public ObservedRun with(RunResources other) {
    return new ObservedRun(
        id, task, name, user, uid, project, partition, state, detail, exitCode, signal, startMs,
        endMs, stops, cores, memBytes, limitMs, nodes, steps, other);
  }

  /** Its quality of service, or null. */
  public QosName qos() {
    return resources == null ? null : resources.qos();
  }

  /** What it used, exactly. */
  public long coreMs() {
    return Math.multiplyExact(cores, ranMs());
  }

  /**
   * A number that differs, but for one chance in 2^64, when anything of the run differs; the same
   * on every machine. That of a run of which nothing else is known is the one that it had before
   * there was anything else.
   */
  public long fingerprint() {
    long hash = 0xcbf29ce484222325L;
    String text = toString();
    if (resources == null) {
      text = text.substring(0, text.length() - NO_RESOURCES.length()) + "]";
    }
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
