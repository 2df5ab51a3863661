package org.queqiao.server.http;

import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;

/** Counts what the machine refuses. */
@FunctionalInterface
public interface RejectionMeter {
  void rejected(Input input, Rejection.Code code);
}
