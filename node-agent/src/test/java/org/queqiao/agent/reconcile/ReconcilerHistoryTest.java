package org.queqiao.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage.DesiredRun;
import org.queqiao.contract.agent.ServerMessage.DesiredSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspending;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Seeded histories of lost, doubled and reordered messages, of crashes of the agent that lose
 * unsynced records, and of broken launcher connections, against a launcher that forks whatever it
 * does not hold and has no memory of what it forgot.
 */
final class ReconcilerHistoryTest {
  private static final int SEEDS = TestSize.ciOrFull(3_000, 20_000);
  private static final int STEPS = 150;

  @Test
  void everyRunIsForkedAtMostOnceAndNothingUndesiredStaysAlive() {
    SeededProperty.holds(SEEDS, Worlds::new);
  }

  private record Worlds(long seed) implements SeededProperty.Case<Step> {
    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed + 1_000_003), STEPS);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      new World(seed).live(moves);
    }
  }

  @Test
  void theHistoryChecksBite() {
    // A launcher whose list always comes back empty makes the agent ask again for what it runs.
    int caught = 0;
    for (long seed = 0; seed < 200; seed++) {
      World world = new World(seed);
      world.listLies = true;
      try {
        world.live(new Worlds(seed).moves());
      } catch (AssertionError e) {
        caught++;
      }
    }
    assertThat(caught).isGreaterThan(20);
  }

  private static final class World {
    private SplittableRandom random;
    // The launcher and what is alive on the node.
    private final TreeMap<RunId, RunExit> held = new TreeMap<>();
    private final TreeSet<RunId> alive = new TreeSet<>();
    private final TreeSet<RunId> stopped = new TreeSet<>();

    /** Whether the list says which runs are stopped, as with control groups. */
    private final boolean listTells;

    private final TreeMap<RunId, Integer> forks = new TreeMap<>();
    private final List<Action> unanswered = new ArrayList<>();
    private boolean listLies;
    // The disk.
    private final List<SpoolRecord> synced = new ArrayList<>();
    private final List<SpoolRecord> unsynced = new ArrayList<>();
    // The server: what it wants, every set it ever sent, the ends that are durable there.
    private final TreeMap<RunId, Boolean> wanted = new TreeMap<>();
    private final TreeMap<RunId, Suspending> suspending = new TreeMap<>();
    private final TreeMap<RunId, Long> askedMs = new TreeMap<>();
    private final TreeMap<RunId, Boolean> toldStopped = new TreeMap<>();
    private final TreeMap<RunId, RunExit> ends = new TreeMap<>();
    private final List<DesiredSet> sent = new ArrayList<>();
    private final List<List<RunId>> acknowledgements = new ArrayList<>();
    // The set that the agent goes by; none since it began.
    private DesiredSet obeyed;
    private long serverEpoch = 1;
    private long serverVersion;
    private long nextJob = 1;
    private long nowMs = 1_000_000;
    private long epochOnDisk;
    private Reconciler agent;

    private World(long seed) {
      random = new SplittableRandom(seed);
      listTells = seed % 2 == 0;
      restart();
    }

    private void live(List<Step> steps) {
      for (Step step : steps) {
        random = step.dice();
        step();
        check();
      }
      settle();
    }

    private void step() {
      nowMs += random.nextInt(1000);
      switch (random.nextInt(15)) {
        case 0, 1 -> submit();
        case 2 -> cancel();
        case 12 -> suspend();
        case 13 -> run(agent.onRetry(nowMs));
        case 14 -> giveUp();
        case 3, 4 -> deliver(sent.isEmpty() ? null : sent.get(sent.size() - 1));
        case 5 -> deliver(sent.isEmpty() ? null : sent.get(random.nextInt(sent.size())));
        case 6 -> exitOne();
        case 7 -> answerOne();
        case 8 -> acknowledgeOne();
        case 9 -> run(agent.onTick(nowMs));
        case 10 -> {
          if (random.nextInt(4) == 0) {
            crash();
          }
        }
        default -> {
          if (random.nextInt(6) == 0) {
            serverEpoch++;
            publish();
          } else if (random.nextInt(4) == 0) {
            launcherBreaks();
          }
        }
      }
    }

    private void submit() {
      wanted.put(new RunId(new JobId(nextJob++), 1), false);
      publish();
    }

    private void cancel() {
      if (!wanted.isEmpty()) {
        List<RunId> runs = List.copyOf(wanted.keySet());
        wanted.put(runs.get(random.nextInt(runs.size())), true);
        publish();
      }
    }

    /** The server takes a run for ended that may live, and gives its cores to others. */
    private void giveUp() {
      if (!wanted.isEmpty()) {
        List<RunId> runs = List.copyOf(wanted.keySet());
        RunId run = runs.get(random.nextInt(runs.size()));
        wanted.remove(run);
        RunId again = new RunId(run.job(), run.attempt() + 1);
        wanted.put(random.nextBoolean() ? again : new RunId(new JobId(nextJob++), 1), false);
        publish();
      }
    }

    private void suspend() {
      if (!wanted.isEmpty()) {
        List<RunId> runs = List.copyOf(wanted.keySet());
        RunId run = runs.get(random.nextInt(runs.size()));
        boolean stop = suspending.get(run) != Suspending.SUSPEND;
        suspending.put(run, stop ? Suspending.SUSPEND : Suspending.RESUME);
        askedMs.put(run, serverVersion + 1);
        publish();
      }
    }

    private void publish() {
      serverVersion++;
      List<DesiredRun> runs = new ArrayList<>();
      wanted.forEach((run, stop) ->
          runs.add(
              new DesiredRun(
                  run,
                  stop,
                  1000,
                  stop ? new byte[0] : Orders.of(run, cores(run), List.of(), 0),
                  0,
                  false,
                  suspending.getOrDefault(run, Suspending.NONE),
                  askedMs.getOrDefault(run, 0L))));
      sent.add(new DesiredSet(serverEpoch, serverVersion, runs));
    }

    private void deliver(DesiredSet set) {
      if (set != null) {
        List<Action> actions = agent.onDesired(set, nowMs);
        if (actions.stream().noneMatch(Action.Refuse.class::isInstance)) {
          obeyed = set;
        }
        run(actions);
      }
    }

    /** Two of the cores of the node; of some runs nobody knows which. */
    private static List<Integer> cores(RunId run) {
      long core = run.job().value() % 5;
      return core == 4 ? List.of() : List.of((int) core, 4 + (run.attempt() & 1));
    }

    /** Nobody is launched beside a run of the same cores or job that the server does not list. */
    private void checkLaunch(RunId next) {
      TreeSet<RunId> beside = new TreeSet<>(alive);
      for (Action asked : unanswered) {
        if (asked instanceof Action.Launch launch) {
          beside.add(launch.run());
        }
      }
      obeyed.runs().forEach(run -> beside.remove(run.run()));
      beside.removeIf(other ->
          !other.job().equals(next.job())
              && !cores(other).isEmpty()
              && !cores(next).isEmpty()
              && Collections.disjoint(cores(other), cores(next)));
      assertThat(beside).as("launched beside run " + next).isEmpty();
    }

    private void exitOne() {
      if (!alive.isEmpty()) {
        List<RunId> runs = List.copyOf(alive);
        end(runs.get(random.nextInt(runs.size())));
        if (random.nextBoolean()) {
          spoolScan();
        }
      } else {
        spoolScan();
      }
    }

    private void end(RunId run) {
      alive.remove(run);
      stopped.remove(run);
      held.put(run, new RunExit(run, RunExit.Kind.EXITED, 0, 0, nowMs, nowMs, 0, 0, 0, ""));
    }

    private void spoolScan() {
      for (RunExit exit : List.copyOf(held.values())) {
        if (exit != NOT_ENDED) {
          run(agent.onExit(exit));
        }
      }
    }

    private void answerOne() {
      if (!unanswered.isEmpty()) {
        answer(unanswered.remove(0));
      }
    }

    /** The launcher does what it was asked, and the agent gets the answer. */
    private void answer(Action asked) {
      switch (asked) {
        case Action.Launch launch -> {
          if (random.nextInt(10) == 0) {
            run(agent.onLaunched(launch.run(), new LaunchReply.Busy(), nowMs));
          } else {
            fork(launch.run());
            run(agent.onLaunched(launch.run(), new LaunchReply.Running(nowMs), nowMs));
          }
        }
        case Action.Stop stop -> {
          if (alive.contains(stop.run())) {
            end(stop.run());
          }
        }
        case Action.Suspend suspend -> {
          SuspendReply reply = SuspendReply.NOT_DONE;
          if (alive.contains(suspend.run())) {
            reply = random.nextInt(4) == 0 ? SuspendReply.NOT_YET : SuspendReply.DONE;
          }
          if (reply == SuspendReply.DONE) {
            stop(suspend);
          }
          run(agent.onSuspended(suspend.run(), suspend.stop(), reply, nowMs));
        }
        case Action.Signal _ -> {}
        case Action.Forget forget -> {
          assertThat(alive).doesNotContain(forget.run());
          held.remove(forget.run());
        }
        case Action.Write _, Action.Report _, Action.Hold _, Action.Refuse _ ->
            throw new IllegalStateException();
      }
    }

    private void stop(Action.Suspend suspend) {
      if (suspend.stop()) {
        stopped.add(suspend.run());
      } else {
        stopped.remove(suspend.run());
      }
    }

    /** The launcher finishes what it was sent, or not; the answers reach nobody. */
    private void finishUnheard() {
      for (Action asked : unanswered) {
        if (asked instanceof Action.Launch launch && random.nextBoolean()) {
          fork(launch.run());
        }
        if (asked instanceof Action.Suspend suspend
            && alive.contains(suspend.run())
            && random.nextBoolean()) {
          stop(suspend);
        }
      }
      unanswered.clear();
    }

    private void fork(RunId run) {
      if (!held.containsKey(run)) {
        held.put(run, NOT_ENDED);
        alive.add(run);
        forks.merge(run, 1, Integer::sum);
      }
    }

    private void acknowledgeOne() {
      if (!acknowledgements.isEmpty()) {
        // Kept and sent again now and then: acknowledgements are doubled too.
        int index = random.nextInt(acknowledgements.size());
        run(agent.onAcknowledged(acknowledgements.get(index)));
        if (random.nextBoolean()) {
          acknowledgements.remove(index);
        }
      }
    }

    private void crash() {
      finishUnheard();
      int survives = random.nextInt(unsynced.size() + 1);
      synced.addAll(unsynced.subList(0, survives));
      unsynced.clear();
      restart();
    }

    private void restart() {
      SpoolImage image = new SpoolImage();
      synced.forEach(image::apply);
      assertThat(image.epoch()).isGreaterThanOrEqualTo(epochOnDisk);
      if (random.nextBoolean()) {
        List<SpoolRecord> compact = image.records();
        synced.clear();
        synced.addAll(compact);
      }
      agent = new Reconciler(image);
      obeyed = null;
      run(agent.onLauncher(list(), nowMs));
      hello();
    }

    private void launcherBreaks() {
      agent.onLauncherLost();
      finishUnheard();
      if (random.nextBoolean()) {
        deliver(sent.isEmpty() ? null : sent.get(sent.size() - 1));
        acknowledgeOne();
      }
      run(agent.onLauncher(list(), nowMs));
    }

    private List<LauncherRun> list() {
      List<LauncherRun> list = new ArrayList<>();
      if (!listLies) {
        held.forEach((run, exit) ->
            list.add(
                new LauncherRun(
                    run,
                    nowMs,
                    exit == NOT_ENDED ? null : exit,
                    listTells && stopped.contains(run))));
      }
      return list;
    }

    private void hello() {
      agent.ended().forEach(this::serverLearns);
      run(agent.onHelloSent(agent.ended().size()));
      run(agent.onSuspensionsUnderstood());
    }

    private void serverLearns(RunExit exit) {
      if (random.nextInt(5) == 0) {
        return; // lost with its connection
      }
      ends.putIfAbsent(exit.run(), exit);
      if (wanted.remove(exit.run()) != null) {
        publish();
      }
      acknowledgements.add(List.of(exit.run()));
    }

    private void run(List<Action> actions) {
      for (Action action : actions) {
        if (!(action instanceof Action.Write)
            && unsynced.stream().anyMatch(SpoolRecord::mustBeDurable)) {
          synced.addAll(unsynced);
          unsynced.clear();
        }
        switch (action) {
          case Action.Write write -> unsynced.add(write.record());
          case Action.Launch launch -> {
            checkLaunch(launch.run());
            unanswered.add(action);
          }
          case Action.Stop _, Action.Signal _, Action.Suspend _, Action.Forget _ ->
              unanswered.add(action);
          case Action.Report report -> {
            if (report.message() instanceof AgentMessage.RunEndedReport ended) {
              assertThat(alive).as("ended but alive").doesNotContain(ended.exit().run());
              serverLearns(ended.exit());
            }
            if (report.message() instanceof AgentMessage.RunSuspendedReport stood
                && alive.contains(stood.run())) {
              assertThat(stopped.contains(stood.run()))
                  .as("told " + stood)
                  .isEqualTo(stood.suspended());
              toldStopped.put(stood.run(), stood.suspended());
            }
          }
          case Action.Hold _, Action.Refuse _ -> {}
        }
      }
    }

    private void check() {
      forks.forEach((run, count) -> assertThat(count).as("forks of run " + run).isEqualTo(1));
      SpoolImage image = new SpoolImage();
      synced.forEach(image::apply);
      assertThat(image.epoch()).as("epoch on disk").isGreaterThanOrEqualTo(epochOnDisk);
      epochOnDisk = image.epoch();
      assertThat(agent.highestEpoch()).isGreaterThanOrEqualTo(epochOnDisk);
    }

    /** Faults stop: the node ends up with exactly what is wanted. */
    private void settle() {
      publish();
      for (int round = 0; round < 60; round++) {
        nowMs += 1000;
        hello();
        deliver(sent.get(sent.size() - 1));
        while (!unanswered.isEmpty()) {
          answer(unanswered.remove(0));
        }
        spoolScan();
        run(agent.onTick(nowMs));
        run(agent.onRetry(nowMs));
        while (!acknowledgements.isEmpty()) {
          run(agent.onAcknowledged(acknowledgements.remove(0)));
        }
      }
      check();
      TreeSet<RunId> shouldLive = new TreeSet<>();
      wanted.forEach((run, stop) -> {
        if (!stop) {
          shouldLive.add(run);
        }
      });
      assertThat(alive).isEqualTo(shouldLive);
      assertThat(agent.running()).containsExactlyElementsOf(shouldLive);
      assertThat(agent.ended()).isEmpty();
      assertThat(held.keySet()).isEqualTo(shouldLive);
      for (RunId run : shouldLive) {
        boolean stop = suspending.get(run) == Suspending.SUSPEND;
        assertThat(stopped.contains(run)).as("run " + run + " is stopped").isEqualTo(stop);
        if (suspending.containsKey(run)) {
          assertThat(toldStopped).as("told of run " + run).containsEntry(run, stop);
        }
      }
    }

    private static final RunExit NOT_ENDED =
        new RunExit(new RunId(new JobId(1), 1), RunExit.Kind.EXITED, 0, 0, 0, 0, 0, 0, 0, "");
  }
}
