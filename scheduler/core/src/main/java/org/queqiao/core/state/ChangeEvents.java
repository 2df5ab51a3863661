package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.NavigableSet;
import java.util.TreeSet;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.snapshot.PreemptionImage;

/** Makes it true that a job asks for something else. */
final class ChangeEvents {
  private final Cluster cluster;
  private final DependencyEvents dependencies;

  ChangeEvents(Cluster cluster, DependencyEvents dependencies) {
    this.cluster = cluster;
    this.dependencies = dependencies;
  }

  void changed(JobChanged event, long nowMs) {
    Job job =
        cluster
            .jobs()
            .find(event.job())
            .orElseThrow(() -> new IllegalStateException("not legal here: no job " + event.job()));
    requireLegal(job, event.spec());
    JobSpec before = job.spec();
    SharedContent.Lease old = job.content();
    SharedContent.Lease content = cluster.content().share(event.spec());
    NavigableSet<JobId> freed = new TreeSet<>();
    boolean renamed = job.task() == null && !before.name().equals(event.spec().name());
    if (renamed) {
      freed = cluster.jobs().waits().singletonsFreedBy(job);
    }
    cluster
        .jobs()
        .change(
            job,
            () -> {
              job.change(content, nowMs);
              if (job.isPending()) {
                // Room was made for what it asked for before.
                job.preempt(PreemptionImage.NONE);
              }
            });
    cluster.content().letGo(old);
    if (job.holdsResources() && before.limitMs() != event.spec().limitMs()) {
      cluster.wallets().holds(job);
    }
    if (renamed) {
      cluster.jobs().waits().renamed(job);
    }
    if (!before.terms().dependency().equals(event.spec().terms().dependency())) {
      cluster.jobs().waits().started(job);
      cluster.jobs().waitsAgain(job);
      dependencies.submitted(job, nowMs);
    } else if (renamed && job.isPending() && WaitTable.waitsAsSingleton(job)) {
      cluster.jobs().waitsAgain(job);
      if (!cluster.jobs().waits().waitsForEarlier(job)) {
        dependencies.freeSingleton(job.id(), nowMs);
      }
    }
    freed.forEach(each -> dependencies.freeSingleton(each, nowMs));
  }

  private void requireLegal(Job job, JobSpec spec) {
    require(!job.state().isTerminal(), "job " + job.id() + " has ended and is changed");
    require(
        cluster.accounts().project(spec.project()).isPresent()
            && cluster.policy().partition(spec.partition()).isPresent(),
        "job " + job.id() + " is changed to a project or partition that is not there");
    JobSpec now = job.spec();
    require(
        (now.array() == null) == (spec.array() == null)
            && (now.array() == null || now.array().tasks().equals(spec.array().tasks())),
        "job " + job.id() + " is changed to other tasks");
    require(
        job.awaitsStart() || now.toBuilder().limitMs(spec.limitMs()).build().equals(spec),
        "job " + job.id() + " does not wait and more than its limit is changed");
  }
}
