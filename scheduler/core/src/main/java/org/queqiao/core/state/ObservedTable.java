package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.snapshot.ObservedImage;

/**
 * Which runs of clusters under other schedulers were told, so that none counts twice. A run is
 * remembered until {@link #KEEP_MS} after its end; what is told later for the first time is not
 * taken.
 */
public final class ObservedTable {
  /** How long after its end a run may be told, or told otherwise. */
  public static final long KEEP_MS = 40L * 86_400_000;

  private static final class Known {
    private long completeMs;
    private long imported;
    private final TreeMap<ExternalRun, ObservedImage.Run> runs = new TreeMap<>();
  }

  private final Cluster cluster;
  private final TreeMap<ClusterName, Known> clusters = new TreeMap<>();

  ObservedTable(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Up to when the history of a cluster is known; 0 for one that is not. */
  public long completeMs(ClusterName name) {
    Known known = clusters.get(name);
    return known == null ? 0 : known.completeMs;
  }

  /** What is known of a run, if it was told and is not forgotten. */
  public Optional<ObservedImage.Run> find(ExternalRun run) {
    Known known = clusters.get(run.cluster());
    return known == null ? Optional.empty() : Optional.ofNullable(known.runs.get(run));
  }

  /** How often the run was told that has this number here; 0 for one that is not remembered. */
  public int toldAs(JobId job) {
    for (Known known : clusters.values()) {
      for (ObservedImage.Run each : known.runs.values()) {
        if (each.job().equals(job)) {
          return each.revision();
        }
      }
    }
    return 0;
  }

  /** Whether a run ended so long ago that it may have been told and forgotten. */
  public boolean isForgotten(ObservedRun run) {
    return run.endMs() < completeMs(run.id().cluster()) - KEEP_MS;
  }

  void observed(RunObserved event) {
    ObservedRun run = event.run();
    Optional<ObservedImage.Run> before = find(run.id());
    if (before.isPresent()) {
      require(
          event.job().equals(before.get().job()),
          "run " + run.id() + " is " + before.get().job() + ", not " + event.job());
      require(
          event.revision() == before.get().revision() + 1
              && run.fingerprint() != before.get().fingerprint(),
          "run " + run.id() + " is told again as " + event.revision());
    } else {
      require(!isForgotten(run), "run " + run.id() + " may have been told before");
      require(
          event.revision() == 1 && event.job().value() == cluster.lastJobId() + 1,
          "run " + run.id() + " is new and told as " + event.job() + ", " + event.revision());
      cluster.jobNumberUsed(event.job().value());
    }
    clusters
        .computeIfAbsent(run.id().cluster(), _ -> new Known())
        .runs
        .put(
            run.id(),
            new ObservedImage.Run(
                run.id().job(),
                run.id().submitMs(),
                event.job(),
                event.revision(),
                run.endMs(),
                run.fingerprint()));
    pay(run);
  }

  /** How many runs of a cluster came from files. */
  public long imported(ClusterName name) {
    Known known = clusters.get(name);
    return known == null ? 0 : known.imported;
  }

  /** Whether anything was told or imported of the cluster that a partition is of. */
  public boolean knows(PartitionName elsewhere) {
    return clusters.keySet().stream()
        .anyMatch(each -> elsewhere.value().startsWith(each.value() + "."));
  }

  /** Whether a bridge tells, or told, of a cluster. */
  public boolean isBridged(ClusterName name) {
    Known known = clusters.get(name);
    return known != null && (known.completeMs > 0 || !known.runs.isEmpty());
  }

  /** Who imports has looked whether a run is new; here only their number is known. */
  void imported(RunImported event) {
    ObservedRun run = event.run();
    require(
        event.job().value() == cluster.lastJobId() + 1,
        "run " + run.id() + " is imported as " + event.job());
    cluster.jobNumberUsed(event.job().value());
    clusters.computeIfAbsent(run.id().cluster(), _ -> new Known()).imported++;
    if (event.billed()) {
      pay(run);
    }
  }

  /** Whether there is a wallet or a budget that a run which is charged leaves less of. */
  boolean takes(ObservedRun run) {
    return run.cores() > 0
        && (wallet(run).isPresent() || !cluster.money().budgets().of(run.project()).isEmpty());
  }

  /** That which pays for it: by what held when it started. */
  private Optional<Wallet> wallet(ObservedRun run) {
    return cluster.wallets().find(cluster.money().payers().of(run.project(), run.startMs()));
  }

  /** The books will charge it; until they tell, the wallet has so much less. */
  private void pay(ObservedRun run) {
    if (!takes(run)) {
      return;
    }
    BigInteger most =
        RunCost.mostCharged(
            cluster.policy().prices(), Holding.parts(run), run.startMs(), run.endMs());
    wallet(run).ifPresent(each -> each.spend(most, cluster.position()));
    BigInteger coreMs =
        BigInteger.valueOf(run.cores()).multiply(BigInteger.valueOf(run.endMs() - run.startMs()));
    cluster.money().budgets().spent(run.project(), run.user(), most, coreMs);
  }

  void complete(ClusterObserved event) {
    Known known = clusters.computeIfAbsent(event.cluster(), _ -> new Known());
    require(
        event.completeMs() >= known.completeMs,
        "the history of " + event.cluster() + " goes back to " + event.completeMs());
    known.completeMs = event.completeMs();
    known.runs.values().removeIf(each -> each.endMs() < event.completeMs() - KEEP_MS);
  }

  void restore(ObservedImage image) {
    Known known = new Known();
    known.completeMs = image.completeMs();
    known.imported = image.imported();
    for (ObservedImage.Run each : image.runs()) {
      known.runs.put(new ExternalRun(image.cluster(), each.number(), each.submitMs()), each);
    }
    require(clusters.put(image.cluster(), known) == null, "two of " + image.cluster());
  }

  List<ObservedImage> images() {
    List<ObservedImage> out = new ArrayList<>();
    clusters.forEach((name, known) ->
        out.add(
            new ObservedImage(
                name, known.completeMs, List.copyOf(known.runs.values()), known.imported)));
    return out;
  }
}
