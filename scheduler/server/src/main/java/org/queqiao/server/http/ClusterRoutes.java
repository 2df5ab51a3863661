package org.queqiao.server.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.OpenRun;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.RunHours;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.observe.ClusterNow;
import org.queqiao.contract.observe.ClusterNow.JobNow;
import org.queqiao.server.view.ClusterBoard;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** Clusters under other schedulers as they are now, and what their runs that go on have cost. */
final class ClusterRoutes {
  private final ClusterView view;
  private final ClusterBoard board;
  private final LedgerReads reads;
  private final Blocking blocking;

  /** A job with what it has cost so far; null for one without cores. */
  record Costed(JobNow job, RunHours.Running cost) {}

  ClusterRoutes(ClusterView view, ClusterBoard board, LedgerReads reads, Blocking blocking) {
    this.view = view;
    this.board = board;
    this.reads = reads;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("listClusters", this::list);
    api.on("listClusterNodes", this::nodes);
    api.on("listClusterPartitions", this::partitions);
    api.on("listClusterJobs", this::jobs);
    api.on("getClusterJob", this::job);
  }

  private void list(Call call) {
    List<Map.Entry<ClusterName, ClusterBoard.Seen>> all = new ArrayList<>(board.all().entrySet());
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(200, "text/plain", ClusterDocument.table(all));
      return;
    }
    SiteRoutes.page(
        call,
        all,
        each -> each.getKey().value(),
        (each, out) -> ClusterDocument.write(each.getKey(), each.getValue(), out));
  }

  private static ClusterName name(Call call) {
    return new ClusterName(call.text("cluster"));
  }

  private ClusterBoard.Seen known(Call call) {
    ClusterName name = name(call);
    ClusterBoard.Seen seen =
        board
            .find(name)
            .orElseThrow(() ->
                Refused.notFound(
                    "no cluster "
                        + name
                        + " is observed; slurm.bridges names "
                        + board.all().keySet()));
    if (seen.now() == null) {
      throw Refused.busy(
          "the bridge of cluster "
              + name
              + " on node "
              + seen.bridge()
              + " has not told of it since this server was started");
    }
    return seen;
  }

  private void nodes(Call call) {
    List<ClusterNow.NodeNow> nodes =
        known(call).now().nodes().stream()
            .sorted(Comparator.comparing(ClusterNow.NodeNow::name))
            .toList();
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(200, "text/plain", ClusterDocument.nodes(nodes));
      return;
    }
    SiteRoutes.page(call, nodes, ClusterNow.NodeNow::name, ClusterDocument::write);
  }

  private void partitions(Call call) {
    List<ClusterNow.PartitionNow> partitions =
        known(call).now().partitions().stream()
            .sorted(Comparator.comparing(ClusterNow.PartitionNow::name))
            .toList();
    SiteRoutes.page(call, partitions, ClusterNow.PartitionNow::name, ClusterDocument::write);
  }

  private void jobs(Call call) {
    ClusterBoard.Seen seen = known(call);
    String state = call.text("state");
    String user = call.text("user");
    Scope scope = view.site().scopeOf(call.principal().user());
    List<JobNow> found =
        seen.now().jobs().stream()
            .filter(each -> sees(scope, each))
            .filter(each -> state == null || each.state().equals(state))
            .filter(each -> user == null || each.user().equals(user))
            .sorted(Comparator.comparing(ClusterRoutes::order))
            .toList();
    String after = Cursor.namesAfter(call.text("cursor"));
    int limit = call.number("limit").intValue();
    List<JobNow> rest =
        found.stream()
            .filter(each -> after == null || order(each).compareTo(after) > 0)
            .limit(limit + 1L)
            .toList();
    List<JobNow> page = rest.size() > limit ? rest.subList(0, limit) : rest;
    String next = rest.size() > limit ? Cursor.ofNamesAfter(order(page.getLast())) : null;
    boolean text = call.accepted("application/json", "text/plain").equals("text/plain");
    blocking.ask(
        call,
        () -> costed(name(call), page, seen.knownMs()),
        costed -> {
          if (text) {
            call.text(200, "text/plain", ClusterDocument.jobs(costed));
          } else {
            call.json(
                200,
                out ->
                    Json.page(
                        out, costed, next, (each, to) -> ClusterDocument.write(each, false, to)));
          }
        });
  }

  /** By number, as text that sorts likewise. */
  private static String order(JobNow job) {
    return String.format("%020d", job.number());
  }

  /** Whoever may see it once it has ended. */
  private static boolean sees(Scope scope, JobNow job) {
    if (scope.everything()) {
      return true;
    }
    boolean named =
        UserName.FORM.matcher(job.user()).matches()
            && ProjectName.FORM.matcher(job.account()).matches();
    return named && scope.sees(new UserName(job.user()), new ProjectName(job.account()));
  }

  private List<Costed> costed(ClusterName cluster, List<JobNow> jobs, long knownMs) {
    List<RunHours.Elsewhere> asked = new ArrayList<>();
    for (JobNow each : jobs) {
      if (isPriced(cluster, each)) {
        asked.add(
            new RunHours.Elsewhere(
                PartitionName.elsewhere(cluster, each.partition()),
                ProjectName.FORM.matcher(each.account()).matches()
                    ? new ProjectName(each.account())
                    : null,
                new OpenRun(
                    new RunId(new JobId(each.number()), 1),
                    each.startMs(),
                    each.cores(),
                    0,
                    "",
                    each.stops())));
      }
    }
    List<RunHours.Running> costs =
        asked.isEmpty() ? List.of() : reads.hours().elsewhere(asked, knownMs);
    List<Costed> all = new ArrayList<>();
    int next = 0;
    for (JobNow each : jobs) {
      all.add(new Costed(each, isPriced(cluster, each) ? costs.get(next++) : null));
    }
    return all;
  }

  private static boolean isPriced(ClusterName cluster, JobNow job) {
    return job.holdsCores()
        && PartitionName.FORM.matcher(cluster + "." + job.partition()).matches();
  }

  private void job(Call call) {
    ClusterName cluster = name(call);
    ClusterBoard.Seen seen =
        board
            .find(cluster)
            .orElseThrow(() -> Refused.notFound("no cluster " + cluster + " is observed"));
    long number = call.number("number");
    Scope scope = view.site().scopeOf(call.principal().user());
    List<JobNow> live =
        seen.now() == null
            ? List.of()
            : seen.now().jobs().stream()
                .filter(each -> each.number() == number && sees(scope, each))
                .limit(1)
                .toList();
    blocking.ask(
        call,
        () -> {
          List<JobRow> ended =
              reads.observed(cluster, number).stream()
                  .filter(row -> scope.sees(row.user(), row.project()))
                  .toList();
          if (live.isEmpty() && ended.isEmpty()) {
            throw Refused.notFound(
                "cluster " + cluster + " has no job " + number + " that you may see");
          }
          return new ClusterDocument.Job(number, costed(cluster, live, seen.knownMs()), ended);
        },
        found -> call.json(200, out -> found.write(out)));
  }
}
