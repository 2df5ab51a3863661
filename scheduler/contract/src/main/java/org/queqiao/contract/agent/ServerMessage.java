package org.queqiao.contract.agent;

import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Suspending;

/** What the server says to an agent. */
public sealed interface ServerMessage {
  /** The connection is accepted: this protocol version, this leader epoch. */
  record Welcome(int protocol, long epoch) implements ServerMessage {}

  /** The connection is refused for good, with the reason and what to do. */
  record Refused(String reason) implements ServerMessage {}

  /**
   * Everything that shall run on the node, and nothing else.
   *
   * @param epoch term of the leader; a lower one than the agent has accepted is refused
   * @param version counts the desired sets of the node
   * @param runs what shall be there
   */
  record DesiredSet(long epoch, long version, List<DesiredRun> runs) implements ServerMessage {
    public DesiredSet {
      runs = List.copyOf(runs);
    }
  }

  /**
   * One run of a desired set. A run that is alive and not listed is ended as by {@code stop}.
   *
   * @param run which run
   * @param stop whether it shall end now, by TERM and after {@code graceMs} by KILL
   * @param graceMs between TERM and KILL
   * @param signedOrder the launch order with its signature, read by the launcher alone; empty when
   *     {@code stop}, when the agent has it or the run already, and when it follows in a later
   *     frame
   * @param signal number of a signal that the run gets once, or 0
   * @param signalBatchOnly whether only the batch script gets it
   * @param suspension whether its processes shall be stopped
   * @param suspensionAskedMs when that was asked for, which its report repeats; 0 for never
   */
  record DesiredRun(
      RunId run,
      boolean stop,
      int graceMs,
      byte[] signedOrder,
      int signal,
      boolean signalBatchOnly,
      Suspending suspension,
      long suspensionAskedMs) {
    /** A run that nobody wants to suspend. */
    public DesiredRun(
        RunId run,
        boolean stop,
        int graceMs,
        byte[] signedOrder,
        int signal,
        boolean signalBatchOnly) {
      this(run, stop, graceMs, signedOrder, signal, signalBatchOnly, Suspending.NONE, 0);
    }

    /** A run that gets no signal. */
    public DesiredRun(RunId run, boolean stop, int graceMs, byte[] signedOrder) {
      this(run, stop, graceMs, signedOrder, 0, false);
    }
  }

  /**
   * The ends of these runs are durable: their records can go.
   *
   * @param heard number of the last heartbeat of this connection that the server has heard; 0 of a
   *     server that does not say
   */
  record ExitsAcknowledged(List<RunId> runs, long position, long heard) implements ServerMessage {
    /** Of a server that does not say which heartbeat it has heard. */
    public ExitsAcknowledged(List<RunId> runs, long position) {
      this(runs, position, 0);
    }

    public ExitsAcknowledged {
      runs = List.copyOf(runs);
    }
  }

  /** What was counted of these runs is stored: the agent need not keep it. */
  record MetricsStored(List<RunId> runs) implements ServerMessage {
    public MetricsStored {
      runs = List.copyOf(runs);
    }
  }

  /** Read part of an output file as the user; the order is signed for the launcher. */
  record ReadOutput(long requestId, byte[] signedOrder) implements ServerMessage {}

  /**
   * The answer to {@link AgentMessage.StepRequest}.
   *
   * @param refusal why there is no such step, in words; empty when it begins
   * @param step its number
   * @param key what the nodes of the step prove to each other that they belong to it, 32 bytes
   * @param nodes where its tasks are
   */
  record StepAnswer(long requestId, String refusal, int step, byte[] key, List<StepNode> nodes)
      implements ServerMessage {
    public StepAnswer {
      nodes = List.copyOf(nodes);
    }

    /** Leaves out the key: it is a secret. */
    @Override
    public String toString() {
      return "StepAnswer[requestId=" + requestId + ", step=" + step + ", refusal=" + refusal + "]";
    }
  }

  /** A node of a step, its address as the server sees it, and the cores of the run there. */
  record StepNode(NodeName name, String address, List<Integer> cores) {
    public StepNode {
      cores = List.copyOf(cores);
    }
  }

  /** Join a step of this run; the order is signed for the process that asked for it. */
  record StepOrder(RunId run, byte[] signedOrder) implements ServerMessage {}

  /**
   * The process of this run that takes orders shall be there, beside its script; it says {@link
   * AgentMessage.StepsWanted}.
   */
  record HostWanted(RunId run) implements ServerMessage {}

  /**
   * The answer to {@link AgentMessage.CheckpointRequest}.
   *
   * @param refusal why it does not count, in words; empty when it does
   */
  record CheckpointAnswer(long requestId, String refusal) implements ServerMessage {}

  /**
   * The answer to {@link AgentMessage.Enrol} and {@link AgentMessage.Renew}.
   *
   * @param certificate of the node, X.509 in DER
   * @param authority certificate of the private authority that signed it, in DER
   */
  record Certified(byte[] certificate, byte[] authority) implements ServerMessage {}

  /**
   * A bridge is accepted.
   *
   * @param protocol the version spoken
   * @param completeMs up to when the history of its cluster is known; 0 for not at all
   */
  record BridgeWelcome(int protocol, long completeMs) implements ServerMessage {}

  /**
   * A batch of {@link AgentMessage.ObservedRuns} is durable.
   *
   * @param batch which one
   * @param recorded how many were new, or told otherwise than before
   * @param known how many were told before
   * @param tooOld how many were not taken, because they ended too long ago
   * @param completeMs up to when the history is known now
   */
  record RunsRecorded(long batch, int recorded, int known, int tooOld, long completeMs)
      implements ServerMessage {}
}
