package org.queqiao.agent;

import org.queqiao.agent.steps.JobGate;
import org.queqiao.agent.steps.JobPeer;

/** Brings what processes of jobs say to the loop of the agent. */
record DeskCalls(Mailbox mailbox, StepDesk desk) implements JobGate.Listener {
  @Override
  public void joined(JobPeer peer) {
    later(() -> desk.joined(peer));
  }

  @Override
  public void stepAsked(JobPeer peer, JobGate.StepAsked asked) {
    later(() -> desk.stepAsked(peer, asked));
  }

  @Override
  public void stepEnded(JobPeer peer, int step, int exitCode) {
    later(() -> desk.stepEnded(peer, step, exitCode));
  }

  @Override
  public void hostReady(JobPeer peer, boolean attends) {
    later(() -> desk.hostReady(peer, attends));
  }

  @Override
  public void shellsOpen(JobPeer peer, JobPeer.OpenShells shells) {
    later(() -> desk.shellsOpen(peer, shells));
  }

  @Override
  public void checkpointed(JobPeer peer) {
    later(() -> desk.checkpointed(peer));
  }

  @Override
  public void left(JobPeer peer) {
    later(() -> desk.left(peer));
  }

  private void later(Runnable call) {
    mailbox.put(new AgentEvent.JobSaid(call));
  }
}
