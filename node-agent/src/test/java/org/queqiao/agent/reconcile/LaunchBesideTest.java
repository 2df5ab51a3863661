package org.queqiao.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.agent.ServerMessage.DesiredRun;
import org.queqiao.contract.agent.ServerMessage.DesiredSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/**
 * The server has taken a run for ended that still lives on this node, and has given its cores away.
 */
final class LaunchBesideTest {
  private static final long NOW = 1_000_000;
  private static final RunId OLD = run(1, 1);
  private static final RunId NEXT = run(2, 1);

  private final SpoolImage spool = new SpoolImage();
  private Reconciler agent;
  private long version;

  @BeforeEach
  void theOldRunLivesOnCoresNoughtAndOne() {
    agent = new Reconciler(spool);
    said(agent.onLauncher(List.of(), NOW));
    assertThat(desire(wanted(OLD, List.of(0, 1), List.of("gpu:0")))).containsExactly("launch 1.1");
    assertThat(running(OLD)).isEmpty();
  }

  private static RunId run(long job, int attempt) {
    return new RunId(new JobId(job), attempt);
  }

  private static DesiredRun wanted(RunId run, List<Integer> cores, List<String> devices) {
    return new DesiredRun(run, false, 1_000, Orders.of(run, cores, devices, 600_000));
  }

  private static DesiredRun wanted(RunId run, Integer... cores) {
    return wanted(run, List.of(cores), List.of());
  }

  private List<String> desire(DesiredRun... runs) {
    return said(agent.onDesired(new DesiredSet(1, ++version, List.of(runs)), NOW));
  }

  private List<String> running(RunId run) {
    return said(agent.onLaunched(run, new LaunchReply.Running(NOW), NOW));
  }

  private List<String> gone(RunId run) {
    return said(agent.onExit(new RunExit(run, RunExit.Kind.EXITED, 0, 0, NOW, NOW, 0, 0, 0, "")));
  }

  /** What follows but for reports; records go to the spool. */
  private List<String> said(List<Action> actions) {
    List<String> out = new ArrayList<>();
    for (Action action : actions) {
      switch (action) {
        case Action.Launch launch -> out.add("launch " + launch.run());
        case Action.Stop stop -> out.add("stop " + stop.run());
        case Action.Hold hold -> out.add("hold " + hold.run() + " for " + hold.until());
        case Action.Write write -> spool.apply(write.record());
        default -> {}
      }
    }
    return out;
  }

  @Test
  void whoGotItsCoresWaitsUntilItIsGoneAndOthersDoNot() {
    assertThat(desire(wanted(NEXT, 1, 2), wanted(run(3, 1), 4, 5)))
        .containsExactlyInAnyOrder("stop 1.1", "hold 2.1 for 1.1", "launch 3.1");
    assertThat(running(run(3, 1))).isEmpty();
    for (int tick = 0; tick < 3; tick++) {
      assertThat(said(agent.onTick(NOW))).as("nothing is said or done again").isEmpty();
    }
    assertThat(gone(OLD)).as("at once, not with the next heartbeat").containsExactly("launch 2.1");
    assertThat(said(agent.onTick(NOW))).isEmpty();
  }

  @Test
  void whoGotItsDeviceWaits() {
    assertThat(desire(wanted(NEXT, List.of(7), List.of("gpu:0", "gpu:1"))))
        .containsExactly("stop 1.1", "hold 2.1 for 1.1");
    assertThat(desire(wanted(run(3, 1), List.of(7), List.of("gpu:1"))))
        .containsExactly("launch 3.1");
  }

  @Test
  void theNextAttemptOfItsJobWaitsWhereverItsCoresAre() {
    assertThat(desire(wanted(run(1, 2), 6))).containsExactly("stop 1.1", "hold 1.2 for 1.1");
    assertThat(gone(OLD)).containsExactly("launch 1.2");
  }

  @Test
  void beforeAnAgentThatDoesNotKnowItsCoresAllWait() {
    agent = new Reconciler(spool);
    said(agent.onLauncher(List.of(new LauncherRun(OLD, NOW, null)), NOW));
    assertThat(desire(wanted(NEXT, 6))).containsExactly("stop 1.1", "hold 2.1 for 1.1");
    // A launcher that lost it: so it is not alive.
    agent.onLauncherLost();
    assertThat(said(agent.onLauncher(List.of(), NOW))).containsExactly("launch 2.1");
  }

  @Test
  void whatIsWithdrawnMeanwhileIsNotLaunched() {
    desire(wanted(NEXT, 1));
    assertThat(desire(wanted(run(3, 1), 0))).containsExactly("hold 3.1 for 1.1");
    desire(new DesiredRun(run(3, 1), true, 0, new byte[0]));
    assertThat(gone(OLD)).isEmpty();
    assertThat(agent.ended()).extracting(RunExit::run).containsExactly(OLD, run(3, 1));
  }

  @Test
  void aRunThatIsListedAgainIsInNobodysWay() {
    desire(wanted(NEXT, 1));
    assertThat(desire(new DesiredRun(OLD, false, 1_000, new byte[0]), wanted(NEXT, 1)))
        .containsExactly("launch 2.1");
  }

  @Test
  void oneThatIsBeingLaunchedIsWaitedForToo() {
    assertThat(desire(wanted(NEXT, 5), wanted(OLD, 0))).containsExactly("launch 2.1");
    assertThat(desire(wanted(run(3, 1), 5))).contains("hold 3.1 for 2.1");
    assertThat(said(agent.onLaunched(NEXT, new LaunchReply.Refused("no"), NOW)))
        .containsExactly("launch 3.1");
  }

  @Test
  void whatLivesAlthoughItsEndWasToldIsWaitedFor() {
    agent.onLauncherLost();
    said(agent.onLauncher(List.of(), NOW));
    assertThat(agent.ended()).extracting(RunExit::kind).containsExactly(RunExit.Kind.LOST);
    agent.onLauncherLost();
    assertThat(said(agent.onLauncher(List.of(new LauncherRun(OLD, NOW, null)), NOW)))
        .containsExactly("stop 1.1");
    said(agent.onAcknowledged(List.of(OLD)));
    assertThat(desire(wanted(NEXT, 1))).containsExactly("hold 2.1 for 1.1");
    assertThat(gone(OLD)).containsExactly("launch 2.1");
    said(agent.onTick(NOW));
    assertThat(spool.runs()).containsOnlyKeys(NEXT);
  }
}
