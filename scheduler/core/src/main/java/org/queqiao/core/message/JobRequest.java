package org.queqiao.core.message;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobPlacement;

/**
 * A submission as the user sent it. Everything but the script may be null and then means the
 * default; who it runs as is never part of it.
 *
 * @param name shown to people
 * @param script the batch script
 * @param partition where it may run
 * @param project who pays
 * @param nodes how many nodes
 * @param tasks how many tasks over all nodes; by default one per node
 * @param cpusPerTask cores for each task
 * @param memBytes memory on each node; 0 or null means the node's share per core
 * @param gres typed generic resources on each node
 * @param limitMs the longest it may run
 * @param workDir absolute path; null or empty means the user's home folder
 * @param environment variables of the user
 * @param stdoutPath absolute, or relative to {@code workDir}
 * @param stderrPath as {@code stdoutPath}; null or empty means the same file
 * @param hold whether it waits for a release
 * @param terms when it may start and by when it must have ended
 * @param qos its quality of service
 * @param placement which nodes it wants, and how it wants to lie on them
 * @param array of which tasks it is an array, as Slurm writes them: {@code 0-99:2%4}
 * @param reservation the reservation that it runs in
 * @param quote the quote under which it is submitted
 * @param endUser for whom a service platform submits it, as the platform calls them
 */
public record JobRequest(
    String name,
    byte[] script,
    PartitionName partition,
    ProjectName project,
    Integer nodes,
    Integer tasks,
    Integer cpusPerTask,
    Long memBytes,
    List<GresRequest> gres,
    Long limitMs,
    String workDir,
    SortedMap<String, String> environment,
    String stdoutPath,
    String stderrPath,
    Boolean hold,
    TermsRequest terms,
    QosName qos,
    JobPlacement placement,
    String array,
    ReservationName reservation,
    QuoteClaim quote,
    String endUser) {
  public JobRequest {
    placement = placement == null ? JobPlacement.DEFAULT : placement;
    terms = terms == null ? TermsRequest.NONE : terms;
    gres = gres == null ? null : List.copyOf(gres);
    environment =
        environment == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(environment));
  }

  /** A request with a script and all defaults. */
  public static JobRequest ofScript(byte[] script) {
    return builder(script).build();
  }

  /** Starts a request with all defaults. */
  public static Builder builder(byte[] script) {
    return new Builder(script);
  }

  /** Starts from what this one says. */
  public Builder toBuilder() {
    return builder(script)
        .name(name)
        .partition(partition)
        .project(project)
        .nodes(nodes)
        .tasks(tasks)
        .cpusPerTask(cpusPerTask)
        .memBytes(memBytes)
        .gres(gres)
        .limitMs(limitMs)
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

  /** Leaves out script and environment: they are the user's own. */
  @Override
  public String toString() {
    return "JobRequest[name=" + name + ", partition=" + partition + ", project=" + project + "]";
  }

  /** Collects what a request says beyond its script. */
  public static final class Builder {
    private final byte[] script;
    private String name;
    private PartitionName partition;
    private ProjectName project;
    private Integer nodes;
    private Integer tasks;
    private Integer cpusPerTask;
    private Long memBytes;
    private List<GresRequest> gres;
    private Long limitMs;
    private String workDir;
    private SortedMap<String, String> environment;
    private String stdoutPath;
    private String stderrPath;
    private Boolean hold;
    private TermsRequest terms;
    private QosName qos;
    private JobPlacement placement;
    private String array;
    private ReservationName reservation;
    private QuoteClaim quote;
    private String endUser;

    private Builder(byte[] script) {
      this.script = script;
    }

    public Builder name(String value) {
      name = value;
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

    public Builder nodes(Integer value) {
      nodes = value;
      return this;
    }

    public Builder tasks(Integer value) {
      tasks = value;
      return this;
    }

    public Builder cpusPerTask(Integer value) {
      cpusPerTask = value;
      return this;
    }

    public Builder memBytes(Long value) {
      memBytes = value;
      return this;
    }

    public Builder gres(List<GresRequest> value) {
      gres = value;
      return this;
    }

    public Builder limitMs(Long value) {
      limitMs = value;
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

    public Builder hold(Boolean value) {
      hold = value;
      return this;
    }

    public Builder terms(TermsRequest value) {
      terms = value;
      return this;
    }

    public Builder qos(QosName value) {
      qos = value;
      return this;
    }

    public Builder array(String value) {
      array = value;
      return this;
    }

    public Builder placement(JobPlacement value) {
      placement = value;
      return this;
    }

    public Builder reservation(ReservationName value) {
      reservation = value;
      return this;
    }

    public Builder quote(QuoteClaim value) {
      quote = value;
      return this;
    }

    public Builder endUser(String value) {
      endUser = value;
      return this;
    }

    public JobRequest build() {
      return new JobRequest(
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
