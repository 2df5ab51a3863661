package org.queqiao.server.view;

import java.util.List;
import java.util.Optional;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;

/**
 * A job as readers see it. Never its script or environment: they are the user's own and stay with
 * the machine.
 */
public final class JobEntry {
  private final long id;
  private final UserName user;
  private final int uid;
  private final ProjectName project;
  private final String domain;
  private final PartitionName partition;
  private final String name;
  private final int nodeCount;
  private final int tasks;
  private final int cpusPerTask;
  private final int askedCores;
  private final long memBytes;
  private final List<GresRequest> gres;
  private final long limitMs;
  private final String workDir;
  private final String stdoutPath;
  private final String stderrPath;
  private final JobTerms terms;
  private final QosName qos;
  private final JobPlacement placement;
  private final ReservationName reservation;
  private final JobQuote quote;
  private final String endUser;
  private final long submitMs;
  private final JobArray array;
  private final ArrayTask task;

  /** Only of an array. */
  private volatile ArrayCounts counts;

  private final int revision;
  private volatile JobStatus status;
  private volatile long position;
  private volatile Charge charge;
  private volatile Optional<OperatorEnding> endingInBooks;
  private volatile Foreseen foreseen = Foreseen.NOTHING;

  /**
   * What a job was charged for all its runs.
   *
   * @param micro micro-units of the currency
   * @param currency ISO 4217 code
   */
  public record Charge(long micro, String currency) {}

  /**
   * What was foreseen of its run, that of now or the latest.
   *
   * @param predictedMs how long it was believed to run when it started; 0 when nothing was known
   * @param promisedMs the start that it was promised; 0 when none was
   * @param task of an array: the index of the task that was promised it; else null
   */
  public record Foreseen(long predictedMs, long promisedMs, Integer task) {
    static final Foreseen NOTHING = new Foreseen(0, 0, null);
  }

  JobEntry(
      long id,
      UserName user,
      int uid,
      String domain,
      JobSpec spec,
      ArrayTask task,
      int revision,
      long submitMs,
      JobStatus status,
      long position,
      SharedTexts texts) {
    this.id = id;
    this.user = user;
    this.uid = uid;
    this.project = spec.project();
    this.domain = domain;
    this.partition = spec.partition();
    this.name = texts.share(spec.name());
    this.nodeCount = spec.nodes();
    this.tasks = spec.tasks();
    this.cpusPerTask = spec.cpusPerTask();
    this.askedCores = spec.totalCores();
    this.memBytes = spec.memBytes();
    this.gres = spec.gres();
    this.limitMs = spec.limitMs();
    this.workDir = texts.share(spec.workDir());
    this.stdoutPath =
        task == null ? texts.share(spec.stdoutPath()) : task.expand(spec.stdoutPath());
    this.stderrPath =
        task == null ? texts.share(spec.stderrPath()) : task.expand(spec.stderrPath());
    this.terms = spec.terms();
    this.qos = spec.qos();
    this.placement = spec.placement();
    this.reservation = spec.reservation();
    this.quote = spec.quote();
    this.endUser = texts.share(spec.endUser());
    this.submitMs = submitMs;
    this.array = task == null ? spec.array() : null;
    this.task = task;
    this.counts = array == null ? null : ArrayCounts.of(array);
    this.revision = revision;
    this.status = status;
    this.position = position;
  }

  /** A task that leaves its array. */
  JobEntry(long id, JobEntry array, ArrayTask task, long position) {
    this.id = id;
    this.user = array.user;
    this.uid = array.uid;
    this.project = array.project;
    this.domain = array.domain;
    this.partition = array.partition;
    this.name = array.name;
    this.nodeCount = array.nodeCount;
    this.tasks = array.tasks;
    this.cpusPerTask = array.cpusPerTask;
    this.memBytes = array.memBytes;
    this.gres = array.gres;
    this.limitMs = array.limitMs;
    this.workDir = array.workDir;
    this.stdoutPath = task.expand(array.stdoutPath);
    this.stderrPath = task.expand(array.stderrPath);
    this.terms = array.terms;
    this.qos = array.qos;
    this.placement = array.placement;
    this.reservation = array.reservation;
    this.quote = array.quote;
    this.endUser = array.endUser;
    this.askedCores = array.askedCores;
    this.submitMs = array.submitMs;
    this.array = null;
    this.task = task;
    this.revision = 0;
    this.status = JobStatus.submitted(false);
    this.position = position;
  }

  public long id() {
    return id;
  }

  public UserName user() {
    return user;
  }

  /** Number of the Unix user whom it runs as. */
  public int uid() {
    return uid;
  }

  public ProjectName project() {
    return project;
  }

  /** The research domain with the largest share of the project at submission; empty for none. */
  public String domain() {
    return domain;
  }

  public PartitionName partition() {
    return partition;
  }

  public String name() {
    return name;
  }

  public int nodeCount() {
    return nodeCount;
  }

  public int tasks() {
    return tasks;
  }

  public int cpusPerTask() {
    return cpusPerTask;
  }

  public long memBytes() {
    return memBytes;
  }

  public List<GresRequest> gres() {
    return gres;
  }

  public long limitMs() {
    return limitMs;
  }

  public String workDir() {
    return workDir;
  }

  public String stdoutPath() {
    return stdoutPath;
  }

  public String stderrPath() {
    return stderrPath;
  }

  /** Which nodes it wants. */
  public JobPlacement placement() {
    return placement;
  }

  /** For whom a service platform submitted it, or empty. */
  public String endUser() {
    return endUser;
  }

  /** The quote under which it was submitted, or null. */
  public JobQuote quote() {
    return quote;
  }

  /** The reservation that it asks for, or null. */
  public ReservationName reservation() {
    return reservation;
  }

  /** Its quality of service, or null. */
  public QosName qos() {
    return qos;
  }

  /** When it may start and by when it must have ended. */
  public JobTerms terms() {
    return terms;
  }

  public long submitMs() {
    return submitMs;
  }

  public JobStatus status() {
    return status;
  }

  /** How often it was changed since its submission. */
  public int revision() {
    return revision;
  }

  /** The same job, asking for something else. */
  JobEntry changed(JobSpec spec, String newDomain, long atPosition, SharedTexts texts) {
    JobEntry next =
        new JobEntry(
            id,
            user,
            uid,
            spec.project().equals(project) ? domain : newDomain,
            spec,
            task,
            revision + 1,
            submitMs,
            status,
            atPosition,
            texts);
    next.counts = counts;
    next.charge = charge;
    next.endingInBooks = endingInBooks;
    next.foreseen = status.startMs() == 0 ? Foreseen.NOTHING : foreseen;
    return next;
  }

  /** Of which tasks it is an array, or null. */
  public JobArray array() {
    return array;
  }

  /** Which task of which array it is, or null. */
  public ArrayTask task() {
    return task;
  }

  /** How many tasks are in which state; null of what is no array. */
  public ArrayCounts counts() {
    return counts;
  }

  void counts(ArrayCounts next) {
    counts = next;
  }

  /** Where it is; of an array that has not ended: running once no task waits any more. */
  public JobState state() {
    JobState own = status.state();
    ArrayCounts now = counts;
    return now == null || own.isTerminal() ? own : now.state();
  }

  void become(JobStatus next, long atPosition) {
    position = atPosition;
    status = next;
  }

  /** Of the fact that made it what it is; not before the recovered position. */
  public long position() {
    return position;
  }

  /** What was foreseen of its run. */
  public Foreseen foreseen() {
    return foreseen;
  }

  JobEntry foreseen(long predictedMs, long promisedMs) {
    boolean nothing = predictedMs == 0 && promisedMs == 0;
    foreseen = nothing ? Foreseen.NOTHING : new Foreseen(predictedMs, promisedMs, null);
    return this;
  }

  /** The promise of an array is for this task. */
  JobEntry promisedAs(Integer promisedTask) {
    return promisedTask == null ? this : promised(foreseen.promisedMs(), promisedTask);
  }

  /** Something waits and was promised a start; a task is null for what is no array. */
  JobEntry promised(long startMs, Integer promisedTask) {
    foreseen = startMs == 0 ? Foreseen.NOTHING : new Foreseen(0, startMs, promisedTask);
    return this;
  }

  /** What it was charged, if that is known already; null until then. */
  public Charge charge() {
    return charge;
  }

  /** Remembers the final charge. */
  public void charged(Charge known) {
    charge = known;
  }

  /** Who told its latest run to end, if that was an operator; null for none and if not known. */
  public OperatorEnding operatorEnding() {
    OperatorEnding said = status.operatorEnding();
    Optional<OperatorEnding> found = endingInBooks;
    return said != OperatorEnding.UNKNOWN ? said : found == null ? null : found.orElse(null);
  }

  /** Whether there is nothing more to learn of that from the books. */
  public boolean knowsOperatorEnding() {
    return status.operatorEnding() != OperatorEnding.UNKNOWN || endingInBooks != null;
  }

  /** Remembers what the books say of its latest run. */
  public void endedBy(Optional<OperatorEnding> inBooks) {
    endingInBooks = inBooks;
  }

  /** Cores over all nodes: what its latest run holds or held, else what it asks for. */
  public int cores() {
    JobStatus now = status;
    return now.startMs() > 0 ? now.cores() : askedCores;
  }
}
