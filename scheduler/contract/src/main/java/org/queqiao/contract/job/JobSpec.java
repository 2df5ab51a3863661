package org.queqiao.contract.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
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
 * @param endUser for whom a service platform submits it, as the platform calls them, or empty
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
    JobQuote quote,
    String endUser) {
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
        .quote(quote)
        .endUser(endUser);
  }

  /** The same on other terms. */
  public JobSpec with(JobTerms otherTerms) {
    return toBuilder().terms(otherTerms).build();
  }

  /** Its own nodes as a component. */
  public JobComponent own() {
    return new JobComponent(nodes, tasks, cpusPerTask, memBytes, gres, placement);
  }

  /** Its own nodes, then its components, in the order of its nodes. */
  public List<JobComponent> components() {
    List<JobComponent> all = new ArrayList<>(placement.components());
    all.addFirst(own());
    return all;
  }

  /** What is asked of the node with this index, by component and index in it. */
  private <T> T onNode(int index, BiFunction<JobComponent, Integer, T> asked) {
    int left = index - nodes;
    for (JobComponent each : left < 0 ? List.<JobComponent>of() : placement.components()) {
      if (left < each.nodes()) {
        return asked.apply(each, left);
      }
      left -= each.nodes();
    }
    return asked.apply(own(), index);
  }

  /** Nodes of its own shape and of all components: on how many it runs at the least. */
  public int allNodes() {
    int all = nodes;
    for (JobComponent each : placement.components()) {
      all = Math.addExact(all, each.nodes());
    }
    return all;
  }

  /** That of its components of which the node with this index is. */
  public JobComponent componentOfNode(int index) {
    return onNode(index, (component, _) -> component);
  }

  /** Tasks placed on the node with this index: the first nodes of a shape take the remainder. */
  public int tasksOnNode(int index) {
    return onNode(index, JobComponent::tasksOnNode);
  }

  /** Cores needed on the node with this index. */
  public int coresOnNode(int index) {
    return onNode(index, JobComponent::coresOnNode);
  }

  /**
   * Memory needed on the node with this index; 0 means that of the node divided by its cores, for
   * each core that it gets.
   */
  public long memOnNode(int index) {
    return onNode(index, JobComponent::memOnNode);
  }

  /** Generic resources needed on the node with this index. */
  public List<GresRequest> gresOnNode(int index) {
    return onNode(index, JobComponent::gresOnNode);
  }

  /** On how many nodes it starts at most. */
  public int mostNodes() {
    int all = own().mostNodes();
    for (JobComponent each : placement.components()) {
      all = Math.addExact(all, each.mostNodes());
    }
    return all;
  }

  /**
   * Whether what it asks for depends on how many nodes it gets: its tasks are spread over them, or
   * one of several components may have more or fewer.
   */
  public boolean hasShapes() {
    return placement.tasksInAll() || !placement.components().isEmpty() && mostNodes() > allNodes();
  }

  /**
   * What it asks for when it starts on so many nodes: itself, unless it has shapes.
   *
   * @param nodesOf how many of its own, then of each component
   */
  public JobSpec sized(List<Integer> nodesOf) {
    return hasShapes() ? exactly(nodesOf) : this;
  }

  /** The same on so many nodes of its own and of each component, and no more. */
  public JobSpec exactly(List<Integer> nodesOf) {
    JobComponent own = own().on(nodesOf.getFirst());
    List<JobComponent> others = new ArrayList<>();
    for (JobComponent each : placement.components()) {
      others.add(each.on(nodesOf.get(others.size() + 1)));
    }
    return toBuilder()
        .shape(own.nodes(), own.tasks(), cpusPerTask)
        .placement(placement.toBuilder().maxNodes(0).tasksInAll(false).components(others).build())
        .build();
  }

  /** What it asked for where it runs on these nodes: itself, unless it has shapes. */
  public JobSpec ranOn(List<Allocation> allocations) {
    return sized(nodesOf(allocations));
  }

  /** How many of these nodes are its own, and how many of each component. */
  public List<Integer> nodesOf(List<Allocation> allocations) {
    int[] counts = new int[placement.components().size() + 1];
    allocations.forEach(each -> counts[Math.min(each.component(), counts.length - 1)]++);
    return Arrays.stream(counts).boxed().toList();
  }

  /** What it may ask for, the most nodes first: one for each number of nodes that changes it. */
  public List<JobSpec> shapes() {
    if (!hasShapes()) {
      return List.of(this);
    }
    List<List<Integer>> ways = List.of(List.of());
    for (JobComponent each : components()) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> way : ways) {
        for (int count = each.mostNodes(); count >= each.nodes(); count--) {
          List<Integer> one = new ArrayList<>(way);
          one.add(count);
          longer.add(one);
        }
      }
      ways = longer;
    }
    return ways.stream()
        .sorted(Comparator.comparingInt(way -> -way.stream().mapToInt(count -> count).sum()))
        .map(this::sized)
        .toList();
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
        && Objects.equals(quote, that.quote)
        && endUser.equals(that.endUser);
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
    private String endUser = "";

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

    public Builder endUser(String value) {
      endUser = value;
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
          quote,
          endUser);
    }
  }
}
