package org.queqiao.core.check;

import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.OperatorCause;

/**
 * Folds a log and says where a run ended for something else than it was first told to end for
 * (I29): money comes back by it. Logs in which a server of before has written do not keep to it.
 */
public final class OperatorHistory {
  /** What jobs whose runs are being ended are ended for; null for no operator. */
  private final TreeMap<JobId, OperatorCause> ending = new TreeMap<>();

  /** Takes the next fact; says in words what is wrong with it. */
  public List<String> observe(LoggedEvent logged) {
    return switch (logged.event()) {
      case JobKillRequested e -> {
        boolean first = !ending.containsKey(e.run().job());
        OperatorCause before = first ? e.operator() : ending.get(e.run().job());
        ending.put(e.run().job(), before);
        yield same(e.run().job(), before, e.operator());
      }
      case JobEnded e -> ended(e.job(), e.operator());
      case JobRequeued e -> ended(e.run().job(), e.operator());
      default -> List.of();
    };
  }

  private List<String> ended(JobId job, OperatorCause cause) {
    return same(job, ending.remove(job), cause);
  }

  private static List<String> same(JobId job, OperatorCause before, OperatorCause cause) {
    return Objects.equals(before, cause)
        ? List.of()
        : List.of(
            "the run of job " + job + " ends for " + cause + " and was told to for " + before);
  }
}
