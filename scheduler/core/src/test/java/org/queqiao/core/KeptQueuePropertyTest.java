package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.testkit.TestSize;

/**
 * A machine keeps its queue in order from pass to pass and looks only at what changed: each of its
 * passes decides what a machine decides that is made anew from the image of that moment.
 */
final class KeptQueuePropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(150, 3_000);
  private static final int STEPS = 120;
  private static final List<String> USERS = List.of("liwei", "wangfang", "zhangmin", "chenjie");
  private static final List<ProjectName> PROJECTS = List.of(CLIMATE, MATERIALS);
  private static final QosName LOW = new QosName("low");
  private static final QosName URGENT = new QosName("urgent");

  /** What a site has beside jobs and nodes, and begins to have in the midst of a history. */
  private enum Also {
    NOTHING,
    WALLETS,
    PREEMPTION,
    RESERVATIONS,
    SUSPENSION,
    WISHES,
    LIMITS
  }

  private final List<ToldStory.Told> told = new ArrayList<>();
  private SchedulerStory story;
  private SplittableRandom random;
  private Also also;

  @Test
  void everyPassDecidesWhatAMachineMadeAnewDecides() {
    int decided = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      random = new SplittableRandom(seed);
      also = Also.values()[(int) (seed % Also.values().length)];
      story = SchedulerStory.site().withoutChecks();
      told.clear();
      try {
        decided += run(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new ToldStory(told).shortened(seed, e, each -> nextPass(each.tell()));
      }
    }
    assertThat(decided).as("facts that were compared").isGreaterThan(SEEDS * 15);
  }

  /** All inputs there are, from all sorts of people. */
  @Test
  void soItIsInHistoriesOfEverything() {
    int[] decided = {0};
    for (long seed = 0; seed < SEEDS; seed++) {
      SchedulerStory all = SchedulerStory.site().withoutChecks();
      RandomHistory history = new RandomHistory(seed, all);
      all.decided =
          (input, kept) -> {
            if (input instanceof Input.PlanPass) {
              decided[0] += compared(all, kept);
            }
          };
      try {
        history.steps(STEPS);
      } catch (AssertionError | RuntimeException e) {
        List<ToldStory.Told> before = history.told().inputs();
        throw new ToldStory(before.subList(0, before.size() - 1))
            .shortened(seed, e, each -> nextPass(each.tell()));
      }
    }
    assertThat(decided[0]).as("facts that were compared").isGreaterThan(SEEDS * 5);
  }

  /** Compares the next slice of the passes and makes it true. */
  private static int nextPass(SchedulerStory story) {
    Decision kept = story.machine.decide(new Input.PlanPass(), story.nowMs);
    compared(story, kept);
    story.makeTrue(kept);
    return kept.facts().size();
  }

  /** A pass without any fact that says that another follows is no decision yet. */
  private static int compared(SchedulerStory story, Decision kept) {
    if (kept.facts().isEmpty() && goesOn(kept)) {
      return 0;
    }
    SchedulerMachine machine = SchedulerMachine.from(story.machine.image());
    Decision anew = machine.decide(new Input.PlanPass(), story.nowMs);
    for (int i = 0; i < 20 && anew.facts().isEmpty() && goesOn(anew); i++) {
      anew = machine.decide(new Input.PlanPass(), story.nowMs);
    }
    assertThat(kept.facts()).isEqualTo(anew.facts());
    return anew.facts().size();
  }

  private static boolean goesOn(Decision decision) {
    return decision.reply() instanceof Reply.Planned planned && planned.more();
  }

  private int run(long seed) {
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      int cores = 2 + random.nextInt(12);
      NodeFacts facts = facts("n" + i, "b", cores, cores * GIB).suspending();
      tell(new Input.RegisterNode(facts, List.of(), List.of()));
    }
    tell(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 1_000_000, "CNY", 0)));
    if (seed % 4 == 3) {
      String policy = List.of("easy", "fcfs", "conservative").get(random.nextInt(3));
      tell(new Input.DefineScheduling(OWNER, new SchedulingDefined(policy, 1)));
    }
    int decided = 0;
    for (int step = 0; step < STEPS; step++) {
      story.after(random.nextInt(60_000));
      happens();
      if (step > STEPS / 6 && random.nextInt(6) == 0) {
        also();
      }
      tell(new Input.Tick());
      if (random.nextInt(3) > 0 && story.machine.state().planningDue()) {
        decided += nextPass(story);
        told.add(new ToldStory.Told(story.nowMs, new Input.PlanPass()));
      }
    }
    return decided;
  }

  private void tell(Input input) {
    told.add(new ToldStory.Told(story.nowMs, input));
    story.hears(input);
  }

  private void happens() {
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4, 5, 6 -> submit();
      case 7 ->
          pick(
              each -> each.state() == JobState.PENDING,
              job -> new Input.CancelJob(user(job.user().value()), job.id()));
      case 8 ->
          pick(
              each -> each.state() == JobState.PENDING,
              job -> new Input.HoldJob(user(job.user().value()), job.id()));
      case 9 ->
          pick(
              each -> each.state() == JobState.PENDING,
              job -> new Input.ReleaseJob(user(job.user().value()), job.id()));
      case 10 ->
          pick(
              each -> each.state() == JobState.RUNNING,
              job -> new Input.RequeueJob(OWNER, job.id()));
      default -> pick(each -> each.state() == JobState.RUNNING, this::end);
    }
  }

  private void also() {
    switch (also) {
      case NOTHING -> {}
      case WALLETS -> tell(money(PROJECTS.get(random.nextInt(2))));
      case PREEMPTION -> tell(new Input.DefineQos(OWNER, random.nextBoolean() ? low() : urgent()));
      case RESERVATIONS -> tell(new RandomReservations(random, story).next(OWNER, node()));
      case SUSPENSION -> suspension();
      case WISHES ->
          tell(
              new Input.SetNode(
                  user("admin1"),
                  new NodeSettingsSet(
                      node(),
                      new NodeSettings(
                          List.of(random.nextBoolean() ? "a" : "b"), random.nextInt(2)))));
      case LIMITS -> {
        Limit limit = new Limit(LimitScope.GROUP, Quantity.CORES, "", 2 + random.nextInt(20));
        Rules rules =
            new Rules(
                0, null, List.of(), null, 0, random.nextBoolean() ? List.of(limit) : List.of());
        tell(new Input.SetRules(OWNER, new RulesSet(new Subject.Project(CLIMATE), rules)));
      }
    }
  }

  private Input money(ProjectName project) {
    return switch (random.nextInt(5)) {
      case 0 ->
          new Input.FundWallet(
              OWNER, new WalletFunded(project, 1 + random.nextInt(9_000_000), "CNY", "grant"));
      case 1 ->
          new Input.DefineJobPolicy(OWNER, new JobPolicyDefined(3, true, random.nextBoolean()));
      default ->
          new Input.TellBudgets(
              List.of(
                  new BudgetTold(
                      project,
                      random.nextInt(9_000_000),
                      "CNY",
                      story.machine.state().position())));
    };
  }

  private QosDefined low() {
    PreemptMode mode = PreemptMode.values()[random.nextInt(PreemptMode.values().length)];
    return new QosDefined(LOW, "Low", 0, List.of(), new PreemptRules(mode, 5_000, 0));
  }

  private QosDefined urgent() {
    boolean known =
        story.machine.image().priorities().qos().stream().anyMatch(q -> q.name().equals(LOW));
    return new QosDefined(URGENT, "Urgent", 10, known ? List.of(LOW) : List.of());
  }

  private NodeName node() {
    return new NodeName("n" + random.nextInt(3));
  }

  private void suspension() {
    switch (random.nextInt(4)) {
      case 0 ->
          pick(
              each -> each.state() == JobState.RUNNING,
              job -> new Input.SuspendJob(user("admin1"), job.id()));
      case 1 ->
          pick(
              each -> each.state() == JobState.SUSPENDED,
              job -> new Input.ResumeJob(user("admin1"), job.id()));
      default ->
          pick(
              each -> !each.allocations().isEmpty() && !each.state().isTerminal(),
              job ->
                  new Input.RunSuspended(
                      job.allocations().getFirst().node(),
                      new RunId(job.id(), job.attempt()),
                      random.nextInt(3) > 0,
                      story.nowMs,
                      0));
    }
  }

  private Input end(ClusterImage.JobImage job) {
    RunId run = new RunId(job.id(), job.attempt());
    return new Input.RunEnded(
        job.allocations().getFirst().node(), SchedulerStory.exit(run, 0, story.nowMs));
  }

  private void submit() {
    int dice = random.nextInt(20);
    JobRequest.Builder job =
        script()
            .name("kind" + random.nextInt(8))
            .cpusPerTask(1 + random.nextInt(8))
            .limitMs(60_000L * (1 + random.nextInt(10)));
    if (dice == 0) {
      job.array("0-" + random.nextInt(4));
    }
    if (dice == 1) {
      job.hold(true);
    }
    if (also == Also.PREEMPTION) {
      job.qos(random.nextBoolean() ? LOW : random.nextBoolean() ? URGENT : null);
    }
    if (also == Also.RESERVATIONS && random.nextInt(4) == 0) {
      job.reservation(RandomReservations.name(random));
    }
    if (also == Also.WISHES && random.nextInt(3) == 0) {
      List<String> wishes = List.of("a", "[a|b]", "a|b");
      job.nodes(1 + random.nextInt(2));
      job.placement(
          JobPlacement.builder().constraint(wishes.get(random.nextInt(wishes.size()))).build());
    }
    tell(submission(USERS.get(random.nextInt(USERS.size())), job));
  }

  private interface Told {
    Input about(ClusterImage.JobImage job);
  }

  private void pick(Predicate<ClusterImage.JobImage> which, Told input) {
    List<ClusterImage.JobImage> some = story.machine.image().jobs().stream().filter(which).toList();
    if (!some.isEmpty()) {
      tell(input.about(some.get(random.nextInt(some.size()))));
    }
  }
}
