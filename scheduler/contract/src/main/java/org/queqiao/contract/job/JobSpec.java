package org.queqiao.contract.job;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;

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
    QosName qos) {
  public JobSpec {
    gres = List.copyOf(gres);
    environment = Environment.of(environment);
  }

  /** A job without a quality of service. */
  public JobSpec(
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
      JobTerms terms) {
    this(
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
        null);
  }

  /** A job that says nothing of its terms. */
  public JobSpec(
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
      boolean hold) {
    this(
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
        JobTerms.DEFAULT);
  }

  /** The same on other terms. */
  public JobSpec with(JobTerms otherTerms) {
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
        otherTerms);
  }

  /**
   * Tasks placed on the node with this index: spread evenly, the first nodes take the remainder.
   */
  public int tasksOnNode(int index) {
    return tasks / nodes + (index < tasks % nodes ? 1 : 0);
  }

  /** Cores needed on the node with this index. */
  public int coresOnNode(int index) {
    return Math.multiplyExact(tasksOnNode(index), cpusPerTask);
  }

  /** Cores over all nodes. */
  public int totalCores() {
    return Math.multiplyExact(tasks, cpusPerTask);
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
        && java.util.Objects.equals(qos, that.qos);
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
}
