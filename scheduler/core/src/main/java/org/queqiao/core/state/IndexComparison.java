package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Compares the derived indexes of two clusters that should be the same. */
public final class IndexComparison {
  private final List<String> differences = new ArrayList<>();

  private IndexComparison() {}

  /** What differs between the indexes of a cluster and those of one made from its image. */
  public static List<String> withRecomputed(Cluster live) {
    Cluster fresh = Cluster.from(live.image());
    IndexComparison comparison = new IndexComparison();
    comparison.jobs(live, fresh);
    comparison.nodes(live, fresh);
    return comparison.differences;
  }

  private void jobs(Cluster live, Cluster fresh) {
    compare(
        "counters of limits",
        live.priorities().tallies().toString(),
        fresh.priorities().tallies().toString());
    compare("backlog", backlog(live), backlog(fresh));
    compare(
        "jobs in the queue",
        live.priorities().backlog().jobs(),
        fresh.priorities().backlog().jobs());
    compare("learnt run times", live.learning().image(), fresh.learning().image());
    compare(
        "running use", live.priorities().usage().derived(), fresh.priorities().usage().derived());
    compare("licences", live.licences().toString(), fresh.licences().toString());
    compare("reservations", live.reservations().toString(), fresh.reservations().toString());
    compare(
        "preemption", live.jobs().preemption().toString(), fresh.jobs().preemption().toString());
    compare("deadlines", live.jobs().deadlines(), fresh.jobs().deadlines());
    compare("signals", live.jobs().signals(), fresh.jobs().signals());
    compare("finished jobs", live.jobs().finished(), fresh.jobs().finished());
    compare("waits", live.jobs().waits().toString(), fresh.jobs().waits().toString());
    compare("arrays that are over", live.jobs().over(), fresh.jobs().over());
    compare("arrays", arrays(live), arrays(fresh));
    compare("pending count", live.jobs().pending(), fresh.jobs().pending());
    compare("running count", live.jobs().running(), fresh.jobs().running());
    compare("content bytes", live.content().bytes(), fresh.content().bytes());
    for (AccountTree.Account each : live.accounts().accounts()) {
      compare(
          "live jobs of " + each.definition().name(),
          live.jobs().liveOf(each.definition().name()),
          fresh.jobs().liveOf(each.definition().name()));
    }
  }

  private void nodes(Cluster live, Cluster fresh) {
    compare("open nodes", live.nodes().open().keySet(), fresh.nodes().open().keySet());
    compare("offered", live.offered().toString(), fresh.offered().toString());
    compare("node shapes", live.nodes().shapes(), fresh.nodes().shapes());
    compare("usable shapes", live.nodes().usableShapes(), fresh.nodes().usableShapes());
    for (Node each : live.nodes().all()) {
      Node other = fresh.nodes().find(each.name()).orElseThrow();
      compare("capacity of " + each.name(), each.capacity(), other.capacity());
      compare("holders of " + each.name(), ids(each.holders()), ids(other.holders()));
      compare("runs of " + each.name(), ids(each.runs()), ids(other.runs()));
    }
  }

  private static List<String> arrays(Cluster cluster) {
    List<String> out = new ArrayList<>();
    for (Job job : cluster.jobs().all()) {
      if (job.array() != null) {
        out.add(job.id() + ": " + job.array() + " " + cluster.jobs().tasksOf(job.id()).keySet());
      }
    }
    return out;
  }

  private static List<String> backlog(Cluster cluster) {
    List<String> out = new ArrayList<>();
    cluster
        .priorities()
        .backlog()
        .groups()
        .forEach((group, jobs) -> out.add(group + ": " + jobs.keySet()));
    return out;
  }

  private static List<String> ids(Iterable<Job> jobs) {
    List<String> out = new ArrayList<>();
    jobs.forEach(job -> out.add(job.run().toString()));
    return out;
  }

  private void compare(String what, Object live, Object fresh) {
    if (!Objects.equals(live, fresh)) {
      differences.add(what + " are " + live + ", computed anew " + fresh);
    }
  }
}
