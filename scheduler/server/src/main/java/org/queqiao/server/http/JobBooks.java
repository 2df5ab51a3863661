package org.queqiao.server.http;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.queqiao.contract.id.JobId;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.Scope;

/** What the books have of a job that the asker may see. */
final class JobBooks {
  private final ClusterView view;
  private final LedgerHistory history;
  private final FormFiles files;

  JobBooks(ClusterView view, LedgerHistory history, FormFiles files) {
    this.view = view;
    this.history = history;
    this.files = files;
  }

  <T> void ask(Call call, Function<JobId, List<T>> question, Consumer<List<T>> answer) {
    Seen seen = seen(call);
    files.ask(
        call,
        () -> seen.may() ? Optional.of(question.apply(seen.job())) : Optional.<List<T>>empty(),
        found -> answer.accept(found.orElseThrow(JobBooks::notThere)));
  }

  /** A job that somebody asks for, and whether they may see it: that may wait for the books. */
  record Seen(JobId job, BooleanSupplier known) {
    boolean may() {
      return known.getAsBoolean();
    }

    /** Refuses what may not be seen. */
    JobId orRefuse() {
      if (!may()) {
        throw notThere();
      }
      return job;
    }
  }

  Seen seen(Call call) {
    long id = call.number("job");
    Scope scope = view.site().scopeOf(call.principal().user());
    JobEntry entry = view.jobs().find(id);
    if (entry != null && !scope.sees(entry.user(), entry.project())) {
      throw notThere();
    }
    return new Seen(new JobId(id), () -> entry != null || history.find(scope, id).isPresent());
  }

  private static Refused notThere() {
    return Refused.notFound("there is no job with this number that you may see");
  }
}
