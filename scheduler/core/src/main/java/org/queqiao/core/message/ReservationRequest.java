package org.queqiao.core.message;

import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.reservation.Repeat;

/**
 * A reservation as an administrator asks for it. Null means: not said.
 *
 * @param name how jobs name it
 * @param title shown to people
 * @param startMs when it begins; by default now, or when it began that is changed
 * @param endMs when it ends
 * @param durationMs how long it is, instead of {@code endMs}
 * @param repeat how often it comes again
 * @param untilMs no occurrence ends after this moment
 * @param nodes which nodes
 * @param nodeCount how many nodes, instead of {@code nodes}
 * @param coreCount whole nodes with so many cores together, instead of {@code nodes}
 * @param users whose jobs may use it
 * @param projects the jobs of which projects may use it, besides
 * @param maintenance whether nobody may use it
 * @param magnetic whether jobs that may use it do so without naming it
 * @param endsJobs whether jobs that still run in it are ended with it
 */
public record ReservationRequest(
    ReservationName name,
    String title,
    Long startMs,
    Long endMs,
    Long durationMs,
    Repeat repeat,
    Long untilMs,
    List<NodeName> nodes,
    Integer nodeCount,
    Long coreCount,
    List<UserName> users,
    List<ProjectName> projects,
    boolean maintenance,
    boolean magnetic,
    boolean endsJobs) {
  public ReservationRequest {
    title = title == null ? "" : title;
    repeat = repeat == null ? Repeat.ONCE : repeat;
    nodes = nodes == null ? null : List.copyOf(nodes);
    users = users == null ? List.of() : List.copyOf(users);
    projects = projects == null ? List.of() : List.copyOf(projects);
  }
}
