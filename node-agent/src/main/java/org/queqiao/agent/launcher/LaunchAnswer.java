package org.queqiao.agent.launcher;

/** The launcher's answer to a launch. */
public sealed interface LaunchAnswer {
  /** The run is alive since this node time. */
  record Running(long startMs) implements LaunchAnswer {}

  /** The run has ended already; its exit record is in the spool. */
  record Ended(long startMs) implements LaunchAnswer {}

  /** The run was here before and is forgotten. */
  record Forgotten() implements LaunchAnswer {}

  /** Nothing was started, for this reason. */
  record Refused(String reason) implements LaunchAnswer {}

  /** Nothing was started because a bound is reached. */
  record Busy() implements LaunchAnswer {}
}
