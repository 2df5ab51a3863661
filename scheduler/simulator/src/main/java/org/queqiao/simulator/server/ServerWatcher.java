package org.queqiao.simulator.server;

import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.CorruptLog;
import org.queqiao.runtime.Fault;

/** Who sees what the scheduler does. */
public interface ServerWatcher {
  /** A life has recovered and leads. */
  void leads(ServerLife life);

  /** A life has made a step. */
  void stepped(ServerLife life);

  /** A reply leaves. */
  void replied(ServerLife life, Input input, Reply reply);

  /** A desired set leaves. */
  void told(ServerLife life, DesiredState desired);

  /** A life has ended by its own fault handler. */
  void faulted(ServerLife life, Fault fault);

  /** The log refuses to start because something that was durable is damaged. */
  void corrupt(CorruptLog found);

  /** The simulation itself has failed. */
  void broken(Throwable cause);

  /** A named place is reached; what this throws kills the scheduler. */
  void reached(String point);
}
