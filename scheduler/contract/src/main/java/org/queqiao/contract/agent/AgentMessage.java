package org.queqiao.contract.agent;

import java.util.List;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeHealth;
import org.queqiao.contract.observe.ClusterNow;
import org.queqiao.contract.observe.ObservedRun;

/** What an agent says to the server. */
public sealed interface AgentMessage {
  /**
   * The first message of a connection.
   *
   * @param protocolMin oldest protocol version the agent speaks
   * @param protocolMax newest protocol version the agent speaks
   * @param facts what it found on its machine
   * @param highestEpoch the highest leader epoch it has accepted, persisted
   * @param running the runs that are alive on the node
   * @param ended exits that were not acknowledged yet
   * @param jobSocket where processes of jobs reach the agent; empty if they do not
   */
  record Hello(
      int protocolMin,
      int protocolMax,
      NodeFacts facts,
      long highestEpoch,
      List<RunId> running,
      List<RunExit> ended,
      String jobSocket)
      implements AgentMessage {
    /** Of an agent that no job can reach. */
    public Hello(
        int protocolMin,
        int protocolMax,
        NodeFacts facts,
        long highestEpoch,
        List<RunId> running,
        List<RunExit> ended) {
      this(protocolMin, protocolMax, facts, highestEpoch, running, ended, "");
    }

    public Hello {
      running = List.copyOf(running);
      ended = List.copyOf(ended);
    }
  }

  /**
   * A life sign with gauges, every 10 s.
   *
   * @param seq counts the messages of this connection
   * @param load1Milli load average over one minute, in thousandths
   * @param cpuBusyUs CPU time spent by the node since its boot, in microseconds over all cores
   * @param memUsedBytes memory in use
   * @param memTotalBytes memory there is
   * @param running the runs that are alive on the node
   * @param counters what else is counted of the node as a whole
   * @param health what its health check found last
   */
  record Heartbeat(
      long seq,
      long load1Milli,
      long cpuBusyUs,
      long memUsedBytes,
      long memTotalBytes,
      List<RunId> running,
      List<CounterValue> counters,
      NodeHealth health)
      implements AgentMessage {
    public Heartbeat {
      running = List.copyOf(running);
      counters = List.copyOf(counters);
    }

    /** A life sign of a node that counts nothing else. */
    public Heartbeat(
        long seq,
        long load1Milli,
        long cpuBusyUs,
        long memUsedBytes,
        long memTotalBytes,
        List<RunId> running) {
      this(
          seq,
          load1Milli,
          cpuBusyUs,
          memUsedBytes,
          memTotalBytes,
          running,
          List.of(),
          NodeHealth.UNKNOWN);
    }
  }

  /** A run's script was started at this node time. */
  record RunStartedReport(RunId run, long startMs) implements AgentMessage {}

  /**
   * All processes of a run are stopped, or go on, since this node time. Told again with each
   * connection, and for each wish.
   *
   * @param askedMs of the wish that this answers: nothing that was asked before it is still under
   *     way; 0 of none
   */
  record RunSuspendedReport(RunId run, boolean suspended, long atMs, long askedMs)
      implements AgentMessage {}

  /** A run is gone with all its processes. Repeated until acknowledged. */
  record RunEndedReport(RunExit exit) implements AgentMessage {}

  /**
   * What was counted of a run that has ended. Told again with each connection until it is stored.
   *
   * @param series the whole {@link org.queqiao.contract.metrics.Series}, packed; or empty
   */
  record RunMetricsReport(RunMetrics metrics, byte[] series) implements AgentMessage {}

  /** What was counted of a run that is alive, since the last one of this connection; packed. */
  record RunSamplesReport(RunId run, byte[] series) implements AgentMessage {}

  /** The agent has reconciled with this version of its desired set. */
  record DesiredSetApplied(long epoch, long version) implements AgentMessage {}

  /**
   * The answer to {@link ServerMessage.ReadOutput}.
   *
   * @param requestId of the request
   * @param status what came of it
   * @param fileSize size of the file, or 0
   * @param bytes what was read
   * @param reason why nothing was read, in words; else empty
   */
  record OutputChunk(long requestId, ReadStatus status, long fileSize, byte[] bytes, String reason)
      implements AgentMessage {}

  /**
   * The only message of a connection without a certificate: asks for one.
   *
   * @param protocolMin oldest protocol version the agent speaks
   * @param protocolMax newest protocol version the agent speaks
   * @param node the node that the code was made for
   * @param code the one-time code
   * @param signingRequest a PKCS #10 request, in DER
   */
  record Enrol(int protocolMin, int protocolMax, NodeName node, String code, byte[] signingRequest)
      implements AgentMessage {
    /** Leaves out the code: it is a secret. */
    @Override
    public String toString() {
      return "Enrol[node=" + node + "]";
    }
  }

  /** Asks for a new certificate for the node of this connection; PKCS #10, in DER. */
  record Renew(byte[] signingRequest) implements AgentMessage {}

  /**
   * The first message of a connection of a bridge, in place of a hello.
   *
   * @param protocolMin oldest protocol version the bridge speaks
   * @param protocolMax newest protocol version the bridge speaks
   * @param cluster which cluster under another scheduler it tells of
   * @param version of the other scheduler, such as {@code 22.05.8}
   */
  record BridgeHello(int protocolMin, int protocolMax, ClusterName cluster, String version)
      implements AgentMessage {}

  /**
   * Runs of the cluster of a bridge that are over. Repeated until answered.
   *
   * @param batch counts the batches of this connection
   * @param runs each once; perhaps none, as a life sign
   * @param completeMs with these, every run that ended before is told; 0 says nothing of it
   * @param now what the cluster is now, or null where that was told before on this connection
   * @param nowMs for when that holds, by the clock of the cluster; 0 where it is not known
   */
  record ObservedRuns(
      long batch, List<ObservedRun> runs, long completeMs, ClusterNow now, long nowMs)
      implements AgentMessage {
    public ObservedRuns {
      runs = List.copyOf(runs);
    }

    /** Runs alone. */
    public ObservedRuns(long batch, List<ObservedRun> runs, long completeMs) {
      this(batch, runs, completeMs, null, 0);
    }
  }

  /** What processes of jobs say by the agent of their node. */
  sealed interface OfJob extends AgentMessage {}

  /**
   * A process of a run asks for a step; answered by {@link ServerMessage.StepAnswer}.
   *
   * @param requestId of the agent's choice
   * @param run to which the process belongs, by its control group
   * @param uid whose it is, as the kernel says
   * @param name of the step, for people
   * @param tasks how many over all nodes
   * @param nodes where they shall be
   * @param address where the process awaits the other nodes
   * @param port likewise; 0 when there are none
   */
  record StepRequest(
      long requestId,
      RunId run,
      int uid,
      String name,
      int tasks,
      List<NodeName> nodes,
      String address,
      int port)
      implements OfJob {
    public StepRequest {
      nodes = List.copyOf(nodes);
    }
  }

  /** The last task of a step has ended, as the process that started it says. */
  record StepEndedReport(RunId run, int step, int exitCode) implements OfJob {}

  /** The process that starts the steps of a run on this node is there and waits for orders. */
  record StepsWanted(RunId run) implements OfJob {}

  /**
   * A process of a run says that what the run has done until now is saved; answered by {@link
   * ServerMessage.CheckpointAnswer}.
   *
   * @param requestId of the agent's choice
   * @param run to which the process belongs, by its control group
   * @param uid whose it is, as the kernel says
   */
  record CheckpointRequest(long requestId, RunId run, int uid) implements OfJob {}

  /** What came of a read. */
  enum ReadStatus {
    OK,
    NOT_FOUND,
    /** The user himself may not read it, or it is no regular file. */
    REFUSED
  }
}
