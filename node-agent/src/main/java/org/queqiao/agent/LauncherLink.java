package org.queqiao.agent;

import java.io.IOException;
import java.nio.file.Path;
import org.queqiao.agent.launcher.LaunchAnswer;
import org.queqiao.agent.launcher.LauncherClient;
import org.queqiao.agent.launcher.LauncherListener;
import org.queqiao.agent.launcher.ReadAnswer;
import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.agent.session.Backoff;
import org.queqiao.contract.id.RunId;

/** Keeps a connection to the launcher, on a thread that also reads its answers. */
final class LauncherLink {
  private static final long FIRST_WAIT_MS = 20;
  private static final long CAP_MS = 1_000;

  private final Path socket;
  private final Mailbox mailbox;
  private final Pause pause;

  LauncherLink(Path socket, Mailbox mailbox, Pause pause) {
    this.socket = socket;
    this.mailbox = mailbox;
    this.pause = pause;
  }

  void start() {
    Thread.ofPlatform().name("launcher-link").daemon().start(this::keep);
  }

  private void keep() {
    Backoff backoff = new Backoff(FIRST_WAIT_MS, CAP_MS);
    String said = "";
    while (true) {
      try {
        Answers answers = new Answers();
        LauncherClient client = LauncherClient.connect(socket, answers);
        answers.client = client;
        backoff.reset();
        said = "";
        AgentLog.info("the launcher is connected, runs=" + client.runs().size());
        if (!client.capabilities().anySignal()) {
          AgentLog.warn(
              "the launcher is older than this agent: runs get HUP, INT, USR1, USR2 and CONT before"
                  + " their end, other signals not before it is started anew");
        }
        mailbox.put(new AgentEvent.LauncherReady(client));
        Exception cause = client.readReplies();
        AgentLog.warn("the launcher is gone: " + cause.getMessage());
        mailbox.put(new AgentEvent.LauncherLost(client));
      } catch (IOException e) {
        // The same trouble is told once, not with every attempt.
        if (!said.equals(String.valueOf(e.getMessage()))) {
          said = String.valueOf(e.getMessage());
          AgentLog.warn("no launcher at " + socket + ": " + said);
        }
      }
      if (pause.overAfter(backoff.next())) {
        return;
      }
    }
  }

  /** Hands answers on; at most a window of requests is under way, so none has to wait. */
  private final class Answers implements LauncherListener {
    private volatile LauncherClient client;

    @Override
    public void launched(RunId run, LaunchAnswer answer) {
      mailbox.putBounded(new AgentEvent.Launched(client, run, answer));
    }

    @Override
    public void outputRead(long requestId, ReadAnswer answer) {
      mailbox.putBounded(new AgentEvent.OutputRead(requestId, answer));
    }

    @Override
    public void suspended(RunId run, boolean stop, SuspendReply reply) {
      mailbox.putBounded(new AgentEvent.Suspended(client, run, stop, reply));
    }

    @Override
    public void notDone(String what, String reason) {
      AgentLog.warn("the launcher did not do it: " + what + ": " + reason);
    }
  }
}
