package org.queqiao.server.pki;

/**
 * What every launch gets.
 *
 * @param pidsMax processes and threads of a job on a node; 0 is no limit
 * @param leftoverGraceMs between TERM and KILL for what outlives the script
 * @param jobProgram absolute path, on every node, of the command by which jobs start steps; empty
 *     when there is none
 * @param noNewPrivileges whether setuid programs and file capabilities give nothing in a job
 */
public record LaunchSettings(
    int pidsMax, int leftoverGraceMs, String jobProgram, boolean noNewPrivileges) {
  /** 32,768 processes and threads, two seconds, no steps, setuid programs as ever. */
  public static final LaunchSettings DEFAULT = new LaunchSettings(32_768, 2_000, "", false);

  /** The same with a command for steps. */
  public LaunchSettings withJobProgram(String path) {
    return new LaunchSettings(pidsMax, leftoverGraceMs, path, noNewPrivileges);
  }

  /** The same with what a site says of the processes of its jobs. */
  public LaunchSettings withProcesses(int most, boolean withoutNewPrivileges) {
    return new LaunchSettings(most, leftoverGraceMs, jobProgram, withoutNewPrivileges);
  }
}
