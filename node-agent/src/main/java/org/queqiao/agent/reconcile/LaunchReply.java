package org.queqiao.agent.reconcile;

/** What the launcher answers to an order. */
public sealed interface LaunchReply {
  /** The run exists since this node time; by this order or by an earlier delivery. */
  record Running(long startMs) implements LaunchReply {}

  /** The run existed, was acknowledged and is forgotten; nothing was started now. */
  record Forgotten() implements LaunchReply {}

  /** Nothing was started and this run will never be; the reason in words. */
  record Refused(String reason) implements LaunchReply {}

  /** Nothing was started because a bound is reached; asked again later. */
  record Busy() implements LaunchReply {}
}
