package org.queqiao.agent.reconcile;

/** What the launcher answers when a run shall stop or go on. */
public enum SuspendReply {
  /** All its processes are as asked for. */
  DONE,
  /** Not yet; asked again soon. */
  NOT_YET,
  /** The run is not there, or the launcher cannot do it. */
  NOT_DONE
}
