package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.Checkpoint;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.node.NodeState;

/** The machine after a log position: jobs by id, all else by name, null what nobody stated. */
public record ClusterImage(
    long position,
    long timeMs,
    long lastJobId,
    List<PartitionDefined> partitions,
    List<TariffDefined> tariffs,
    List<DomainDefined> domains,
    List<ProjectImage> projects,
    List<UserImage> users,
    List<NodeImage> nodes,
    List<JobImage> jobs,
    List<IdempotencyImage> idempotencyKeys,
    List<OutcomeImage> outcomes,
    JobPolicyDefined jobPolicy,
    SchedulingDefined scheduling,
    PrioritiesImage priorities,
    List<LicenceDefined> licences,
    TopologyDefined topology,
    ExperienceImage experience,
    List<ReservationImage> reservations,
    List<WalletImage> wallets,
    MoneyImage money,
    List<ObservedImage> observed,
    List<StepsImage> steps,
    long earlyRoom,
    PlannedImage planned) {
  public ClusterImage {
    partitions = List.copyOf(partitions);
    tariffs = List.copyOf(tariffs);
    domains = List.copyOf(domains);
    projects = List.copyOf(projects);
    users = List.copyOf(users);
    nodes = List.copyOf(nodes);
    jobs = List.copyOf(jobs);
    idempotencyKeys = List.copyOf(idempotencyKeys);
    outcomes = List.copyOf(outcomes);
    licences = List.copyOf(licences);
    reservations = List.copyOf(reservations);
    wallets = List.copyOf(wallets);
    observed = List.copyOf(observed);
  }

  /** An image of a site without licences, of which nothing was learnt. */
  public ClusterImage(
      long position,
      long timeMs,
      long lastJobId,
      List<PartitionDefined> partitions,
      List<TariffDefined> tariffs,
      List<DomainDefined> domains,
      List<ProjectImage> projects,
      List<UserImage> users,
      List<NodeImage> nodes,
      List<JobImage> jobs,
      List<IdempotencyImage> idempotencyKeys,
      List<OutcomeImage> outcomes,
      JobPolicyDefined jobPolicy,
      SchedulingDefined scheduling,
      PrioritiesImage priorities) {
    this(
        position,
        timeMs,
        lastJobId,
        partitions,
        tariffs,
        domains,
        projects,
        users,
        nodes,
        jobs,
        idempotencyKeys,
        outcomes,
        jobPolicy,
        scheduling,
        priorities,
        List.of(),
        TopologyDefined.NONE,
        ExperienceImage.NONE,
        List.of(),
        List.of(),
        MoneyImage.NONE,
        List.of(),
        List.of(),
        0,
        PlannedImage.NONE);
  }

  /** The same of a site with these licences and switches, where this was learnt. */
  public ClusterImage with(List<LicenceDefined> own, TopologyDefined tree, ExperienceImage learnt) {
    return changed(own, tree, learnt, reservations, wallets, money, observed, planned);
  }

  /** The same with these reservations and wallets. */
  public ClusterImage with(List<ReservationImage> reserved, List<WalletImage> funds) {
    return changed(licences, topology, experience, reserved, funds, money, observed, planned);
  }

  /** The same with these changes by two people. */
  public ClusterImage with(MoneyImage sums) {
    return changed(licences, topology, experience, reservations, wallets, sums, observed, planned);
  }

  /** The same with what is known of these clusters under other schedulers. */
  public ClusterImage with(List<ObservedImage> others) {
    return changed(licences, topology, experience, reservations, wallets, money, others, planned);
  }

  /** The same where this was said ahead. */
  public ClusterImage with(PlannedImage said) {
    return changed(licences, topology, experience, reservations, wallets, money, observed, said);
  }

  /** The same state with other jobs, and nothing of what ended before. */
  public ClusterImage withOnly(List<JobImage> otherJobs) {
    return changed(
        otherJobs,
        List.of(),
        List.of(),
        licences,
        topology,
        experience,
        reservations,
        wallets,
        money,
        observed,
        planned);
  }

  private ClusterImage changed(
      List<LicenceDefined> own,
      TopologyDefined tree,
      ExperienceImage learnt,
      List<ReservationImage> reserved,
      List<WalletImage> funds,
      MoneyImage sums,
      List<ObservedImage> others,
      PlannedImage said) {
    return changed(
        jobs, idempotencyKeys, outcomes, own, tree, learnt, reserved, funds, sums, others, said);
  }

  private ClusterImage changed(
      List<JobImage> otherJobs,
      List<IdempotencyImage> keys,
      List<OutcomeImage> ends,
      List<LicenceDefined> own,
      TopologyDefined tree,
      ExperienceImage learnt,
      List<ReservationImage> reserved,
      List<WalletImage> funds,
      MoneyImage sums,
      List<ObservedImage> others,
      PlannedImage said) {
    return new ClusterImage(
        position,
        timeMs,
        lastJobId,
        partitions,
        tariffs,
        domains,
        projects,
        users,
        nodes,
        otherJobs,
        keys,
        ends,
        jobPolicy,
        scheduling,
        priorities,
        own,
        tree,
        learnt,
        reserved,
        funds,
        sums,
        others,
        steps,
        earlyRoom,
        said);
  }

  /** A project with its members, sorted by name. */
  public record ProjectImage(ProjectDefined definition, List<MemberImage> members) {
    public ProjectImage {
      members = List.copyOf(members);
    }
  }

  /** A member of a project. */
  public record MemberImage(UserName user, MemberRank rank) {}

  /** An account with its roles. */
  public record UserImage(UserDefined user, List<Role> roles) {
    public UserImage {
      roles = List.copyOf(roles);
    }
  }

  /**
   * A node.
   *
   * @param facts what its agent found
   * @param state whether it takes part
   * @param lastSeenMs last proven life sign when it went down, else 0
   * @param stateReason in words, or empty
   * @param drained whether it gets no new jobs
   * @param drainReason in words, or empty
   * @param desiredVersion counts the changes of its desired set
   * @param drainedByHealth whether its health check drained it
   */
  public record NodeImage(
      NodeFacts facts,
      NodeState state,
      long lastSeenMs,
      String stateReason,
      boolean drained,
      String drainReason,
      long desiredVersion,
      NodeSettings settings,
      boolean drainedByHealth) {
    /** A node that its health check has not drained. */
    public NodeImage(
        NodeFacts facts,
        NodeState state,
        long lastSeenMs,
        String stateReason,
        boolean drained,
        String drainReason,
        long desiredVersion,
        NodeSettings settings) {
      this(
          facts,
          state,
          lastSeenMs,
          stateReason,
          drained,
          drainReason,
          desiredVersion,
          settings,
          false);
    }

    /** A node of which the site has said nothing. */
    public NodeImage(
        NodeFacts facts,
        NodeState state,
        long lastSeenMs,
        String stateReason,
        boolean drained,
        String drainReason,
        long desiredVersion) {
      this(
          facts,
          state,
          lastSeenMs,
          stateReason,
          drained,
          drainReason,
          desiredVersion,
          NodeSettings.DEFAULT);
    }
  }

  /**
   * A job, waiting, running or ended not long ago.
   *
   * @param attempt the latest run, 0 before the first
   * @param startMs allocation of the latest run, 0 before
   * @param nodeStartMs node time when its script started, 0 before
   * @param finishedMs logical time of the fact that ended it, which may come late; 0 before
   * @param eligibleMs since when its own terms let it start; 0 before
   * @param dependencies how far it is with each of its dependencies, in their order
   * @param formerCoreMs what its earlier runs held, times how long
   * @param heldForRequeues whether an administrator must look at it because it was started so often
   * @param signalled whether its run is to get its warning signal, or got it
   * @param predictedMs how long its latest run was believed to run when it started, or 0
   * @param promisedMs the start that it was promised before its latest run, or 0
   * @param promisedRoom the room that is held for it while it waits, or null
   * @param array how far it is with its tasks; null for a job that is no array
   * @param task which task of which array it is; null for a job that is none
   * @param reservation the reservation that its latest run uses or used, or null
   * @param preemption whom it makes room for, or whether room is made for it
   * @param suspension how its latest run was suspended; null for one that never was to be
   * @param preemptedBy the job for which a run of it was last told to end or to stop, or null
   * @param checkpoint until when what its latest run has done is saved; null for not at all
   * @param leaseMs its latest run ends on its nodes without contact for so long; 0: it goes on
   * @param operatorEnd that an operator told its latest run to end, or null
   */
  public record JobImage(
      JobId id,
      UserName user,
      String unixUser,
      int uid,
      JobSpec spec,
      JobState state,
      boolean heldByUser,
      boolean heldByAdministrator,
      long submitMs,
      int attempt,
      long startMs,
      long nodeStartMs,
      long endMs,
      long finishedMs,
      List<Allocation> allocations,
      KillCause killCause,
      RunExit exit,
      String detail,
      long eligibleMs,
      List<DependencyImage> dependencies,
      long formerCoreMs,
      boolean heldForRequeues,
      boolean signalled,
      long predictedMs,
      long promisedMs,
      PromisedRoom promisedRoom,
      ArrayImage array,
      ArrayTask task,
      int revision,
      ReservationName reservation,
      PreemptionImage preemption,
      Suspension suspension,
      JobId preemptedBy,
      Checkpoint checkpoint,
      long leaseMs,
      OperatorEnd operatorEnd) {
    public JobImage {
      allocations = List.copyOf(allocations);
      dependencies = List.copyOf(dependencies);
    }

    /** The same job with another specification. */
    public JobImage with(JobSpec otherSpec) {
      return new JobImage(
          id,
          user,
          unixUser,
          uid,
          otherSpec,
          state,
          heldByUser,
          heldByAdministrator,
          submitMs,
          attempt,
          startMs,
          nodeStartMs,
          endMs,
          finishedMs,
          allocations,
          killCause,
          exit,
          detail,
          eligibleMs,
          dependencies,
          formerCoreMs,
          heldForRequeues,
          signalled,
          predictedMs,
          promisedMs,
          promisedRoom,
          array,
          task,
          revision,
          reservation,
          preemption,
          suspension,
          preemptedBy,
          checkpoint,
          leaseMs,
          operatorEnd);
    }

    /** How long its latest run was stopped until a moment. */
    public long suspendedMs(long untilMs) {
      return suspension == null ? 0 : suspension.suspendedMs(untilMs);
    }

    /** A job that is not held for its starts, and of which nothing was predicted or promised. */
    public JobImage(
        JobId id,
        UserName user,
        String unixUser,
        int uid,
        JobSpec spec,
        JobState state,
        boolean heldByUser,
        boolean heldByAdministrator,
        long submitMs,
        int attempt,
        long startMs,
        long nodeStartMs,
        long endMs,
        long finishedMs,
        List<Allocation> allocations,
        KillCause killCause,
        RunExit exit,
        String detail,
        long eligibleMs,
        List<DependencyImage> dependencies,
        long formerCoreMs) {
      this(
          id,
          user,
          unixUser,
          uid,
          spec,
          state,
          heldByUser,
          heldByAdministrator,
          submitMs,
          attempt,
          startMs,
          nodeStartMs,
          endMs,
          finishedMs,
          allocations,
          killCause,
          exit,
          detail,
          eligibleMs,
          dependencies,
          formerCoreMs,
          false,
          false,
          0,
          0,
          null,
          null,
          null,
          0,
          null,
          PreemptionImage.NONE,
          null,
          null,
          null,
          0,
          null);
    }
  }

  /**
   * How far a job is with one of its dependencies.
   *
   * @param readyMs for one that is fulfilled: from when on it counts; else 0
   */
  public record DependencyImage(Progress progress, long readyMs) {
    /** What is known of a dependency. */
    public enum Progress {
      WAITING,
      FULFILLED,
      /** Can never be fulfilled. */
      FAILED
    }
  }

  /**
   * What is kept of an ended job after the rest was forgotten, so that later jobs can depend on it.
   *
   * @param startMs allocation of its latest run, or 0
   * @param well whether it ended {@code COMPLETED}
   */
  public record OutcomeImage(
      JobId id, UserName user, ProjectName project, long startMs, long endMs, boolean well) {}

  /** A key that a user has used, with the hash of its request and the job it made. */
  public record IdempotencyImage(
      UserName user, String key, byte[] requestHash, JobId job, long timeMs) {}
}
