package org.queqiao.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the engine decides for random clusters and queues is what the rules say. */
final class PlannerPropertyTest {
  private static final int SEEDS = 1_500;
  private static final int STEPS = 40;

  private static List<PlanPolicy> policies() {
    return List.of(
        KnownPolicy.FCFS,
        KnownPolicy.EASY,
        KnownPolicy.EASY_SJBF,
        new ReservingPolicy("two", 2),
        new ReservingPolicy("five", 5),
        new ReservingPolicy("all", ReservingPolicy.MAX_RESERVATIONS),
        new ImpatientPolicy());
  }

  /** Protects jobs that waited long; the others go shortest first, less so the longer they wait. */
  private record ImpatientPolicy() implements PlanPolicy {
    @Override
    public String policyName() {
      return "impatient";
    }

    @Override
    public int reservations() {
      return 3;
    }

    @Override
    public boolean backfills() {
      return true;
    }

    @Override
    public boolean protects(PlanJob job, long now) {
      return now - job.submit() > 20;
    }

    @Override
    public KeyRule keyRule() {
      return KeyRule.EVERY_PASS;
    }

    @Override
    public long key(PlanJob job, long now) {
      return job.believed() - (now - job.submit()) / 2;
    }
  }

  private static PlanPolicy policy(long seed) {
    List<PlanPolicy> all = policies();
    return all.get((int) (seed % all.size()));
  }

  @Test
  void everyPassStartsWhatTheRulesSay() {
    int starts = 0;
    int promises = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      RandomPlan plan = new RandomPlan(seed, policy(seed));
      for (int step = 0; step < STEPS; step++) {
        plan.happens();
        NaivePass naive = new NaivePass(plan.pool, plan.planner.running(), plan.now);
        naive.run(plan.policy, List.copyOf(plan.queue));
        plan.started.clear();
        plan.planner.pass(plan.now);
        assertThat(plan.started)
            .as("seed %d, step %d, %s", seed, step, plan.policy.policyName())
            .isEqualTo(naive.started);
        starts += plan.started.size();
        promises += naive.promised.size();
      }
    }
    assertThat(starts).isGreaterThan(5_000);
    assertThat(promises).isGreaterThan(10_000);
  }

  @Test
  void aPassCutAnywhereEqualsAnUncutOne() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      RandomPlan whole = new RandomPlan(seed, policy(seed));
      RandomPlan cut = new RandomPlan(seed, policy(seed));
      for (int step = 0; step < STEPS; step++) {
        whole.happens();
        cut.happens();
        whole.planner.pass(whole.now);
        cut.planner.begin(cut.now);
        boolean over = false;
        for (int slice = 0; !over; slice++) {
          over = cut.planner.work(cut.now, 1 + (seed + slice) % 7, 1 + slice % 2);
        }
        assertThat(cut.started).as("seed %d, step %d", seed, step).isEqualTo(whole.started);
      }
    }
  }

  @Test
  void nothingIsGivenTwice() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      RandomPlan plan = new RandomPlan(seed, policy(seed));
      for (int step = 0; step < STEPS; step++) {
        plan.happens();
        plan.planner.pass(plan.now);
        for (int node = 0; node < plan.pool.nodes(); node++) {
          for (int kind = 0; kind < plan.pool.kinds(); kind++) {
            assertThat(plan.pool.free(node, kind)).as("seed %d", seed).isNotNegative();
          }
        }
      }
    }
  }

  /** I27, with the true run times at most the believed ones. */
  @Test
  void theFirstOfTheQueueNeverStartsLaterThanItWasPromised() {
    int kept = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      PlanPolicy policy = seed % 2 == 0 ? KnownPolicy.EASY : new ReservingPolicy("default", 4);
      RandomPlan plan = new RandomPlan(seed, policy);
      long head = -1;
      long promise = Long.MAX_VALUE;
      for (int step = 0; step < STEPS * 2; step++) {
        plan.happens();
        plan.planner.pass(plan.now);
        PlanJob first = plan.queue.isEmpty() ? null : plan.queue.getFirst();
        if (first == null) {
          continue;
        }
        long now = new NaivePass(plan.pool, plan.planner.running(), plan.now).earliest(first);
        if (first.number() == head) {
          assertThat(now)
              .as("seed %d, step %d", seed, step)
              .isLessThanOrEqualTo(Math.max(promise, plan.now));
          kept++;
        }
        head = first.number();
        promise = now;
      }
    }
    assertThat(kept).isGreaterThan(10_000);
  }

  @Test
  void aPlannerThatSawItAllDecidesAsOneThatIsMadeAnew() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      RandomPlan plan = new RandomPlan(seed, policy(seed));
      for (int step = 0; step < STEPS; step++) {
        plan.happens();
        TreeMap<Long, List<Integer>> anew = anew(plan);
        plan.started.clear();
        plan.planner.pass(plan.now);
        assertThat(plan.started).as("seed %d, step %d", seed, step).isEqualTo(anew);
      }
    }
  }

  private static TreeMap<Long, List<Integer>> anew(RandomPlan plan) {
    NodePool pool = new NodePool(plan.pool.nodes(), plan.pool.kinds());
    for (int node = 0; node < pool.nodes(); node++) {
      for (int kind = 0; kind < pool.kinds(); kind++) {
        pool.setFree(node, kind, plan.pool.free(node, kind));
      }
      pool.setAllCores(node, plan.pool.allCores(node));
      pool.setMemoryPerCore(node, plan.pool.need(new Share(oneCore(pool), true), node, 1));
      if (plan.pool.closed(node)) {
        pool.close(node);
      }
    }
    TreeMap<Long, List<Integer>> started = new TreeMap<>();
    Planner planner =
        new Planner(
            plan.policy,
            pool,
            (job, nodes) -> {
              List<Integer> on = new ArrayList<>();
              for (int node : nodes) {
                on.add(node);
              }
              started.put(job.number(), on);
            });
    for (int i = 0; i < plan.planner.running().size(); i++) {
      PlanJob job = plan.planner.running().get(i);
      planner.runs(copy(job), job.nodes(), job.start());
    }
    List<PlanJob> waiting = new ArrayList<>();
    plan.queue.forEach(job -> waiting.add(copy(job)));
    var next = waiting.iterator();
    planner.begin(() -> next.hasNext() ? next.next() : null, plan.now);
    planner.work(plan.now, Long.MAX_VALUE, Integer.MAX_VALUE);
    return started;
  }

  private static long[] oneCore(NodePool pool) {
    long[] needs = new long[Math.max(2, pool.kinds())];
    needs[0] = 1;
    return needs;
  }

  private static PlanJob copy(PlanJob job) {
    return new PlanJob(
        job.number(), job.order(), job.demand().copy(), job.submit(), job.limit(), job.believed());
  }
}
