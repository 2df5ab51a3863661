package org.queqiao.core.state;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
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
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.JobCost;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.PriorityTerms;
import org.queqiao.core.message.ReservationStatus;
import org.queqiao.core.message.ShareLine;
import org.queqiao.core.message.WalletStatus;

/**
 * Read-only queries on the state of the cluster. The queries belong to the thread of the machine;
 * what they return are copies that stay as they are and may go anywhere.
 */
public interface ClusterState {
  /** Position of the last applied event; 0 at the beginning. */
  long position();

  /** Logical time of the last applied event. */
  long timeMs();

  long lastJobId();

  /** A job that waits, runs, or ended not long ago. */
  Optional<ClusterImage.JobImage> job(JobId id);

  /** The task of an array with an index, once it has started and as long as the state knows it. */
  Optional<JobId> task(JobId array, int index);

  /** The tasks of an array that have not started; empty when there are none or it is no array. */
  Optional<TaskIndices> waitingTasks(JobId array);

  /** The tasks of an array that have not started and are held one by one, by whomever. */
  Optional<TaskIndices> heldTasks(JobId array);

  Optional<ClusterImage.NodeImage> node(NodeName name);

  /** All nodes, by name. */
  List<NodeName> nodeNames();

  Optional<ClusterImage.UserImage> user(UserName name);

  Optional<ClusterImage.ProjectImage> project(ProjectName name);

  /** The licences of the site, by name. */
  List<LicenceDefined> licences();

  /** Which nodes are close to each other. */
  TopologyDefined topology();

  /** How many of a licence runs hold. */
  int licencesUsed(String name);

  /** Why the wallet of its project cannot pay for a waiting job now, in a sentence. */
  Optional<String> unpaid(JobId id);

  /** Why no time brings the start of a waiting job under the limits as they are now, if so. */
  Optional<String> neverStarts(JobId id);

  /** The waiting jobs whose start no time brings, whatever else happens by itself. */
  SortedSet<JobId> waitForSomebody();

  /** What a job may cost that starts then and is believed to run so long; 0 for as is known now. */
  Optional<JobCost> cost(JobId id, long startMs, long believedMs);

  /** The wallet of a project, if it pays before. */
  Optional<WalletStatus> wallet(ProjectName project);

  /** The wallet that pays for runs of a project that start now, if it pays before. */
  Optional<WalletStatus> walletFor(ProjectName project);

  Optional<PartitionDefined> partition(PartitionName name);

  /** The bounds on every job. */
  JobPolicyDefined jobPolicy();

  /** By which policy the site plans. */
  SchedulingDefined scheduling();

  /** Where jobs go that name no partition. */
  Optional<PartitionDefined> defaultPartition();

  /** The tariffs of a partition in the order in which they were stated. */
  List<TariffDefined> tariffs(PartitionName partition);

  /** Whether a principal may do something now. */
  boolean permits(Actor actor, Action action);

  /** Why a job waits; {@code NONE} for one that does not, or that is unknown. */
  PendingReason pendingReason(JobId id);

  /** Why a job waits, with the limit that it waits for; {@code None} for one that does not. */
  PendingWhy pendingWhy(JobId id);

  /**
   * Everything that keeps a waiting job from starting; empty for one that does not wait. Looks at
   * every node and at the whole queue: ask a copy, not the loop.
   */
  Optional<Explanation> explain(JobId id, long nowMs);

  /**
   * How long a job is believed to run, or was when it started; 0 when nothing is known of jobs like
   * it, or the job is unknown.
   */
  long predictedMs(JobId id);

  /** The priority of a waiting job, term by term; empty for one that does not wait. */
  Optional<PriorityTerms> priority(JobId id, long nowMs);

  /** The fair-share tree: platforms with their projects, then projects of no platform. */
  List<ShareLine> shares(long nowMs);

  /** The advance reservations, by name, with their use until a moment. */
  List<ReservationStatus> reservations(long nowMs);

  /** Version of the desired set of a node; 0 for one that never had any. */
  long desiredVersion(NodeName node);

  /**
   * When time alone changes something next: a run reaches its end, a job may start or can no longer
   * meet its deadline. No tick is needed before.
   */
  OptionalLong nextDeadlineMs();

  /** When the first planned change counts; whoever asks at that time is answered after it. */
  OptionalLong nextChangeMs();

  /** Whether a pass of the planner could start something that the last one could not. */
  boolean planningDue();

  /** How many jobs wait. */
  int pendingJobs();

  /** How many jobs hold resources. */
  int runningJobs();

  /**
   * Compares every derived index (queues, deadlines, counters, free capacity) with one that is
   * computed anew from the image; says what differs, and nothing when all agree. Costs as much as a
   * recovery.
   */
  List<String> indexDifferences();

  /** The whole state, copied. */
  ClusterImage image();
}
