package org.queqiao.accounting;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.reservation.Reservation;

/** Writes the log of a cluster with nodes: told like a story, or drawn from a seed. */
final class NodeLog {
  private static final long MINUTE_MS = 60_000;

  private final List<LoggedEvent> events = new ArrayList<>();
  private final Map<String, Integer> free = new TreeMap<>();
  private long timeMs;
  private boolean days;
  private long lastJob;

  NodeLog(long startMs) {
    timeMs = startMs;
    add(
        new ProjectDefined(
            History.CLIMATE,
            "Climate",
            List.of(new DomainShare(new DomainCode("atmosphere"), 1000))));
    add(new TariffDefined(History.BATCH, 1_000_000, "CNY", startMs));
  }

  List<LoggedEvent> events() {
    return events;
  }

  long timeMs() {
    return timeMs;
  }

  NodeLog at(long ms) {
    timeMs = ms;
    return this;
  }

  NodeLog add(Event event) {
    return add(Actor.SCHEDULER, event);
  }

  /** One person of finance proposes, another decides. */
  NodeLog twoPeople(MoneyChange change, boolean approved) {
    return twoPeople("looked at it", change, approved);
  }

  /** As above, and the first says why. */
  NodeLog twoPeople(String why, MoneyChange change, boolean approved) {
    long proposal = events.size() + 1L;
    add(Actor.user(new UserName("finance1")), new MoneyProposed(proposal, change, why));
    return add(
        Actor.user(new UserName("finance2")),
        new MoneyDecided(proposal, approved, change, "so it is"));
  }

  NodeLog add(Actor actor, Event event) {
    events.add(new LoggedEvent(events.size() + 1L, 1, timeMs, actor, event));
    return this;
  }

  NodeLog node(String name, int cores) {
    free.put(name, cores);
    NodeName node = new NodeName(name);
    add(
        new NodeRegistered(
            new NodeFacts(node, "boot", cores, 1 << 30, List.of(), "1", "6", List.of())));
    return add(new NodeUp(node, "boot"));
  }

  NodeLog down(String name) {
    return add(new NodeDown(new NodeName(name), timeMs, "silent"));
  }

  NodeLog up(String name) {
    return add(new NodeUp(new NodeName(name), "boot"));
  }

  NodeLog drain(String name) {
    return add(new NodeDrained(new NodeName(name), "fan"));
  }

  NodeLog resume(String name) {
    return add(new NodeResumed(new NodeName(name)));
  }

  NodeLog reserve(
      String name, long startMs, long durationMs, boolean maintenance, String... nodes) {
    return add(
        new ReservationDefined(
            new Reservation(
                new ReservationName(name),
                "",
                startMs,
                durationMs,
                Repeat.ONCE,
                0,
                java.util.Arrays.stream(nodes).map(NodeName::new).toList(),
                List.of(History.LI),
                List.of(),
                maintenance,
                false,
                false)));
  }

  NodeLog open(String name) {
    return add(new ReservationOpened(new ReservationName(name), timeMs));
  }

  NodeLog close(String name, long startMs) {
    return add(new ReservationClosed(new ReservationName(name), startMs, 0));
  }

  private static Allocation on(String node, int cores) {
    List<Integer> ids = IntStream.range(0, cores).boxed().toList();
    return new Allocation(new NodeName(node), ids, 0, List.of());
  }

  /** The days of runs that start from now on are posted as they are over. */
  NodeLog postsDays() {
    days = true;
    return this;
  }

  /** A job that starts at once with so many cores of each node. */
  RunId start(int cores, String... nodes) {
    JobId job = new JobId(++lastJob);
    JobSpec spec =
        JobSpec.builder(
                "job",
                "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8),
                History.BATCH,
                History.CLIMATE,
                30L * 24 * 60 * MINUTE_MS)
            .shape(nodes.length, 1, cores)
            .endUser("wang")
            .build();
    add(new JobSubmitted(job, new UserName("li"), "unix", 1000, spec, "", new byte[32]));
    return again(new RunId(job, 1), cores, nodes);
  }

  RunId again(RunId run, int cores, String... nodes) {
    List<Allocation> held = new ArrayList<>();
    for (String node : nodes) {
      held.add(on(node, cores));
    }
    add(new JobAllocated(run, held, 0, null, days));
    return run;
  }

  NodeLog end(RunId run) {
    return end(run, timeMs, JobState.COMPLETED);
  }

  /** The end of a run that is told now and was at another moment. */
  NodeLog end(RunId run, long endMs, JobState state) {
    return add(
        Actor.node(new NodeName("cn1")),
        new JobEnded(run.job(), run.attempt(), state, endMs, null, false, ""));
  }

  NodeLog requeue(RunId run, long endMs) {
    return add(new JobRequeued(run, KillCause.NODE_FAIL, endMs, null, false, false, "node lost"));
  }

  /** What it has done until now is saved. */
  NodeLog saved(RunId run) {
    return add(new RunCheckpointed(run, timeMs));
  }

  NodeLog suspend(RunId run, long atMs, boolean billed) {
    return add(new JobSuspended(run, atMs, billed));
  }

  NodeLog go(RunId run, long atMs) {
    return add(new JobResumed(run, atMs));
  }

  private static final class Live {
    final RunId run;
    final int cores;
    final String[] nodes;
    boolean stopped;

    Live(RunId run, int cores, String[] nodes) {
      this.run = run;
      this.cores = cores;
      this.nodes = nodes;
    }
  }

  /** Some months of runs on nodes that fail, are drained and reserved; all runs end. */
  static NodeLog random(long seed, long startMs, int steps) {
    SplittableRandom random = new SplittableRandom(seed);
    NodeLog log = new NodeLog(startMs);
    String[] names = {"cn1", "cn2", "cn3"};
    Map<String, Boolean> up = new TreeMap<>();
    Map<String, Boolean> drained = new TreeMap<>();
    for (String name : names) {
      log.node(name, 4 + random.nextInt(60));
      up.put(name, true);
      drained.put(name, false);
    }
    List<Live> running = new ArrayList<>();
    long reservedMs = 0;
    for (int i = 0; i < steps; i++) {
      long before = log.timeMs;
      log.at(before + random.nextLong(1, 1L << random.nextInt(1, 31)));
      String name = names[random.nextInt(names.length)];
      switch (random.nextInt(9)) {
        case 0, 1, 2 -> log.startSome(random, names, up, drained, running);
        case 3, 4 -> {
          if (!running.isEmpty()) {
            log.endOne(running.remove(random.nextInt(running.size())), before, random, running);
          }
        }
        case 5 -> {
          if (up.put(name, !up.get(name))) {
            log.down(name);
          } else {
            log.up(name);
          }
        }
        case 6 -> {
          if (drained.put(name, !drained.get(name))) {
            log.resume(name);
          } else {
            log.drain(name);
          }
        }
        case 7 -> {
          if (!running.isEmpty()) {
            log.turn(running.get(random.nextInt(running.size())), before, random);
          }
        }
        default -> {
          if (reservedMs == 0) {
            log.reserve("r", log.timeMs, 1, random.nextInt(3) == 0, name).open("r");
            reservedMs = log.timeMs;
          } else {
            log.close("r", reservedMs);
            reservedMs = 0;
          }
        }
      }
    }
    for (Live each : running) {
      log.end(each.run);
    }
    return log;
  }

  private void startSome(
      SplittableRandom random,
      String[] names,
      Map<String, Boolean> up,
      Map<String, Boolean> drained,
      List<Live> running) {
    int cores = 1 + random.nextInt(12);
    List<String> chosen = new ArrayList<>();
    for (String each : names) {
      boolean room = up.get(each) && !drained.get(each) && free.get(each) >= cores;
      if (room && random.nextBoolean()) {
        chosen.add(each);
      }
    }
    if (!chosen.isEmpty()) {
      String[] nodes = chosen.toArray(String[]::new);
      chosen.forEach(each -> free.merge(each, -cores, Integer::sum));
      running.add(new Live(start(cores, nodes), cores, nodes));
    }
  }

  /** Now and then its end was long before it is told, and now and then it waits again. */
  private void endOne(Live live, long before, SplittableRandom random, List<Live> running) {
    long endMs = random.nextInt(4) == 0 ? before + random.nextLong(timeMs - before) : timeMs;
    boolean again = random.nextInt(4) == 0 && !live.stopped;
    if (again) {
      requeue(live.run, endMs);
      RunId next = new RunId(live.run.job(), live.run.attempt() + 1);
      running.add(new Live(again(next, live.cores, live.nodes), live.cores, live.nodes));
    } else {
      end(live.run, endMs, random.nextBoolean() ? JobState.COMPLETED : JobState.NODE_FAIL);
      for (String node : live.nodes) {
        free.merge(node, live.cores, Integer::sum);
      }
    }
  }

  private void turn(Live live, long before, SplittableRandom random) {
    long atMs = timeMs - random.nextLong(timeMs - before);
    if (!live.stopped) {
      suspend(live.run, atMs, random.nextBoolean());
    } else if (random.nextBoolean()) {
      go(live.run, atMs);
    } else {
      add(new JobKillRequested(live.run, KillCause.CANCELLED));
    }
    live.stopped = !live.stopped;
  }
}
