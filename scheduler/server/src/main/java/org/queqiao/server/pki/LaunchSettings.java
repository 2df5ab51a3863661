package org.queqiao.server.pki;

/**
 * Limits that every launch gets.
 *
 * @param pidsMax processes and threads of a job on a node; 0 is no limit
 * @param leftoverGraceMs between TERM and KILL for what outlives the script
 */
public record LaunchSettings(int pidsMax, int leftoverGraceMs) {
  /** 32,768 processes and threads, two seconds. */
  public static final LaunchSettings DEFAULT = new LaunchSettings(32_768, 2_000);
}
