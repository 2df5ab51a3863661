package org.queqiao.runtime.feed;

/** The committed facts for whoever follows them. */
public interface Feed {
  /**
   * Delivers every fact after a position, first those of the past, then each batch once it is
   * durable. A listener that is slow or late is served from the log at its own pace and slows
   * nobody else.
   *
   * @param afterPosition the last position that the listener knows; 0 for all of history
   * @throws IllegalArgumentException when the position is negative or beyond the durable end: its
   *     holder has followed another log
   */
  Subscription subscribe(long afterPosition, FeedListener listener);

  /** The last position that has been committed. */
  long durablePosition();
}
