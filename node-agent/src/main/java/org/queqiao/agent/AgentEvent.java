package org.queqiao.agent;

import org.queqiao.agent.launcher.LaunchAnswer;
import org.queqiao.agent.launcher.LauncherClient;
import org.queqiao.agent.launcher.ReadAnswer;
import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/** What the threads of the agent tell its loop. */
sealed interface AgentEvent {
  /** A launcher is connected and has listed its runs. */
  record LauncherReady(LauncherClient client) implements AgentEvent {}

  /** The connection to the launcher is gone. */
  record LauncherLost(LauncherClient client) implements AgentEvent {}

  /** The launcher answered an order. */
  record Launched(LauncherClient client, RunId run, LaunchAnswer answer) implements AgentEvent {}

  /** The launcher answered a read. */
  record OutputRead(long requestId, ReadAnswer answer) implements AgentEvent {}

  /** The launcher answered whether a run has stopped, or goes on. */
  record Suspended(LauncherClient client, RunId run, boolean stop, SuspendReply reply)
      implements AgentEvent {}

  /** An exit record has appeared. */
  record Exited(RunExit exit) implements AgentEvent {}

  /** A process of a job said something; what follows from it happens at the desk for steps. */
  record JobSaid(Runnable atTheDesk) implements AgentEvent {}

  /** The server is connected and waits for a hello. */
  record ServerReady(ServerConnection connection) implements AgentEvent {}

  /** The server said something. */
  record ServerSaid(ServerConnection connection, ServerMessage message) implements AgentEvent {}

  /** The connection to the server is gone. */
  record ServerLost(ServerConnection connection) implements AgentEvent {}
}
