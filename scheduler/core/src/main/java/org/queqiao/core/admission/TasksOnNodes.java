package org.queqiao.core.admission;

import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;

/**
 * Finds on how many nodes the most of the tasks of a request could run, where all of them can run
 * on no number of nodes. Many small nodes may take more than few large ones, so a few numbers of
 * tasks for each node are tried, the largest first.
 */
final class TasksOnNodes {
  private static final int MOST_SIZES = 4;

  private TasksOnNodes() {}

  /**
   * The request in words, if it has more tasks than those that are named already.
   *
   * @param couldRun whether a request could; of fewer tasks or nodes, if it holds of more
   */
  static Optional<String> most(JobRequest request, long named, Predicate<JobRequest> couldRun) {
    if (!isFree(request)) {
      return Optional.empty();
    }
    long tasks = request.tasks();
    long best = named;
    long bestNodes = 0;
    long nodes = 1;
    for (int i = 0; i < MOST_SIZES && nodes <= Math.min(tasks, JobRequestCheck.MAX_NODES); i++) {
      long least = nodes;
      long each = largest(tasks / least, count -> couldRun.test(on(request, least, count)));
      if (each == 0) {
        break;
      }
      long most = Math.min(tasks / each, JobRequestCheck.MAX_NODES);
      long last = largest(most, count -> couldRun.test(on(request, count, each)));
      if (last * each > best) {
        best = last * each;
        bestNodes = last;
      }
      nodes = Math.max(last, least) + 1;
    }
    return bestNodes == 0 || best >= tasks
        ? Optional.empty()
        : Optional.of(
            bestNodes + (bestNodes == 1 ? " node" : " nodes") + " with " + best + " tasks");
  }

  /** Whether its numbers of nodes and tasks are bound to nothing else that it says. */
  private static boolean isFree(JobRequest request) {
    JobPlacement placement = request.placement();
    return request.tasks() != null
        && request.tasks() > 1
        && placement.nodeList().isEmpty()
        && placement.constraint().indexOf('*') < 0
        && placement.maxNodes() == 0
        && placement.tasksPerNode() == 0
        && placement.components().isEmpty();
  }

  private static JobRequest on(JobRequest request, long nodes, long tasksOfEach) {
    return request.toBuilder().nodes((int) nodes).tasks((int) (nodes * tasksOfEach)).build();
  }

  /** The largest number up to one that holds, as all smaller ones do; 0 when none does. */
  private static long largest(long most, LongPredicate holds) {
    long good = 0;
    long bad = most + 1;
    while (bad - good > 1) {
      long middle = good + (bad - good) / 2;
      if (holds.test(middle)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return good;
  }
}
