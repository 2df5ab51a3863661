package org.queqiao.core;

import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.stream.LongStream;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.explain.Explainer;
import org.queqiao.core.explain.WaitsForSomebody;
import org.queqiao.core.explain.WhyPending;
import org.queqiao.core.limit.CostOfJobs;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.JobCost;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.PriorityTerms;
import org.queqiao.core.message.ReservationStatus;
import org.queqiao.core.message.ShareLine;
import org.queqiao.core.message.WalletStatus;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.priority.FairShare;
import org.queqiao.core.priority.Multifactor;
import org.queqiao.core.state.AccountTree;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.ClusterState;
import org.queqiao.core.state.IndexComparison;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobTable;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.Wallet;

/** The queries of the machine, answered from the tables. */
final class StateView implements ClusterState {
  private final Cluster cluster;
  private final Permissions permissions;
  private final WhyPending why;
  private final PlanMemory memory;

  StateView(Cluster cluster, Permissions permissions, WhyPending why, PlanMemory memory) {
    this.cluster = cluster;
    this.permissions = permissions;
    this.why = why;
    this.memory = memory;
  }

  @Override
  public long position() {
    return cluster.position();
  }

  @Override
  public long timeMs() {
    return cluster.timeMs();
  }

  @Override
  public long lastJobId() {
    return cluster.lastJobId();
  }

  @Override
  public Optional<ClusterImage.JobImage> job(JobId id) {
    return cluster.jobs().find(id).map(Job::image);
  }

  @Override
  public Optional<JobId> task(JobId array, int index) {
    return Optional.ofNullable(cluster.jobs().tasksOf(array).get(index)).map(Job::id);
  }

  @Override
  public Optional<TaskIndices> waitingTasks(JobId array) {
    return cluster
        .jobs()
        .find(array)
        .filter(job -> job.array() != null)
        .map(job -> job.array().waitingTasks(job.spec().array().tasks()));
  }

  @Override
  public Optional<TaskIndices> heldTasks(JobId array) {
    return cluster
        .jobs()
        .find(array)
        .filter(job -> job.array() != null)
        .map(job -> job.array().heldTasks(job.spec().array().tasks()));
  }

  @Override
  public Optional<ClusterImage.NodeImage> node(NodeName name) {
    return cluster.nodes().find(name).map(Node::image);
  }

  @Override
  public List<NodeName> nodeNames() {
    return cluster.nodes().all().stream().map(Node::name).toList();
  }

  @Override
  public Optional<ClusterImage.UserImage> user(UserName name) {
    return cluster.accounts().account(name).map(AccountTree.Account::image);
  }

  @Override
  public Optional<ClusterImage.ProjectImage> project(ProjectName name) {
    return cluster.accounts().project(name).map(AccountTree.Project::image);
  }

  @Override
  public Optional<String> unpaid(JobId id) {
    return cluster.jobs().find(id).filter(Job::awaitsStart).flatMap(why::unpaid);
  }

  @Override
  public Optional<String> neverStarts(JobId id) {
    return cluster.jobs().find(id).filter(Job::awaitsStart).flatMap(why::never);
  }

  @Override
  public SortedSet<JobId> waitForSomebody() {
    return WaitsForSomebody.in(cluster, why);
  }

  @Override
  public Optional<JobCost> cost(JobId id, long startMs, long believedMs) {
    return cluster.jobs().find(id).map(job -> CostOfJobs.of(cluster, job, startMs, believedMs));
  }

  @Override
  public Optional<WalletStatus> wallet(ProjectName project) {
    return cluster.wallets().find(project).map(Wallet::status);
  }

  @Override
  public Optional<WalletStatus> walletFor(ProjectName project) {
    return wallet(cluster.money().payers().of(project, cluster.timeMs()));
  }

  @Override
  public Optional<PartitionDefined> partition(PartitionName name) {
    return cluster.policy().partition(name);
  }

  @Override
  public List<LicenceDefined> licences() {
    return List.copyOf(cluster.licences().all());
  }

  @Override
  public TopologyDefined topology() {
    return cluster.policy().topology();
  }

  @Override
  public int licencesUsed(String name) {
    return cluster.licences().used(name);
  }

  @Override
  public SchedulingDefined scheduling() {
    return cluster.policy().scheduling();
  }

  @Override
  public JobPolicyDefined jobPolicy() {
    return cluster.policy().jobPolicy();
  }

  @Override
  public Optional<PartitionDefined> defaultPartition() {
    return cluster.policy().defaultPartition();
  }

  @Override
  public List<TariffDefined> tariffs(PartitionName partition) {
    return List.copyOf(cluster.policy().tariffsOf(partition));
  }

  @Override
  public boolean permits(Actor actor, Action action) {
    return permissions.permit(actor, action);
  }

  @Override
  public PendingReason pendingReason(JobId id) {
    return cluster.jobs().find(id).map(why::reason).orElse(PendingReason.NONE);
  }

  @Override
  public PendingWhy pendingWhy(JobId id) {
    return cluster
        .jobs()
        .find(id)
        .map(why::why)
        .orElseGet(() -> new PendingWhy(PendingReason.NONE.slurmWord(), ""));
  }

  @Override
  public Optional<Explanation> explain(JobId id, long nowMs) {
    long logicalMs = Math.max(nowMs, cluster.timeMs());
    return cluster
        .jobs()
        .find(id)
        .filter(job -> job.state() == JobState.PENDING)
        .map(job -> new Explainer(cluster, why).explain(job, logicalMs));
  }

  @Override
  public long predictedMs(JobId id) {
    return cluster.jobs().find(id).map(cluster.learning()::predictedMs).orElse(0L);
  }

  @Override
  public Optional<PriorityTerms> priority(JobId id, long nowMs) {
    long logicalMs = Math.max(nowMs, cluster.timeMs());
    return cluster
        .jobs()
        .find(id)
        .filter(job -> job.state() == JobState.PENDING)
        .map(job -> new Multifactor(cluster, logicalMs).terms(job));
  }

  @Override
  public List<ShareLine> shares(long nowMs) {
    return new FairShare(cluster, Math.max(nowMs, cluster.timeMs())).lines();
  }

  @Override
  public List<ReservationStatus> reservations(long nowMs) {
    return cluster.reservationStatus(Math.max(nowMs, cluster.timeMs()));
  }

  @Override
  public long desiredVersion(NodeName node) {
    return cluster.nodes().find(node).map(Node::desiredVersion).orElse(0L);
  }

  @Override
  public OptionalLong nextChangeMs() {
    return cluster.planned().firstMs();
  }

  @Override
  public OptionalLong nextDeadlineMs() {
    return LongStream.of(
            first(cluster.jobs().deadlines()),
            first(cluster.jobs().signals()),
            first(cluster.jobs().waits().releases()),
            first(cluster.jobs().waits().lastStarts()),
            cluster.reservations().nextEdgeMs(),
            cluster.planned().firstOfJobsMs(),
            cluster.jobs().over().isEmpty() ? -1 : cluster.timeMs(),
            memory.retryMs())
        .filter(each -> each >= 0)
        .min();
  }

  private static long first(NavigableSet<JobTable.Moment> moments) {
    return moments.isEmpty() ? -1 : Math.max(0, moments.first().timeMs());
  }

  @Override
  public boolean planningDue() {
    return memory.worthAPass(cluster);
  }

  @Override
  public int pendingJobs() {
    return cluster.jobs().pending();
  }

  @Override
  public int runningJobs() {
    return cluster.jobs().running();
  }

  @Override
  public List<String> indexDifferences() {
    return IndexComparison.withRecomputed(cluster);
  }

  @Override
  public ClusterImage image() {
    return cluster.image();
  }
}
