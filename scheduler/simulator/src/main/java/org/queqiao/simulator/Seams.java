package org.queqiao.simulator;

import java.util.List;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.id.NodeName;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.memory.MemoryDisk;
import org.queqiao.runtime.LoopGauges;
import org.queqiao.runtime.SchedulerRuntime;

/**
 * Where the parts of a simulation touch each other. As it is, nothing is changed on the way; a test
 * that wants to see a check bite overrides one method and so plants a bug.
 */
public class Seams {
  /** The log as the runtime sees it. */
  public EventLog log(EventLog log) {
    return log;
  }

  /** What the launcher says that it holds. */
  public List<LauncherRun> launcherList(List<LauncherRun> list) {
    return list;
  }

  /** Whether the launcher remembers what it has started. */
  public boolean launcherRemembers() {
    return true;
  }

  /** Whether the launcher stops a run before it says so. */
  public boolean launcherStops() {
    return true;
  }

  /** A desired set as the agent takes it, whose highest epoch so far is given. */
  public ServerMessage.DesiredSet received(ServerMessage.DesiredSet set, long highestEpoch) {
    return set;
  }

  /** The machine of the scheduler has died, its disk holds what survived. */
  public void crashed(MemoryDisk disk) {}

  /** A durable entry as the checks read it. */
  public LogEntry stored(LogEntry entry) {
    return entry;
  }

  /** A runtime has recovered and leads. */
  public void leads(SchedulerRuntime runtime) {}

  /** Figures of the loop as the checks read them. */
  public LoopGauges gauges(LoopGauges gauges) {
    return gauges;
  }

  /** What the ledger has posted for one fact. */
  public List<Posting> postings(List<Posting> postings) {
    return postings;
  }

  /** What the ledger tells of wallets. */
  public List<BudgetTold> budgets(List<BudgetTold> words) {
    return words;
  }

  /** What the scheduler sends to a node. */
  public ServerMessage toNode(NodeName node, ServerMessage message) {
    return message;
  }

  /** What a node sends to the scheduler. */
  public AgentMessage toServer(NodeName node, AgentMessage message) {
    return message;
  }
}
