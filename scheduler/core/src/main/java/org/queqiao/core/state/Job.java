package org.queqiao.core.state;

import java.util.List;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.Checkpoint;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.PreemptionImage;
import org.queqiao.core.predict.Experience;

/** A job as it is now. Changes only inside this package; {@link #image} is a copy that stays. */
public final class Job {
  private final JobId id;
  private final UserName user;
  private final String unixUser;
  private final int uid;
  private SharedContent.Lease content;
  private final long submitMs;
  private JobState state;
  private Holds holds = Holds.NONE;
  private int attempt;
  private long startMs;
  private long nodeStartMs;
  private long endMs;
  private long finishedMs;
  private List<Allocation> allocations = List.of();
  private Ending ending = Ending.NONE;
  private RunExit exit;
  private String detail = "";
  private long eligibleMs;
  private long formerCoreMs;
  private boolean signalled;
  private RunStart begun = RunStart.NONE;
  private PromisedStart promised = PromisedStart.NONE;

  /** What is known of jobs like it, while it has not ended; set by {@link Learning} alone. */
  private Experience experience;

  private int revision;
  private PreemptionImage preemption = PreemptionImage.NONE;

  /** For whom a run of it was last told to end or to stand still; null for nobody. */
  private JobId preemptedBy;

  /** Null for a run that nobody ever wanted to suspend. */
  private Suspension suspension;

  /** Null for a run of which nothing is saved. */
  private Checkpoint checkpoint;

  /** Null for a job that depends on no other. */
  private DependencyProgress dependencies;

  /** Null for a job that is no array. */
  private final ArrayProgress array;

  /** Which task of which array it is, or null. */
  private final ArrayTask task;

  /** A job that was just accepted; its account's names are used for its own. */
  Job(
      JobSubmitted submitted,
      UserDefined account,
      SharedContent.Lease content,
      long submitMs,
      boolean corresponds) {
    this.id = submitted.job();
    this.user = account.name();
    this.unixUser = SharedContent.either(submitted.unixUser(), account.unixUser());
    this.uid = submitted.uid();
    this.content = content;
    this.submitMs = submitMs;
    this.state = JobState.PENDING;
    this.holds = submitted.spec().hold() ? Holds.NONE.byItsUser() : Holds.NONE;
    this.dependencies = DependencyProgress.of(submitted.spec().terms().dependency());
    this.array =
        submitted.spec().array() == null
            ? null
            : new ArrayProgress(submitted.spec().array(), corresponds);
    this.task = null;
  }

  /** A task that leaves its array: what the array waited for, the task has waited for. */
  Job(JobId id, Job array, int index, SharedContent.Lease content) {
    this.id = id;
    this.user = array.user;
    this.unixUser = array.unixUser;
    this.uid = array.uid;
    this.content = content;
    this.submitMs = array.submitMs;
    this.state = JobState.PENDING;
    this.eligibleMs = array.eligibleMs;
    this.dependencies =
        array.dependencies == null
            ? null
            : new DependencyProgress(array.spec().terms().dependency(), array.dependencies.image());
    this.array = null;
    this.task = new ArrayTask(array.id, index);
  }

  Job(ClusterImage.JobImage image, UserDefined account, SharedContent.Lease content) {
    this.id = image.id();
    this.user = account.name();
    this.unixUser = SharedContent.either(image.unixUser(), account.unixUser());
    this.uid = image.uid();
    this.content = content;
    this.submitMs = image.submitMs();
    this.state = image.state();
    this.holds = Holds.of(image);
    this.attempt = image.attempt();
    this.startMs = image.startMs();
    this.nodeStartMs = image.nodeStartMs();
    this.endMs = image.endMs();
    this.finishedMs = image.finishedMs();
    this.allocations = image.allocations();
    this.ending = new Ending(image.killCause(), image.operatorEnd());
    this.exit = image.exit();
    this.detail = image.detail();
    this.formerCoreMs = image.formerCoreMs();
    this.signalled = image.signalled();
    this.begun = RunStart.of(image);
    this.promised = PromisedStart.of(image.promisedMs(), image.promisedRoom());
    this.array = image.array() == null ? null : new ArrayProgress(image.array());
    this.task = image.task();
    this.revision = image.revision();
    this.preemption = image.preemption();
    this.preemptedBy = image.preemptedBy();
    this.suspension = image.suspension();
    this.checkpoint = image.checkpoint();
    JobTerms terms = image.spec().terms();
    this.dependencies =
        terms.dependency().isEmpty()
            ? null
            : new DependencyProgress(terms.dependency(), image.dependencies());
    // Images of the time before terms do not say since when; without terms it is the submission.
    this.eligibleMs =
        image.eligibleMs() == 0 && !terms.delays() ? image.submitMs() : image.eligibleMs();
  }

  public ClusterImage.JobImage image() {
    return JobImages.of(this);
  }

  List<ClusterImage.DependencyImage> dependencyImages() {
    return dependencies == null ? List.of() : dependencies.image();
  }

  SharedContent.Lease content() {
    return content;
  }

  void hold(boolean byAdministrator) {
    holds = byAdministrator ? holds.byAnAdministrator() : holds.byItsUser();
  }

  void release() {
    holds = Holds.NONE;
  }

  /** Its own terms let it start from now on, if they do. */
  void tryEligible(long nowMs) {
    long releaseMs = Dependence.releaseMs(this);
    if (eligibleMs == 0 && releaseMs != DependencyProgress.NOT_YET && releaseMs <= nowMs) {
      eligibleMs = nowMs;
    }
  }

  void allocate(JobAllocated allocated, long nowMs) {
    state = JobState.RUNNING;
    attempt = allocated.run().attempt();
    startMs = nowMs;
    allocations = allocated.allocations();
    begun = RunStart.of(allocated);
    promised = promised.withoutRoom();
    checkpoint = null;
  }

  void promise(PromisedStart start) {
    promised = start;
    if (array != null && start == PromisedStart.NONE) {
      array.promise(-1);
    }
  }

  void started(long atNodeMs) {
    nodeStartMs = atNodeMs;
  }

  void signalled() {
    signalled = true;
  }

  void checkpoint(Checkpoint next) {
    checkpoint = next;
  }

  void suspension(JobState as, Suspension next) {
    state = as;
    suspension = next;
  }

  /** A run that is to end goes on to do so. */
  void killRequested(Ending how, long nowMs) {
    state = JobState.COMPLETING;
    ending = how;
    suspension = suspension == null ? null : suspension.over(nowMs);
  }

  /** Its run is over and it waits again. */
  void requeue(JobRequeued requeued) {
    state = JobState.PENDING;
    long billedMs = JobClock.billedMs(this, requeued.endMs());
    long runCoreMs = Math.multiplyExact(Demand.of(this).cores(), billedMs);
    formerCoreMs = Math.addExact(formerCoreMs, runCoreMs);
    startMs = 0;
    nodeStartMs = 0;
    allocations = List.of();
    ending = Ending.NONE;
    signalled = false;
    begun = RunStart.NONE;
    promised = PromisedStart.NONE;
    suspension = null;
    detail = requeued.detail();
    holds = holds.afterRequeue(requeued.held());
  }

  void end(JobEnded ended, long nowMs) {
    state = ended.state();
    endMs = ended.endMs();
    suspension = suspension == null ? null : suspension.over(endMs);
    finishedMs = nowMs;
    ending = ending.over();
    exit = ended.exit();
    detail = ended.detail();
  }

  /** It asks for something else; what it waits for is counted anew where that changed. */
  void change(SharedContent.Lease next, long nowMs) {
    JobTerms before = spec().terms();
    content = next;
    revision++;
    promise(state == JobState.PENDING ? PromisedStart.NONE : promised);
    JobTerms terms = next.spec().terms();
    if (!terms.dependency().equals(before.dependency())) {
      dependencies = DependencyProgress.of(terms.dependency());
    }
    boolean sameDelay =
        terms.beginMs() == before.beginMs() && terms.dependency().equals(before.dependency());
    if (state == JobState.PENDING && !sameDelay) {
      eligibleMs = 0;
      tryEligible(nowMs);
    }
  }

  /** All tasks of an array have ended. */
  void endArray(JobState as, long atMs, long nowMs) {
    state = as;
    endMs = atMs;
    finishedMs = nowMs;
  }

  public JobId id() {
    return id;
  }

  /** How far it is with its tasks; null for a job that is no array. */
  public ArrayProgress array() {
    return array;
  }

  /** Which task of which array it is, or null. */
  public ArrayTask task() {
    return task;
  }

  /** Its number in the queue: a task that waits again stands where its array stands. */
  public long queueNumber() {
    return task == null ? id.value() : task.array().value();
  }

  /** Among equal numbers: tasks that wait again come before those that never started. */
  public int queueIndex() {
    return task == null ? Integer.MAX_VALUE : task.index();
  }

  /** How often it was changed since its submission. */
  public int revision() {
    return revision;
  }

  /** Whether it waits for a start, of an array: whether any task does. */
  public boolean awaitsStart() {
    return state == JobState.PENDING && (array == null || array.waiting() > 0);
  }

  public UserName user() {
    return user;
  }

  public String unixUser() {
    return unixUser;
  }

  public int uid() {
    return uid;
  }

  public JobSpec spec() {
    return content.spec();
  }

  public long submitMs() {
    return submitMs;
  }

  public JobState state() {
    return state;
  }

  public boolean heldByUser() {
    return holds.byUser();
  }

  public boolean heldByAdministrator() {
    return holds.byAdministrator();
  }

  /** Whether an administrator must look at it because it was started so often. */
  public boolean heldForRequeues() {
    return holds.forRequeues();
  }

  /** What its earlier runs held, times how long. */
  public long formerCoreMs() {
    return formerCoreMs;
  }

  public boolean isPending() {
    return state == JobState.PENDING;
  }

  /** Whether it waits and may start. */
  public boolean startable() {
    return state == JobState.PENDING
        && eligibleMs != 0
        && holds.letItStart()
        && (array == null || array.nextReady(0) >= 0);
  }

  /** Whether it holds resources: it runs, or its end is not proven yet. */
  public boolean holdsResources() {
    return JobClock.mayGoOn(this) || state == JobState.COMPLETING;
  }

  /** How its latest run was suspended; null for one that never was to be. */
  public Suspension suspension() {
    return suspension;
  }

  /** Until when what its latest run has done is saved; null for not at all. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  public int attempt() {
    return attempt;
  }

  /** The run that holds resources. */
  public RunId run() {
    return new RunId(id, attempt);
  }

  /** Whether this run holds resources now. */
  public boolean isRun(RunId run) {
    return holdsResources() && run.attempt() == attempt && run.job().equals(id);
  }

  public long startMs() {
    return startMs;
  }

  /** How long its run was believed to run when it started; 0 when nothing was known. */
  public long predictedMs() {
    return begun.predictedMs();
  }

  /** Its latest run ends on its nodes after so long without contact; 0: it goes on. */
  public long leaseMs() {
    return begun.leaseMs();
  }

  public PromisedStart promised() {
    return promised;
  }

  /** The start that it was promised before its latest run, on declared limits; or 0. */
  public long promisedMs() {
    return promised.ms();
  }

  Experience experience() {
    return experience;
  }

  void experience(Experience known) {
    experience = known;
  }

  /** Node time when the script started, or 0. */
  public long nodeStartMs() {
    return nodeStartMs;
  }

  public long endMs() {
    return endMs;
  }

  public long finishedMs() {
    return finishedMs;
  }

  /** Whether its run is to get its warning signal, or got it. */
  public boolean isSignalled() {
    return signalled;
  }

  /** Since when its own terms let it start; 0 before. */
  public long eligibleMs() {
    return eligibleMs;
  }

  /** How far it is with its dependencies; null for a job that has none. */
  public DependencyProgress dependencies() {
    return dependencies;
  }

  /** What its latest run holds or held. */
  public List<Allocation> allocations() {
    return allocations;
  }

  /** The reservation in which its latest run runs or ran; null for a run outside of any. */
  public ReservationName reservation() {
    return begun.reservation();
  }

  /** Whom its run makes room for, and whether room is made for it. */
  public PreemptionImage preemption() {
    return preemption;
  }

  JobId preemptedBy() {
    return preemptedBy;
  }

  void preempt(PreemptionImage now) {
    preemption = now;
    preemptedBy = now.preemptor() == null ? preemptedBy : now.preemptor();
  }

  /** The node where the script of its run runs: the first of the allocations. */
  public NodeName scriptNode() {
    return allocations.getFirst().node();
  }

  /** Why it is being ended, or null. */
  public KillCause killCause() {
    return ending.cause();
  }

  /** What it is being ended for. */
  public Ending ending() {
    return ending;
  }

  public RunExit exit() {
    return exit;
  }

  public String detail() {
    return detail;
  }
}
