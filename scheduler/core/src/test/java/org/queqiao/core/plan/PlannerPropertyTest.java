package org.queqiao.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/** What the engine decides for random clusters and queues is what the rules say. */
final class PlannerPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(1_500, 20_000);
  private static final int STEPS = 40;

  private static List<PlanPolicy> policies() {
    return List.of(
        KnownPolicy.FCFS,
        KnownPolicy.EASY,
        KnownPolicy.EASY_SJBF,
        new ReservingPolicy("two", 2),
        new ReservingPolicy("five", 5),
        new ReservingPolicy("all", PlanPolicies.MAX_RESERVATIONS),
        new ImpatientPolicy());
  }

  /** As a policy that says nothing else does, with so many promises. */
  private record ReservingPolicy(String policyName, int reservations) implements PlanPolicy {}

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

  /**
   * A random cluster with a random queue.
   *
   * @param steps how much happens
   * @param looker looks at a plan after each thing that happened to it
   */
  private record Plans(
      long seed, PlanPolicy policy, int steps, Function<RandomPlan, Consumer<Step>> looker)
      implements SeededProperty.Case<Step> {
    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed + 1_000_003), steps);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      RandomPlan plan = new RandomPlan(seed, policy, says);
      Consumer<Step> look = looker.apply(plan);
      for (Step step : moves) {
        plan.happens(step);
        look.accept(step);
      }
    }

    @Override
    public String about() {
      return new RandomPlan(seed, policy, SeededProperty.SILENT).toString();
    }
  }

  private static void holds(Function<RandomPlan, Consumer<Step>> looker) {
    SeededProperty.holds(SEEDS, seed -> new Plans(seed, policy(seed), STEPS, looker));
  }

  private int starts;
  private int promises;
  private int kept;

  @Test
  void everyPassStartsWhatTheRulesSay() {
    holds(plan ->
        _ -> {
          NaivePass naive = new NaivePass(plan.pool, plan.planner.running(), plan.now);
          naive.run(plan.policy, List.copyOf(plan.queue));
          plan.started.clear();
          plan.planner.pass(plan.now);
          assertThat(plan.started).isEqualTo(naive.started);
          starts += plan.started.size();
          promises += naive.promised.size();
        });
    assertThat(starts).isGreaterThan(SEEDS * 4);
    assertThat(promises).isGreaterThan(SEEDS * 7);
  }

  @Test
  void aPassCutAnywhereEqualsAnUncutOne() {
    int[] cuts = {0};
    holds(whole -> {
      RandomPlan cut = new RandomPlan(whole.seed, whole.policy, SeededProperty.SILENT);
      return step -> {
        cut.happens(step);
        whole.planner.pass(whole.now);
        cut.planner.begin(cut.now);
        SplittableRandom places = new SplittableRandom(~step.seed());
        while (!cut.planner.work(cut.now, places.nextInt(1, 9), places.nextInt(1, 4))) {
          cuts[0]++;
        }
        assertThat(cut.started).isEqualTo(whole.started);
      };
    });
    assertThat(cuts[0]).as("cuts").isGreaterThan(SEEDS * STEPS / 4);
  }

  /** Counted again from who runs where, and not as the engine counts. */
  @Test
  void nothingIsGivenTwice() {
    holds(plan ->
        _ -> {
          plan.planner.pass(plan.now);
          for (long[] node : left(plan)) {
            assertThat(Arrays.stream(node).min().orElseThrow())
                .as(() -> "left of something on each node with " + running(plan))
                .isNotNegative();
          }
          starts += plan.planner.running().size();
        });
    assertThat(starts).as("runs that were counted").isGreaterThan(SEEDS * STEPS / 2);
  }

  /**
   * What is left on each node of each kind; of a whole node that others share, less than nothing.
   */
  private static long[][] left(RandomPlan plan) {
    long[][] left = new long[plan.all.length][];
    Arrays.setAll(left, node -> plan.all[node].clone());
    for (int i = 0; i < plan.planner.running().size(); i++) {
      PlanJob job = plan.planner.running().get(i);
      for (int share = 0; share < job.nodes().length; share++) {
        int node = job.nodes()[share];
        Share taken = job.demand().share(share);
        long cores = taken.wholeNode() ? plan.all[node][0] : taken.need(0);
        left[node][0] -= cores;
        for (int kind = 1; kind < left[node].length; kind++) {
          boolean perCore = kind == 1 && taken.memoryPerCore();
          left[node][kind] -= perCore ? plan.memoryPerCore[node] * cores : taken.need(kind);
        }
      }
    }
    return left;
  }

  private static String running(RandomPlan plan) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < plan.planner.running().size(); i++) {
      PlanJob job = plan.planner.running().get(i);
      out.append(job.number()).append(" on ").append(Arrays.toString(job.nodes())).append(' ');
    }
    return out.toString();
  }

  /** I27, with the true run times at most the believed ones. */
  @Test
  void theFirstOfTheQueueNeverStartsLaterThanItWasPromised() {
    SeededProperty.holds(
        SEEDS,
        seed ->
            new Plans(
                seed,
                seed % 2 == 0 ? KnownPolicy.EASY : new ReservingPolicy("default", 4),
                STEPS * 2,
                this::promise));
    assertThat(kept).isGreaterThan(SEEDS * 7);
  }

  private Consumer<Step> promise(RandomPlan plan) {
    long[] headAndPromise = {-1, Long.MAX_VALUE};
    return _ -> {
      plan.planner.pass(plan.now);
      PlanJob first = plan.queue.isEmpty() ? null : plan.queue.getFirst();
      if (first == null) {
        return;
      }
      long now = new NaivePass(plan.pool, plan.planner.running(), plan.now).earliest(first);
      if (first.number() == headAndPromise[0]) {
        assertThat(now)
            .as("earliest start of job %s", first.number())
            .isLessThanOrEqualTo(Math.max(headAndPromise[1], plan.now));
        kept++;
      }
      headAndPromise[0] = first.number();
      headAndPromise[1] = now;
    };
  }

  @Test
  void aPlannerThatSawItAllDecidesAsOneThatIsMadeAnew() {
    holds(plan ->
        _ -> {
          TreeMap<Long, List<Integer>> anew = anew(plan);
          plan.started.clear();
          plan.planner.pass(plan.now);
          assertThat(plan.started).isEqualTo(anew);
        });
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
