package org.queqiao.accounting.ledger;

import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobSpec;

/**
 * What accounting keeps of a job, for ever. Never its script, environment or output.
 *
 * @param domains shares of the project's research domains when it was submitted
 * @param cores cores asked for, or held once allocated
 * @param nodes where its latest run was
 * @param attempt the latest run, 0 before the first
 * @param startMs allocation of the latest run, 0 before
 * @param endMs 0 before the end
 * @param exitCode -1 when there is none
 * @param coreMs of all its runs
 * @param chargeMicro of all its runs
 * @param currency of the charge, or empty
 * @param task which task of which array it is, or null
 * @param qos its quality of service, or empty
 * @param quote under which quote it was submitted, or null
 * @param endUser for whom a service platform submitted it, or empty
 * @param payer whose wallet pays for its latest run; null for that of its own project
 */
public record JobRow(
    JobId id,
    String name,
    UserName user,
    String unixUser,
    ProjectName project,
    List<DomainShare> domains,
    PartitionName partition,
    String state,
    String detail,
    long submitMs,
    long limitMs,
    long memBytes,
    long cores,
    List<String> nodes,
    int attempt,
    long startMs,
    long endMs,
    int exitCode,
    int signal,
    long coreMs,
    long chargeMicro,
    String currency,
    String workDir,
    String stdoutPath,
    String stderrPath,
    int uid,
    ArrayTask task,
    String qos,
    JobQuote quote,
    String endUser,
    ProjectName payer) {
  public JobRow {
    domains = List.copyOf(domains);
    nodes = List.copyOf(nodes);
  }

  /** A job of which nothing is known yet but its number: it waits, and has used nothing. */
  public static Builder builder(JobId id) {
    return new Builder(id);
  }

  private Builder but() {
    return builder(id)
        .name(name)
        .user(user)
        .unixUser(unixUser)
        .project(project)
        .domains(domains)
        .partition(partition)
        .state(state)
        .detail(detail)
        .submitMs(submitMs)
        .limitMs(limitMs)
        .memBytes(memBytes)
        .cores(cores)
        .nodes(nodes)
        .attempt(attempt)
        .startMs(startMs)
        .endMs(endMs)
        .exitCode(exitCode)
        .signal(signal)
        .coreMs(coreMs)
        .chargeMicro(chargeMicro)
        .currency(currency)
        .workDir(workDir)
        .stdoutPath(stdoutPath)
        .stderrPath(stderrPath)
        .uid(uid)
        .task(task)
        .qos(qos)
        .quote(quote)
        .endUser(endUser)
        .payer(payer);
  }

  /** Whose wallet pays for its latest run, and on whose statement that stands. */
  public ProjectName wallet() {
    return payer == null ? project : payer;
  }

  /** Its quality of service, or null for none. */
  public QosName qosName() {
    return qos.isEmpty() ? null : new QosName(qos);
  }

  /** A task of this array as a job of its own. */
  public JobRow task(JobId number, ArrayTask which) {
    return but()
        .id(number)
        .task(which)
        .stdoutPath(which.expand(stdoutPath))
        .stderrPath(which.expand(stderrPath))
        .build();
  }

  /** The job asking for something else; what runs keeps its cores. */
  public JobRow changed(JobSpec spec, List<DomainShare> shares) {
    return but()
        .name(spec.name())
        .domains(spec.project().equals(project) ? domains : shares)
        .project(spec.project())
        .partition(spec.partition())
        .qos(spec.qos() == null ? "" : spec.qos().value())
        .quote(spec.quote())
        .limitMs(spec.limitMs())
        .memBytes(spec.memBytes())
        .cores(state.equals("RUNNING") ? cores : spec.totalCores())
        .build();
  }

  /** The job in its first run or a later one, for which this other project pays, or its own. */
  public JobRow allocated(
      int run, long atMs, long heldCores, List<String> where, ProjectName paidBy) {
    return but()
        .state("RUNNING")
        .attempt(run)
        .startMs(atMs)
        .cores(heldCores)
        .nodes(where)
        .payer(paidBy)
        .build();
  }

  /** The job after a run that is over, waiting for the next. */
  public JobRow waitsAgain(String why) {
    return but().state("PENDING").detail(why).build();
  }

  /** The job at its end. */
  public JobRow ended(String finalState, String why, long atMs, int code, int bySignal) {
    return but().state(finalState).detail(why).endMs(atMs).exitCode(code).signal(bySignal).build();
  }

  /** The job with more usage and charge. */
  public JobRow charged(long moreCoreMs, long moreMicro, String inCurrency) {
    return but()
        .coreMs(Math.addExact(coreMs, moreCoreMs))
        .chargeMicro(Math.addExact(chargeMicro, moreMicro))
        .currency(inCurrency)
        .build();
  }

  /** Puts a row together, field by field. */
  public static final class Builder {
    private JobId id;
    private String name = "";
    private UserName user;
    private String unixUser = "";
    private ProjectName project;
    private List<DomainShare> domains = List.of();
    private PartitionName partition;
    private String state = "PENDING";
    private String detail = "";
    private long submitMs;
    private long limitMs;
    private long memBytes;
    private long cores;
    private List<String> nodes = List.of();
    private int attempt;
    private long startMs;
    private long endMs;
    private int exitCode = -1;
    private int signal;
    private long coreMs;
    private long chargeMicro;
    private String currency = "";
    private String workDir = "";
    private String stdoutPath = "";
    private String stderrPath = "";
    private int uid;
    private ArrayTask task;
    private String qos = "";
    private JobQuote quote;
    private String endUser = "";
    private ProjectName payer;

    private Builder(JobId id) {
      this.id = id;
    }

    private Builder id(JobId value) {
      id = value;
      return this;
    }

    public Builder name(String value) {
      name = value;
      return this;
    }

    public Builder user(UserName value) {
      user = value;
      return this;
    }

    public Builder unixUser(String value) {
      unixUser = value;
      return this;
    }

    public Builder project(ProjectName value) {
      project = value;
      return this;
    }

    public Builder domains(List<DomainShare> value) {
      domains = value;
      return this;
    }

    public Builder partition(PartitionName value) {
      partition = value;
      return this;
    }

    public Builder state(String value) {
      state = value;
      return this;
    }

    public Builder detail(String value) {
      detail = value;
      return this;
    }

    public Builder submitMs(long value) {
      submitMs = value;
      return this;
    }

    public Builder limitMs(long value) {
      limitMs = value;
      return this;
    }

    public Builder memBytes(long value) {
      memBytes = value;
      return this;
    }

    public Builder cores(long value) {
      cores = value;
      return this;
    }

    public Builder nodes(List<String> value) {
      nodes = value;
      return this;
    }

    public Builder attempt(int value) {
      attempt = value;
      return this;
    }

    public Builder startMs(long value) {
      startMs = value;
      return this;
    }

    public Builder endMs(long value) {
      endMs = value;
      return this;
    }

    public Builder exitCode(int value) {
      exitCode = value;
      return this;
    }

    public Builder signal(int value) {
      signal = value;
      return this;
    }

    public Builder coreMs(long value) {
      coreMs = value;
      return this;
    }

    public Builder chargeMicro(long value) {
      chargeMicro = value;
      return this;
    }

    public Builder currency(String value) {
      currency = value;
      return this;
    }

    public Builder workDir(String value) {
      workDir = value;
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

    public Builder uid(int value) {
      uid = value;
      return this;
    }

    public Builder task(ArrayTask value) {
      task = value;
      return this;
    }

    public Builder qos(String value) {
      qos = value;
      return this;
    }

    public Builder quote(JobQuote value) {
      quote = value;
      return this;
    }

    public Builder payer(ProjectName value) {
      payer = value;
      return this;
    }

    public Builder endUser(String value) {
      endUser = value;
      return this;
    }

    public JobRow build() {
      return new JobRow(
          id,
          name,
          user,
          unixUser,
          project,
          domains,
          partition,
          state,
          detail,
          submitMs,
          limitMs,
          memBytes,
          cores,
          nodes,
          attempt,
          startMs,
          endMs,
          exitCode,
          signal,
          coreMs,
          chargeMicro,
          currency,
          workDir,
          stdoutPath,
          stderrPath,
          uid,
          task,
          qos,
          quote,
          endUser,
          payer);
    }
  }
}
