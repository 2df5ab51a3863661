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
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobSuspendRequested;
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
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.core.priority.ByPriority;
import org.queqiao.testkit.SeededProperty;
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
  private static final QosName NIGHT = new QosName("night");

  /** Who is limited now and then. */
  private static final List<Subject> LIMITED =
      List.of(
          new Subject.Project(CLIMATE),
          new Subject.Member(CLIMATE, new UserName("liwei")),
          new Subject.User(new UserName("liwei")),
          new Subject.User(new UserName("wangfang")),
          new Subject.Qos(NIGHT),
          new Subject.Qos(NIGHT),
          new Subject.Partition(BATCH),
          new Subject.Partition(SchedulerStory.DEBUG));

  /** What a site has beside jobs and nodes, and begins to have in the midst of a history. */
  private enum Also {
    NOTHING,
    WALLETS,
    PREEMPTION,
    RESERVATIONS,
    SUSPENSION,
    WISHES,
    LIMITS,
    ARRAYS,
    AGES,
    SHARES,
    EVERYTHING
  }

  /**
   * In so many of ten seeds of each sort its rules have a say in a pass that is compared; runs are
   * pushed aside in fewer.
   */
  private static final int BOUND_OF_TEN = 5;

  private static final int PUSHED_OF_TEN = 2;

  /** A job has the full age after so long. */
  private static final long FULL_AGE_MS = 240_000;

  /** So many slices at most find nothing and say that another follows. */
  private static final int MOST_EMPTY = 20;

  private final List<ToldStory.Told> told = new ArrayList<>();
  private SchedulerStory story;
  private SplittableRandom random;
  private Also also;

  /** Whether many jobs need the same. */
  private boolean alike;

  /** How many inputs of its sort were accepted. */
  private int accepted;

  /** Whether its rules had a say in a pass. */
  private boolean bound;

  @Test
  void everyPassDecidesWhatAMachineMadeAnewDecides() {
    int decided = 0;
    int[] seeds = new int[Also.values().length];
    int[] binding = new int[seeds.length];
    for (long seed : SeededProperty.seeds(SEEDS, 345, 1203)) {
      random = new SplittableRandom(seed);
      also = Also.values()[(int) (seed % Also.values().length)];
      story = SchedulerStory.site().withoutChecks();
      told.clear();
      accepted = 0;
      bound = false;
      try {
        decided += run(seed);
        seeds[also.ordinal()]++;
        binding[also.ordinal()] += bound && (accepted > 0 || also == Also.NOTHING) ? 1 : 0;
      } catch (AssertionError | RuntimeException e) {
        throw new ToldStory(told).shortened(seed, e, each -> nextPass(each.tell()));
      }
    }
    assertThat(decided).as("facts that were compared").isGreaterThan(SEEDS * 15);
    for (Also each : Also.values()) {
      int of = each.ordinal();
      assertThat(binding[of] * 10)
          .as("seeds of %d in which %s was in force and bound: %d", seeds[of], each, binding[of])
          .isGreaterThanOrEqualTo(
              seeds[of] * (each == Also.PREEMPTION ? PUSHED_OF_TEN : BOUND_OF_TEN));
    }
  }

  /** All inputs there are, from all sorts of people. */
  @Test
  void soItIsInHistoriesOfEverything() {
    int[] decided = {0};
    int[] empty = {0};
    for (long seed : SeededProperty.seeds(SEEDS, 177, 753, 1224, 1704)) {
      SchedulerStory all = SchedulerStory.site().withoutChecks();
      RandomHistory history = new RandomHistory(seed, all);
      all.decided =
          (input, kept) -> {
            boolean pass = input instanceof Input.PlanPass;
            empty[0] = pass && kept.facts().isEmpty() && goesOn(kept) ? empty[0] + 1 : 0;
            assertThat(empty[0]).as("passes that find nothing and go on").isLessThan(MOST_EMPTY);
            if (pass && empty[0] == 0) {
              decided[0] += compared(all, kept);
            }
          };
      try {
        history.steps(STEPS);
      } catch (AssertionError | RuntimeException e) {
        List<ToldStory.Told> before = history.told().inputs();
        long failedMs = before.getLast().nowMs();
        throw new ToldStory(before.subList(0, before.size() - 1))
            .shortened(seed, e, each -> nextPass(each.tell(), failedMs));
      }
    }
    assertThat(decided[0]).as("facts that were compared").isGreaterThan(SEEDS * 5);
  }

  /** Compares the next slice of the passes that decides anything and makes it true. */
  private static Decision nextPass(SchedulerStory story) {
    Decision kept = decides(story.machine, story.nowMs);
    compared(story, kept);
    story.makeTrue(kept);
    return kept;
  }

  /** The same at a moment that comes after what was told: a plan may change with time alone. */
  private static void nextPass(SchedulerStory story, long atMs) {
    story.nowMs = atMs;
    nextPass(story);
  }

  /** A pass without any fact that says that another follows is no decision yet. */
  private static Decision decides(SchedulerMachine machine, long nowMs) {
    Decision decision = machine.decide(new Input.PlanPass(), nowMs);
    for (int i = 0; decision.facts().isEmpty() && goesOn(decision); i++) {
      assertThat(i).as("passes that find nothing and go on").isLessThan(MOST_EMPTY);
      decision = machine.decide(new Input.PlanPass(), nowMs);
    }
    return decision;
  }

  /** The other machine is made anew and puts the queue in order anew. */
  private static int compared(SchedulerStory story, Decision kept) {
    ClusterImage image = story.machine.image();
    SchedulerMachine other = SchedulerMachine.from(image, image.jobs(), new ByPriority(false));
    Decision anew = decides(other, story.nowMs);
    assertThat(kept.facts()).isEqualTo(anew.facts());
    return anew.facts().size();
  }

  private static boolean goesOn(Decision decision) {
    return decision.reply() instanceof Reply.Planned planned && planned.more();
  }

  private int run(long seed) {
    alike = random.nextBoolean();
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      int cores = 2 + random.nextInt(also == Also.PREEMPTION ? 6 : 12);
      NodeFacts facts = facts("n" + i, "b", cores, cores * GIB).suspending();
      tell(new Input.RegisterNode(facts, List.of(), List.of()));
    }
    tell(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 1_000_000, "CNY", 0)));
    if (also == Also.PREEMPTION) {
      // Who came before there are ranks has none, and nobody passes it.
      preemption();
      preemption();
    }
    if (also == Also.LIMITS || also == Also.EVERYTHING) {
      fades();
    }
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
      while (random.nextInt(3) > 0 && story.machine.state().planningDue()) {
        bound |= binds();
        Decision decision = nextPass(story);
        bound |= also == Also.PREEMPTION && pushesAside(decision);
        decided += decision.facts().size();
        told.add(new ToldStory.Told(story.nowMs, new Input.PlanPass()));
      }
    }
    return decided;
  }

  private Reply tell(Input input) {
    told.add(new ToldStory.Told(story.nowMs, input));
    return story.hears(input);
  }

  private void rule(Input input) {
    accepted += tell(input) instanceof Reply.Rejected ? 0 : 1;
  }

  /** Whether what this history is about has a say in what may start now, and in which order. */
  private boolean binds() {
    List<ClusterImage.JobImage> pending =
        story.machine.image().jobs().stream()
            .filter(each -> each.state() == JobState.PENDING)
            .toList();
    return switch (also) {
      case NOTHING, WISHES, EVERYTHING -> !pending.isEmpty();
      case WALLETS -> isKeptOut(pending, "AssocGrpBillingMinutes");
      case LIMITS ->
          pending.stream()
              .anyMatch(each ->
                  story.machine.state().pendingWhy(each.id()).sentence().contains(" may have "));
      case RESERVATIONS -> !story.machine.state().reservations(story.nowMs).isEmpty();
      case SUSPENSION ->
          story.machine.image().jobs().stream()
              .anyMatch(each -> each.state() == JobState.SUSPENDED);
      case ARRAYS -> pending.stream().anyMatch(each -> each.spec().array() != null);
      case AGES ->
          pending.stream().anyMatch(each -> ageMs(each) >= FULL_AGE_MS)
              && pending.stream().anyMatch(each -> ageMs(each) < FULL_AGE_MS)
              && story.machine.image().priorities().policy().age() != 0;
      case SHARES ->
          story.machine.image().priorities().policy().fairShare() != 0
              && pending.stream().map(this::shareOf).distinct().count() > 1;
      case PREEMPTION -> false;
    };
  }

  private boolean isKeptOut(List<ClusterImage.JobImage> pending, String word) {
    return pending.stream()
        .anyMatch(each -> story.machine.state().pendingWhy(each.id()).word().equals(word));
  }

  private long ageMs(ClusterImage.JobImage job) {
    return story.nowMs - job.submitMs();
  }

  private long shareOf(ClusterImage.JobImage job) {
    return story.machine.state().priority(job.id(), story.nowMs).orElseThrow().terms().stream()
        .filter(each -> each.name().equals("fairShare"))
        .findFirst()
        .orElseThrow()
        .micro();
  }

  private static boolean pushesAside(Decision decision) {
    return decision.facts().stream()
        .anyMatch(fact ->
            fact.event() instanceof JobKillRequested e && e.preemptor() != null
                || fact.event() instanceof JobSuspendRequested s && s.preemptor() != null);
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
      default ->
          pick(
              each -> each.state() == JobState.RUNNING || each.state() == JobState.COMPLETING,
              this::end);
    }
  }

  private void also() {
    also(also == Also.EVERYTHING ? Also.values()[random.nextInt(also.ordinal())] : also);
  }

  private void also(Also what) {
    switch (what) {
      case NOTHING, ARRAYS, EVERYTHING -> accepted++;
      case WALLETS -> rule(money(PROJECTS.get(random.nextInt(2))));
      case PREEMPTION -> preemption();
      case RESERVATIONS -> rule(new RandomReservations(random, story).next(OWNER, node()));
      case SUSPENSION -> suspension();
      case WISHES ->
          rule(
              new Input.SetNode(
                  user("admin1"),
                  new NodeSettingsSet(
                      node(),
                      new NodeSettings(
                          List.of(random.nextBoolean() ? "a" : "b"), random.nextInt(2)))));
      case LIMITS -> limits();
      case AGES, SHARES -> weights(what);
    }
  }

  /** Somebody may hold so many cores, or use so much core time, or is let go again. */
  private void limits() {
    Subject subject = LIMITED.get(random.nextInt(LIMITED.size()));
    boolean parts = subject instanceof Subject.Qos || subject instanceof Subject.Partition;
    LimitScope scope =
        parts ? List.of(LimitScope.values()).get(random.nextInt(4)) : LimitScope.GROUP;
    Limit limit =
        scope == LimitScope.JOB || random.nextInt(3) == 0
            ? new Limit(scope, Quantity.CORES, "", 2 + random.nextInt(12))
            : new Limit(scope, Quantity.CORE_MS, "", 60_000L * (10 + random.nextInt(200)));
    List<Limit> limits = random.nextInt(3) > 0 ? List.of(limit) : List.of();
    Rules rules = new Rules(Rules.NONE.shares(), null, List.of(), null, 0, limits);
    rule(new Input.SetRules(OWNER, new RulesSet(subject, rules)));
  }

  /** What was used fades while it is counted. */
  private void fades() {
    tell(new Input.DefineQos(OWNER, new QosDefined(NIGHT, "Night", 0, List.of())));
    tell(
        new Input.DefinePriorityPolicy(
            OWNER,
            new PriorityPolicy(
                0, 0, 0, 0, 0, 0, 0, 1, false, 4, 1_000, 640_000, List.of(), List.of())));
  }

  /** Now and then other weights: of age, of shares, or of both. */
  private void weights(Also what) {
    if (accepted > 0 && random.nextInt(6) > 0) {
      return;
    }
    boolean both = random.nextInt(3) == 0;
    long age = what == Also.AGES || both ? 1 + random.nextInt(5_000) : 0;
    long share = what == Also.SHARES || both ? 1 + random.nextInt(5_000) : 0;
    long fullMs = random.nextInt(4) == 0 ? 1_000 : FULL_AGE_MS;
    rule(
        new Input.DefinePriorityPolicy(
            OWNER,
            new PriorityPolicy(
                age,
                share,
                random.nextInt(2),
                0,
                0,
                0,
                0,
                1,
                false,
                4,
                fullMs,
                3_600_000,
                List.of(),
                List.of())));
  }

  private Input money(ProjectName project) {
    return switch (random.nextInt(5)) {
      case 0 ->
          new Input.FundWallet(
              OWNER, new WalletFunded(project, 1 + random.nextInt(9_000_000), "CNY", "grant"));
      case 1 -> billing(random.nextInt(4) > 0);
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

  /** The second step of what two people change. */
  private Input billing(boolean budgetGate) {
    MoneyChange change = new MoneyChange.JobBilling(true, budgetGate);
    Reply proposed = tell(new Input.ProposeMoney(user("finance1"), change, "as agreed"));
    return new Input.DecideMoney(OWNER, ((Reply.Proposed) proposed).proposal(), true, "seen");
  }

  /** Who may push whom aside is said, then now and then anew; and runs stop that are asked to. */
  private void preemption() {
    int dice = random.nextInt(8);
    if (!knows(LOW) || dice == 0) {
      rule(new Input.DefineQos(OWNER, low()));
    } else if (!knows(URGENT) || dice == 1) {
      rule(new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 10, List.of(LOW))));
    } else {
      pick(
          each -> each.preemption().suspends() && !each.preemption().yields(),
          job -> suspended(job, true, job.suspension().askedMs()));
    }
  }

  private QosDefined low() {
    PreemptMode[] modes = PreemptMode.values();
    PreemptMode mode =
        modes[knows(LOW) ? random.nextInt(modes.length) : 1 + random.nextInt(modes.length - 1)];
    int graceMs = mode == PreemptMode.SUSPEND ? 0 : 5_000;
    return new QosDefined(LOW, "Low", 0, List.of(), new PreemptRules(mode, graceMs, 0));
  }

  private boolean knows(QosName name) {
    return story.machine.image().priorities().qos().stream().anyMatch(q -> q.name().equals(name));
  }

  private NodeName node() {
    return new NodeName("n" + random.nextInt(3));
  }

  /** A run is to stop or to go on, has done so, or says that it has; only one that has started. */
  private void suspension() {
    pick(
        each -> each.state() == JobState.RUNNING,
        job ->
            new Input.RunStarted(
                job.allocations().getFirst().node(),
                new RunId(job.id(), job.attempt()),
                story.nowMs));
    switch (random.nextInt(4)) {
      case 0, 1 ->
          pick(
              each -> each.state() == JobState.RUNNING,
              job -> {
                rule(new Input.SuspendJob(user("admin1"), job.id()));
                return suspended(job, true, 0);
              });
      case 2 ->
          pick(
              each -> each.state() == JobState.SUSPENDED,
              job -> new Input.ResumeJob(user("admin1"), job.id()));
      default ->
          pick(
              each -> !each.allocations().isEmpty() && !each.state().isTerminal(),
              job -> suspended(job, random.nextInt(3) > 0, 0));
    }
  }

  private Input suspended(ClusterImage.JobImage job, boolean stopped, long askedMs) {
    return new Input.RunSuspended(
        job.allocations().getFirst().node(),
        new RunId(job.id(), job.attempt()),
        stopped,
        story.nowMs,
        askedMs);
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
            .cpusPerTask(alike ? 1 << random.nextInt(4) : 1 + random.nextInt(8))
            .limitMs(60_000L * (1 + random.nextInt(10)));
    if (dice == 0 || also == Also.ARRAYS && dice < 8) {
      job.array("0-" + random.nextInt(4) + (random.nextBoolean() ? "%2" : ""));
    }
    if (dice == 1) {
      job.hold(true);
    }
    if (also == Also.PREEMPTION || also == Also.EVERYTHING && random.nextInt(2) == 0) {
      QosName rank = random.nextInt(16) == 0 ? null : random.nextInt(3) > 0 ? LOW : URGENT;
      job.qos(rank == null || !knows(rank) ? null : rank);
    }
    if (also == Also.LIMITS && random.nextInt(3) > 0) {
      job.qos(NIGHT);
      job.partition(random.nextInt(4) == 0 ? SchedulerStory.DEBUG : BATCH);
    }
    // A whole node may be more than a limit leaves: that is known when the node is.
    boolean whole = also == Also.LIMITS || also == Also.WALLETS || also == Also.EVERYTHING;
    if (whole && random.nextInt(2) == 0) {
      job.placement(JobPlacement.builder().exclusive(true).build());
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
