package org.queqiao.contract.reservation;

import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;

/**
 * Whole nodes that are kept for some for a time, once or again and again.
 *
 * @param name how jobs name it
 * @param title shown to people
 * @param startMs when its first occurrence begins, in epoch milliseconds
 * @param durationMs how long each occurrence is
 * @param repeat how often it comes again
 * @param untilMs no occurrence ends after this moment; 0 for no such bound
 * @param nodes which nodes, by name
 * @param users whose jobs may use it
 * @param projects the jobs of which projects may use it, besides
 * @param maintenance whether nobody may use it
 * @param magnetic whether jobs that may use it do so without naming it
 * @param endsJobs whether jobs that still run in it are ended with it
 */
public record Reservation(
    ReservationName name,
    String title,
    long startMs,
    long durationMs,
    Repeat repeat,
    long untilMs,
    List<NodeName> nodes,
    List<UserName> users,
    List<ProjectName> projects,
    boolean maintenance,
    boolean magnetic,
    boolean endsJobs) {
  /** No occurrence. */
  public static final long NEVER = Long.MAX_VALUE;

  public Reservation {
    nodes = List.copyOf(nodes);
    users = List.copyOf(users);
    projects = List.copyOf(projects);
  }

  /** Whether a job of this user, paid by this project, may use it. */
  public boolean admits(UserName user, ProjectName project) {
    return !maintenance && (users.contains(user) || projects.contains(project));
  }

  /** When the first occurrence begins that ends after a moment, or {@link #NEVER}. */
  public long occurrenceAfter(long ms) {
    long endMs = Math.addExact(startMs, durationMs);
    if (endMs > ms) {
      return startMs;
    }
    long periodMs = repeat.periodMs();
    if (periodMs == 0) {
      return NEVER;
    }
    long times = (ms - endMs) / periodMs + 1;
    long begin = Math.addExact(startMs, Math.multiplyExact(times, periodMs));
    return untilMs != 0 && begin + durationMs > untilMs ? NEVER : begin;
  }

  /** When the occurrence after the one that begins at a moment begins, or {@link #NEVER}. */
  public long occurrenceFollowing(long beginMs) {
    return occurrenceAfter(Math.addExact(beginMs, durationMs));
  }
}
