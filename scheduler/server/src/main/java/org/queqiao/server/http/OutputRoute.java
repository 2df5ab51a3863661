package org.queqiao.server.http;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.message.Action;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.gateway.AgentGateway;
import org.queqiao.server.gateway.OutputRead;
import org.queqiao.server.pki.LaunchOrders;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.Scope;

/**
 * What a job wrote, a piece at a time. The file is opened on the node, as the user of the job; the
 * answer is made so that no browser takes it for a page.
 */
final class OutputRoute {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final byte[] NO_SCRIPT = {};

  private final ClusterView view;
  private final AgentGateway gateway;
  private final LedgerHistory history;
  private final Blocking blocking;

  /** What is needed to find the files of a run. */
  private record Written(
      RunId run,
      int uid,
      UserName user,
      ProjectName project,
      PartitionName partition,
      String name,
      String workDir,
      String stdoutPath,
      String stderrPath,
      List<String> nodes) {
    JobSpec spec() {
      return JobSpec.builder(name, NO_SCRIPT, partition, project, 1)
          .workDir(workDir)
          .stdoutPath(stdoutPath)
          .stderrPath(stderrPath)
          .build();
    }
  }

  OutputRoute(ClusterView view, AgentGateway gateway, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.gateway = gateway;
    this.history = history;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("getJobOutput", this::get);
  }

  private void get(Call call) {
    long id = call.number("id");
    JobEntry entry = view.jobs().find(id);
    if (entry != null) {
      read(call, of(entry));
      return;
    }
    Scope scope = view.site().scopeOf(call.principal().user());
    blocking.ask(
        call,
        () -> id > view.jobs().horizon() ? Optional.<JobRow>empty() : history.find(scope, id),
        row -> read(call, of(row.orElseThrow(OutputRoute::notThere))));
  }

  private static Refused notThere() {
    return Refused.notFound("there is no job with this number that you may see");
  }

  private static Written of(JobEntry job) {
    int attempt = job.status().attempt();
    return new Written(
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

  private static Written of(JobRow job) {
    return new Written(
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

  private void read(Call call, Written job) {
    Actor actor = call.principal().actor();
    if (!view.site().permits(actor, new Action.SeeJob(job.user(), job.project()))) {
      throw notThere();
    }
    if (!view.site().permits(actor, new Action.SeeJobContent(job.user()))) {
      throw Refused.forbidden("output is read by the owner of the job alone");
    }
    long from = call.number("from");
    if (job.run() == null || job.nodes().isEmpty()) {
      send(call, from, 0, new byte[0]);
      return;
    }
    LaunchOrders.Stream stream =
        call.text("stream").equals("stderr") && !job.stderrPath().isEmpty()
            ? LaunchOrders.Stream.STDERR
            : LaunchOrders.Stream.STDOUT;
    gateway
        .readOutput(
            new NodeName(job.nodes().getFirst()),
            job.run(),
            job.spec(),
            job.uid(),
            stream,
            from,
            CHUNK_BYTES)
        .whenComplete((read, failure) ->
            call.onLoop(() -> {
              if (failure != null) {
                call.routing().fail(failure);
              } else {
                answer(call, from, read);
              }
            }));
  }

  private static void answer(Call call, long from, OutputRead read) {
    switch (read) {
      case OutputRead.Piece(long fileSize, byte[] bytes) -> send(call, from, fileSize, bytes);
      case OutputRead.NotFound _ -> send(call, from, 0, new byte[0]);
      case OutputRead.Refused(String reason) ->
          throw Refused.forbidden("the file cannot be read as the user of the job: " + reason);
      case OutputRead.Unavailable(String reason) ->
          call.refuse(new Refusal(Refusal.Code.BUSY, "", reason + ": try again", 2));
    }
  }

  private static void send(Call call, long from, long size, byte[] bytes) {
    var response = call.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.putHeader("Content-Type", "text/plain; charset=utf-8");
    response.putHeader(
        "Content-Disposition", "attachment; filename=\"job-" + call.number("id") + ".txt\"");
    response.putHeader("Content-Security-Policy", "sandbox; default-src 'none'");
    response.putHeader("Queqiao-From", Long.toString(from));
    response.putHeader("Queqiao-Next", Long.toString(from + bytes.length));
    response.putHeader("Queqiao-Size", Long.toString(size));
    response.end(Buffer.buffer(bytes));
  }
}
