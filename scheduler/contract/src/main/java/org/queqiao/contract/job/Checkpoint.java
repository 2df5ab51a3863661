package org.queqiao.contract.job;

/**
 * Until when what a run has done is saved.
 *
 * @param atMs when that was told
 * @param billedMs how much of the time of the run until then is billed
 */
public record Checkpoint(long atMs, long billedMs) {
  /** The same where a stop or a start was told late that moves what is billed before it. */
  public Checkpoint plus(long moreMs) {
    return new Checkpoint(atMs, Math.addExact(billedMs, moreMs));
  }
}
