package org.queqiao.runtime.feed;

/** A follower's place in the feed. */
public interface Subscription extends AutoCloseable {
  /** The last position that the listener has taken in. */
  long position();

  /** Ends it. A delivery under way is waited for, unless the listener itself calls this. */
  @Override
  void close();
}
