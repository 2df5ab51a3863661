package org.queqiao.simulator.check;

import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;

/** Whether a job that starts may start, by its own terms and by what became of other jobs. */
final class TermsCheck {
  private final ModelCluster model;

  TermsCheck(ModelCluster model) {
    this.model = model;
  }

  /** A job starts now. */
  void mayBegin(LoggedEvent logged, ModelJob job) {
    JobTerms terms = job.spec.terms();
    long nowMs = logged.timeMs();
    HistoryCheck.require(
        nowMs >= terms.beginMs(),
        Invariant.I23,
        () -> "job " + job.submitted.job() + " starts before its begin time");
    boolean any = terms.dependency().any();
    boolean met =
        any
            ? terms.dependency().parts().stream().anyMatch(each -> holds(job, each, nowMs))
            : terms.dependency().parts().stream().allMatch(each -> holds(job, each, nowMs));
    HistoryCheck.require(
        met,
        Invariant.I26,
        () ->
            "entry "
                + logged.position()
                + " starts job "
                + job.submitted.job()
                + " and "
                + terms.dependency()
                + " does not hold");
  }

  private boolean holds(ModelJob job, Dependency part, long nowMs) {
    if (part.kind() == Dependency.Kind.SINGLETON) {
      return model.jobs.values().stream()
          .noneMatch(each ->
              each.task == null
                  && each.submitted.job().value() < job.submitted.job().value()
                  && each.submitted.user().equals(job.submitted.user())
                  && !each.renamed
                  && each.spec.name().equals(job.spec.name())
                  && !each.state.isTerminal());
    }
    ModelJob other = model.job(part.job());
    Integer index = part.task();
    if (part.kind() == Dependency.Kind.AFTER_CORRESPONDING && job.task != null) {
      index = job.task.index();
    }
    if (index != null && other.array != null) {
      JobId own = other.array.jobs.get(index);
      if (own == null && part.task() != null) {
        Long endMs = other.array.endedWaiting.get(index);
        return endMs != null
            && part.kind() != Dependency.Kind.AFTER_OK
            && nowMs >= endMs + part.offsetMs();
      }
      other = own == null ? other : model.job(own);
    }
    boolean ended = other.state.isTerminal();
    boolean well = other.state == JobState.COMPLETED;
    return switch (part.kind()) {
      case AFTER -> {
        long startMs = other.array == null ? other.firstStartMs : other.array.begunMs;
        boolean begun = startMs > 0 || ended;
        long begunMs = startMs > 0 ? startMs : other.endMs;
        yield begun && nowMs >= begunMs + part.offsetMs();
      }
      case AFTER_ANY -> ended;
      case AFTER_OK, AFTER_CORRESPONDING -> well;
      case AFTER_NOT_OK -> ended && !well;
      case SINGLETON -> throw new IllegalStateException("a singleton depends on no one job");
    };
  }
}
