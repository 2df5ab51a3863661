package org.queqiao.server.http;

import io.vertx.core.buffer.Buffer;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.gateway.AgentGateway;
import org.queqiao.server.gateway.OutputRead;
import org.queqiao.server.pki.LaunchOrders;

/**
 * What a job wrote, a piece at a time. The file is opened on the node, as the user of the job; the
 * answer is made so that no browser takes it for a page.
 */
final class OutputRoute {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final byte[] NO_SCRIPT = {};

  private final OwnRuns runs;
  private final AgentGateway gateway;

  OutputRoute(OwnRuns runs, AgentGateway gateway) {
    this.runs = runs;
    this.gateway = gateway;
  }

  void on(Api api) {
    api.on("getJobOutput", this::get);
  }

  private void get(Call call) {
    runs.find(call, "output is read by the owner of the job alone", job -> read(call, job));
  }

  private void read(Call call, OwnRuns.OwnRun job) {
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
            spec(job),
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

  /** What says where it writes. */
  static JobSpec spec(OwnRuns.OwnRun job) {
    return JobSpec.builder(job.name(), NO_SCRIPT, job.partition(), job.project(), 1)
        .workDir(job.workDir())
        .stdoutPath(job.stdoutPath())
        .stderrPath(job.stderrPath())
        .build();
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
