package org.queqiao.accounting.ledger;

import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.ArrayTask;
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
    int uid) {
  public JobRow {
    domains = List.copyOf(domains);
    nodes = List.copyOf(nodes);
  }

  /** A task of this array as a job of its own. */
  public JobRow task(JobId number, ArrayTask task) {
    return new JobRow(
        number,
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
        task.expand(stdoutPath),
        task.expand(stderrPath),
        uid);
  }

  /** The job asking for something else; what runs keeps its cores. */
  public JobRow changed(JobSpec spec, List<DomainShare> shares) {
    boolean sameProject = spec.project().equals(project);
    return new JobRow(
        id,
        spec.name(),
        user,
        unixUser,
        spec.project(),
        sameProject ? domains : shares,
        spec.partition(),
        state,
        detail,
        submitMs,
        spec.limitMs(),
        spec.memBytes(),
        state.equals("RUNNING") ? cores : spec.totalCores(),
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
        uid);
  }

  /** The job in its first run or a later one. */
  public JobRow allocated(int run, long atMs, long heldCores, List<String> where) {
    return new JobRow(
        id,
        name,
        user,
        unixUser,
        project,
        domains,
        partition,
        "RUNNING",
        detail,
        submitMs,
        limitMs,
        memBytes,
        heldCores,
        where,
        run,
        atMs,
        endMs,
        exitCode,
        signal,
        coreMs,
        chargeMicro,
        currency,
        workDir,
        stdoutPath,
        stderrPath,
        uid);
  }

  /** The job after a run that is over, waiting for the next. */
  public JobRow waitsAgain(String why) {
    return new JobRow(
        id,
        name,
        user,
        unixUser,
        project,
        domains,
        partition,
        "PENDING",
        why,
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
        uid);
  }

  /** The job at its end. */
  public JobRow ended(String finalState, String why, long atMs, int code, int bySignal) {
    return new JobRow(
        id,
        name,
        user,
        unixUser,
        project,
        domains,
        partition,
        finalState,
        why,
        submitMs,
        limitMs,
        memBytes,
        cores,
        nodes,
        attempt,
        startMs,
        atMs,
        code,
        bySignal,
        coreMs,
        chargeMicro,
        currency,
        workDir,
        stdoutPath,
        stderrPath,
        uid);
  }

  /** The job with more usage and charge. */
  public JobRow charged(long moreCoreMs, long moreMicro, String inCurrency) {
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
        Math.addExact(coreMs, moreCoreMs),
        Math.addExact(chargeMicro, moreMicro),
        inCurrency,
        workDir,
        stdoutPath,
        stderrPath,
        uid);
  }
}
