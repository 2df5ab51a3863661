package org.queqiao.server.http;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Action;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.Scope;

/** Finds a job for what only its owner may read, also one that ended long ago. */
final class OwnRuns {
  private final ClusterView view;
  private final LedgerHistory history;
  private final Blocking blocking;

  /**
   * A job with its latest run.
   *
   * @param run the latest, or null while it never ran
   * @param nodes of that run
   */
  record OwnRun(
      RunId run,
      int uid,
      UserName user,
      ProjectName project,
      PartitionName partition,
      String name,
      String workDir,
      String stdoutPath,
      String stderrPath,
      List<String> nodes) {}

  OwnRuns(ClusterView view, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.history = history;
    this.blocking = blocking;
  }

  /**
   * Finds the job of the parameter {@code id}; 404 for one that the caller may not see.
   *
   * @param forbidden what is said, with 403, to who may see it and is not its owner
   */
  void find(Call call, String forbidden, Consumer<OwnRun> then) {
    long id = call.number("id");
    JobEntry entry = view.jobs().find(id);
    if (entry != null) {
      then.accept(checked(call, forbidden, of(entry)));
      return;
    }
    Scope scope = view.site().scopeOf(call.principal().user());
    blocking.ask(
        call,
        () -> id > view.jobs().horizon() ? Optional.<JobRow>empty() : history.find(scope, id),
        row -> then.accept(checked(call, forbidden, of(row.orElseThrow(OwnRuns::notThere)))));
  }

  private OwnRun checked(Call call, String forbidden, OwnRun job) {
    Actor actor = call.principal().actor();
    if (!view.site().permits(actor, new Action.SeeJob(job.user(), job.project()))) {
      throw notThere();
    }
    if (!view.site().permits(actor, new Action.SeeJobContent(job.user()))) {
      throw Refused.forbidden(forbidden);
    }
    return job;
  }

  private static Refused notThere() {
    return Refused.notFound("there is no job with this number that you may see");
  }

  private static OwnRun of(JobEntry job) {
    int attempt = job.status().attempt();
    return new OwnRun(
        attempt == 0 ? null : new RunId(new JobId(job.id()), attempt),
        job.uid(),
        job.user(),
        job.project(),
        job.partition(),
        job.name(),
        job.workDir(),
        job.stdoutPath(),
        job.stderrPath(),
        job.status().nodes());
  }

  private static OwnRun of(JobRow job) {
    return new OwnRun(
        job.attempt() == 0 ? null : new RunId(job.id(), job.attempt()),
        job.uid(),
        job.user(),
        job.project(),
        job.partition(),
        job.name(),
        job.workDir(),
        job.stdoutPath(),
        job.stderrPath(),
        job.nodes());
  }
}
