package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.price.PayerBook;
import org.queqiao.contract.snapshot.PayersImage;

/**
 * From which wallets runs are paid: what was agreed on for projects, and of the runs that go on
 * what was stated with their start. That stays until their end, whatever is agreed on meanwhile.
 */
public final class PayerTable {
  /** So many words are approved at most, for all projects and times. */
  public static final int MAX_WORDS = 10_000;

  private final Cluster cluster;
  private final List<MoneyChange.ProjectPayer> words = new ArrayList<>();
  private final TreeMap<RunId, ProjectName> runs = new TreeMap<>();

  PayerTable(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Approved words, in the order of their approval. */
  public List<MoneyChange.ProjectPayer> words() {
    return Collections.unmodifiableList(words);
  }

  /** By the instants from which they hold. */
  public PayerBook book() {
    return cluster.policy().prices().payers();
  }

  /** Whose wallet pays for a run of a project that starts then. */
  public ProjectName of(ProjectName project, long startMs) {
    return book().at(project, startMs).orElse(project);
  }

  /** Whose wallet pays for the run of a job. */
  public ProjectName of(Job running) {
    return runs.getOrDefault(running.run(), running.spec().project());
  }

  void started(JobAllocated event, Job job) {
    ProjectName payer = event.payer();
    if (payer == null) {
      return;
    }
    require(
        cluster.accounts().project(payer).isPresent() && !payer.equals(job.spec().project()),
        "run " + event.run() + " is paid by " + payer);
    runs.put(event.run(), payer);
  }

  void ended(RunId run) {
    runs.remove(run);
  }

  void add(MoneyChange.ProjectPayer each) {
    words.add(each);
    cluster.policy().define(each);
  }

  PayersImage image() {
    List<PayersImage.PaidRun> paid = new ArrayList<>();
    runs.forEach((run, payer) -> paid.add(new PayersImage.PaidRun(run, payer)));
    return new PayersImage(words, paid);
  }

  void restore(PayersImage image) {
    image.words().forEach(this::add);
    image.runs().forEach(each -> runs.put(each.run(), each.payer()));
  }
}
