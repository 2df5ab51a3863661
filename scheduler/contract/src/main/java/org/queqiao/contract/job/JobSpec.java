package org.queqiao.contract.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;

/**
 * What a job asks for, with every default already filled in.
 *
 * @param name shown to people; 1 to 128 characters without control characters
 * @param script the batch script, beginning with {@code #!}
 * @param partition where it may run
 * @param project who pays
 * @param nodes how many nodes, at least 1
 * @param tasks how many tasks over all nodes, at least {@code nodes}
 * @param cpusPerTask cores for each task
 * @param memBytes memory on each node; 0 means the node's memory divided by its cores, per core
 * @param gres typed generic resources on each node
 * @param limitMs the longest it may run
 * @param workDir absolute path; empty means the home folder of the Unix user
 * @param environment variables of the user, sorted by name
 * @param stdoutPath absolute, or relative to {@code workDir}; {@code %j} is the job id
 * @param stderrPath as {@code stdoutPath}; empty means the same file as {@code stdoutPath}
 * @param hold whether it waits for a release
 * @param terms when it may start and by when it must have ended
 * @param qos its quality of service, or null for none
 * @param placement which nodes it wants, and how it wants to lie on them
 * @param array of which tasks it is an array, or null for one job
 * @param reservation the reservation that it runs in, or null for none
 * @param quote under which quote it was submitted, or null for none
 */
public record JobSpec(
    String name,
    byte[] script,
    PartitionName partition,
    ProjectName project,
    int nodes,
    int tasks,
    int cpusPerTask,
    long memBytes,
    List<GresRequest> gres,
    long limitMs,
    String workDir,
    SortedMap<String, String> environment,
    String stdoutPath,
    String stderrPath,
    boolean hold,
    JobTerms terms,
    QosName qos,
    JobPlacement placement,
    JobArray array,
    ReservationName reservation,
    JobQuote quote) {
  public JobSpec {
    gres = List.copyOf(gres);
    environment = Environment.of(environment);
  }

  /** Starts a job of one core on one node that says nothing else. */
  public static Builder builder(
      String name, byte[] script, PartitionName partition, ProjectName project, long limitMs) {
    return new Builder(name, script, partition, project, limitMs);
  }

  /** Starts a job that says the same. */
  public Builder toBuilder() {
    return new Builder(name, script, partition, project, limitMs)
        .shape(nodes, tasks, cpusPerTask)
        .memBytes(memBytes)
        .gres(gres)
        .workDir(workDir)
        .environment(environment)
        .stdoutPath(stdoutPath)
        .stderrPath(stderrPath)
        .hold(hold)
        .terms(terms)
        .qos(qos)
        .placement(placement)
        .array(array)
        .reservation(reservation)
        .quote(quote);
  }

  /** The same on other terms. */
  public JobSpec with(JobTerms otherTerms) {
    return toBuilder().terms(otherTerms).build();
  }

  /** What it has on the node with this index beside its own shape, or null for its own shape. */
  private JobComponent componentOf(int index) {
    int left = index - nodes;
    for (JobComponent each : placement.components()) {
      if (left >= 0 && left < each.nodes()) {
        return each;
      }
      left -= each.nodes();
    }
    return null;
  }

  /** Nodes of its own shape and of all components: on how many it runs at the least. */
  public int allNodes() {
    int all = nodes;
    for (JobComponent each : placement.components()) {
      all = Math.addExact(all, each.nodes());
    }
    return all;
  }

  /**
   * Tasks placed on the node with this index: spread evenly, the first nodes take the remainder.
   */
  public int tasksOnNode(int index) {
    JobComponent component = componentOf(index);
    return component == null
        ? tasks / nodes + (index < tasks % nodes ? 1 : 0)
        : component.tasks() / component.nodes();
  }

  /** Cores needed on the node with this index. */
  public int coresOnNode(int index) {
    JobComponent component = componentOf(index);
    return component == null
        ? Math.multiplyExact(tasksOnNode(index), cpusPerTask)
        : component.coresOnNode();
  }

  /**
   * Memory needed on the node with this index; 0 means that of the node divided by its cores, for
   * each core that it gets.
   */
  public long memOnNode(int index) {
    JobComponent component = componentOf(index);
    if (component != null) {
      return component.memBytes();
    }
    if (placement.memPerCpuBytes() > 0) {
      return Math.multiplyExact(placement.memPerCpuBytes(), (long) coresOnNode(index));
    }
    if (placement.memPerGpuBytes() > 0) {
      long gpus = 0;
      for (GresRequest each : gresOnNode(index)) {
        gpus += each.name().equals("gpu") ? each.count() : 0;
      }
      return Math.multiplyExact(placement.memPerGpuBytes(), gpus);
    }
    return memBytes;
  }

  /** Generic resources needed on the node with this index. */
  public List<GresRequest> gresOnNode(int index) {
    JobComponent component = componentOf(index);
    if (component != null) {
      return component.gres();
    }
    if (placement.gresPerTask().isEmpty()) {
      return gres;
    }
    List<GresRequest> all = new ArrayList<>(gres);
    for (GresRequest each : placement.gresPerTask()) {
      int count = Math.multiplyExact(each.count(), tasksOnNode(index));
      for (int i = 0; i < all.size(); i++) {
        GresRequest other = all.get(i);
        if (other.name().equals(each.name()) && other.type().equals(each.type())) {
          count = Math.addExact(count, all.remove(i).count());
          break;
        }
      }
      all.add(new GresRequest(each.name(), each.type(), count));
    }
    return all;
  }

  /** On how many nodes it starts at most. */
  public int mostNodes() {
    return Math.max(allNodes(), placement.maxNodes());
  }

  /**
   * What it asks for when it starts on so many nodes: itself, unless its tasks are spread over as
   * many nodes as it gets.
   */
  public JobSpec on(int nodeCount) {
    return placement.tasksInAll()
        ? toBuilder()
            .shape(nodeCount, tasks, cpusPerTask)
            .placement(placement.toBuilder().maxNodes(0).tasksInAll(false).build())
            .build()
        : this;
  }

  /** What it may ask for, the most nodes first: one for each number of nodes that changes it. */
  public List<JobSpec> shapes() {
    if (!placement.tasksInAll()) {
      return List.of(this);
    }
    List<JobSpec> shapes = new ArrayList<>();
    for (int each = mostNodes(); each >= nodes; each--) {
      shapes.add(on(each));
    }
    return shapes;
  }

  /** Tasks over so many nodes, when it starts on more than it asks for at the least. */
  public int tasksOn(int nodeCount) {
    if (!placement.tasksInAll() && placement.components().isEmpty() && nodeCount > nodes) {
      return Math.multiplyExact(tasks / nodes, nodeCount);
    }
    int all = tasks;
    for (JobComponent each : placement.components()) {
      all = Math.addExact(all, each.tasks());
    }
    return all;
  }

  /** Cores over all nodes. */
  public int totalCores() {
    int all = Math.multiplyExact(tasks, cpusPerTask);
    for (JobComponent each : placement.components()) {
      all = Math.addExact(all, each.totalCores());
    }
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JobSpec that
        && name.equals(that.name)
        && Arrays.equals(script, that.script)
        && partition.equals(that.partition)
        && project.equals(that.project)
        && nodes == that.nodes
        && tasks == that.tasks
        && cpusPerTask == that.cpusPerTask
        && memBytes == that.memBytes
        && gres.equals(that.gres)
        && limitMs == that.limitMs
        && workDir.equals(that.workDir)
        && environment.equals(that.environment)
        && stdoutPath.equals(that.stdoutPath)
        && stderrPath.equals(that.stderrPath)
        && hold == that.hold
        && terms.equals(that.terms)
        && Objects.equals(qos, that.qos)
        && placement.equals(that.placement)
        && Objects.equals(array, that.array)
        && Objects.equals(reservation, that.reservation)
        && Objects.equals(quote, that.quote);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(script);
  }

  /** Leaves out script and environment: they are the user's own. */
  @Override
  public String toString() {
    return "JobSpec[name="
        + name
        + ", partition="
        + partition
        + ", project="
        + project
        + ", nodes="
        + nodes
        + ", tasks="
        + tasks
        + ", cpusPerTask="
        + cpusPerTask
        + ", memBytes="
        + memBytes
        + ", limitMs="
        + limitMs
        + "]";
  }

  /** Collects what a job asks for; what is not said has its default. */
  public static final class Builder {
    private static final Environment NOTHING = Environment.of(new TreeMap<>());

    private String name;
    private byte[] script;
    private PartitionName partition;
    private ProjectName project;
    private long limitMs;
    private int nodes = 1;
    private int tasks = 1;
    private int cpusPerTask = 1;
    private long memBytes;
    private List<GresRequest> gres = List.of();
    private String workDir = "";
    private SortedMap<String, String> environment = NOTHING;
    private String stdoutPath = "";
    private String stderrPath = "";
    private boolean hold;
    private JobTerms terms = JobTerms.DEFAULT;
    private QosName qos;
    private JobPlacement placement = JobPlacement.DEFAULT;
    private JobArray array;
    private ReservationName reservation;
    private JobQuote quote;

    private Builder(
        String name, byte[] script, PartitionName partition, ProjectName project, long limitMs) {
      this.name = name;
      this.script = script;
      this.partition = partition;
      this.project = project;
      this.limitMs = limitMs;
    }

    public Builder name(String value) {
      name = value;
      return this;
    }

    public Builder script(byte[] value) {
      script = value;
      return this;
    }

    public Builder partition(PartitionName value) {
      partition = value;
      return this;
    }

    public Builder project(ProjectName value) {
      project = value;
      return this;
    }

    public Builder limitMs(long value) {
      limitMs = value;
      return this;
    }

    /** So many nodes, so many tasks over all of them, and so many cores for each task. */
    public Builder shape(int nodeCount, int taskCount, int coresOfTask) {
      nodes = nodeCount;
      tasks = taskCount;
      cpusPerTask = coresOfTask;
      return this;
    }

    public Builder memBytes(long value) {
      memBytes = value;
      return this;
    }

    public Builder gres(List<GresRequest> value) {
      gres = value;
      return this;
    }

    public Builder workDir(String value) {
      workDir = value;
      return this;
    }

    public Builder environment(SortedMap<String, String> value) {
      environment = value;
      return this;
    }

    public Builder stdoutPath(String value) {
      stdoutPath = value;
      return this;
    }

    public Builder stderrPath(String value) {
      stderrPath = value;
      return this;
    }

    public Builder hold(boolean value) {
      hold = value;
      return this;
    }

    public Builder terms(JobTerms value) {
      terms = value;
      return this;
    }

    public Builder qos(QosName value) {
      qos = value;
      return this;
    }

    public Builder placement(JobPlacement value) {
      placement = value;
      return this;
    }

    public Builder array(JobArray value) {
      array = value;
      return this;
    }

    public Builder reservation(ReservationName value) {
      reservation = value;
      return this;
    }

    public Builder quote(JobQuote value) {
      quote = value;
      return this;
    }

    public JobSpec build() {
      return new JobSpec(
          name,
          script,
          partition,
          project,
          nodes,
          tasks,
          cpusPerTask,
          memBytes,
          gres,
          limitMs,
          workDir,
          environment,
          stdoutPath,
          stderrPath,
          hold,
          terms,
          qos,
          placement,
          array,
          reservation,
          quote);
    }
  }
}
