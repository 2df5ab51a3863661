package org.queqiao.server.view;

import java.util.Set;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;

/**
 * Which jobs are asked for, the newest first.
 *
 * @param scope what the asker may see
 * @param states any of these; empty for all
 * @param user whose jobs, or null
 * @param project of which project, or null
 * @param array only tasks of this array; 0 for all jobs
 * @param beforeId only jobs with a lower number
 * @param limit most jobs of the answer
 */
public record JobQuery(
    Scope scope,
    Set<JobState> states,
    UserName user,
    ProjectName project,
    long array,
    long beforeId,
    int limit) {
  boolean matches(JobEntry entry) {
    return (user == null || user.equals(entry.user()))
        && (project == null || project.equals(entry.project()))
        && (array == 0 || (entry.task() != null && entry.task().array().value() == array))
        && (states.isEmpty() || states.contains(entry.status().state()))
        && scope.sees(entry.user(), entry.project());
  }

  /** Whether only jobs that have not ended are asked for. */
  public boolean onlyLive() {
    return !states.isEmpty() && states.stream().noneMatch(JobState::isTerminal);
  }
}
