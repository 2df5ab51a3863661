package org.queqiao.runtime.feed;

import java.util.List;
import org.queqiao.contract.event.LoggedEvent;

/**
 * Follows the committed facts. Called by one thread at a time, which may block: only this listener
 * waits.
 */
@FunctionalInterface
public interface FeedListener {
  /**
   * The next facts: in order, without a gap, none twice.
   *
   * @param events not empty; their positions are contiguous and continue the call before
   * @throws Exception ends the subscription; {@link #failed} is told
   */
  void committed(List<LoggedEvent> events) throws Exception;

  /**
   * The subscription has ended because {@link #committed} threw or the log could not be read. To go
   * on, subscribe again after the last position that was taken in.
   */
  default void failed(Throwable cause) {}
}
