package org.queqiao.core;

import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;
import static org.queqiao.core.SchedulerStory.variables;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.Proposal;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.node.NetworkSwitch;
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
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.TermsRequest;

/**
 * A story told by chance from a seed: all inputs, sensible and senseless, from all sorts of people,
 * with repeated, late and foreign reports of nodes.
 */
final class RandomHistory {
  private static final QosName URGENT = new QosName("urgent");
  private static final QosName LOW = new QosName("low");
  private static final List<String> USERS =
      List.of("liwei", "wangfang", "zhangmin", "chenjie", "admin1", "finance1", "nobody");
  private static final int NODES = 4;

  final SchedulerStory story;

  /** Every kind of input, reply and event that came up. */
  final TreeSet<String> seen = new TreeSet<>();

  private final SplittableRandom random;
  private final SplittableRandom suspensions;
  private final SplittableRandom domains;
  private final SplittableRandom leases;
  private final SplittableRandom asides;
  private final SplittableRandom pricing;
  private final SplittableRandom leaders;
  private final SplittableRandom plans;
  private final SplittableRandom ofTasks;
  private final SplittableRandom waiters;
  private final RandomSteps stepping;
  private final RandomDisputes disputes;
  private final RandomBudgets budgets;
  private final RandomReservations reservations;

  /** Whether the site lets some push others aside from the beginning. */
  private final boolean preempts;

  private final List<Input> former = new ArrayList<>();
  private final List<ToldStory.Told> told = new ArrayList<>();

  RandomHistory(long seed, SchedulerStory story) {
    this.random = new SplittableRandom(seed);
    this.suspensions = new SplittableRandom(seed + 1_000_003);
    this.domains = new SplittableRandom(seed + 5_000_011);
    this.leases = new SplittableRandom(seed + 6_000_017);
    this.asides = new SplittableRandom(seed + 4_000_037);
    this.pricing = new SplittableRandom(seed + 2_000_003);
    this.leaders = new SplittableRandom(seed + 8_000_009);
    this.plans = new SplittableRandom(seed + 9_000_011);
    this.ofTasks = new SplittableRandom(seed + 3_000_017);
    this.waiters = new SplittableRandom(seed + 10_000_019);
    this.stepping = new RandomSteps(seed, story);
    this.disputes = new RandomDisputes(seed, story);
    this.budgets = new RandomBudgets(new SplittableRandom(seed + 7_000_057));
    this.reservations = seed % 2 == 0 ? new RandomReservations(random, story) : null;
    this.story = story;
    this.preempts = isCrowded(seed);
  }

  /** Whether the cluster of a seed is full, and some jobs push others aside from the beginning. */
  static boolean isCrowded(long seed) {
    return seed % 3 == 0;
  }

  void steps(int count) {
    for (int i = 0; i < count; i++) {
      if (random.nextInt(3) == 0) {
        long clockStep = random.nextInt(20) == 0 ? -5000 : random.nextInt(60_000);
        story.after(random.nextInt(200) == 0 ? 3_600_000L * random.nextInt(30) : clockStep);
      }
      boolean again = !former.isEmpty() && random.nextInt(8) == 0;
      Input input =
          preempts && former.size() < 2
              ? new Input.DefineQos(SchedulerStory.OWNER, former.isEmpty() ? spare() : urgent())
              : again ? former.get(random.nextInt(former.size())) : input();
      former.add(input);
      hears(input);
      if (suspensions.nextInt(6) == 0) {
        hears(suspension());
      }
      stepping.next().ifPresent(this::hears);
      disputes.next().ifPresent(this::hears);
      budgets.next(story).ifPresent(this::hears);
      if (asides.nextInt(8) == 0) {
        hears(aside());
      }
      if (domains.nextInt(20) == 0) {
        hears(domain());
      }
      if (plans.nextInt(15) == 0) {
        hears(planned());
      }
      if (leaders.nextInt(20) == 0) {
        hears(leader());
      }
      if (waiters.nextInt(8) == 0) {
        hears(waitsForTask());
      }
    }
  }

  /** What comes beside everything else: findings of health checks, decisions on money. */
  private Input aside() {
    List<Proposal> open = story.machine.image().money().proposals();
    if (open.isEmpty() || asides.nextBoolean()) {
      return new Input.NodeChecked(
          new NodeName("n" + asides.nextInt(4)), asides.nextInt(3) == 0 ? "disk is full" : "");
    }
    return new Input.DecideMoney(
        asides.nextBoolean() ? user("finance1") : SchedulerStory.OWNER,
        open.get(asides.nextInt(open.size())).id(),
        asides.nextInt(4) > 0,
        "decided");
  }

  private void hears(Input input) {
    told.add(new ToldStory.Told(story.nowMs, input));
    int before = story.log.size();
    Reply reply = story.hears(input);
    seen.add(input.getClass().getSimpleName());
    seen.add(
        reply instanceof Reply.Rejected rejected
            ? rejected.rejection().code().name()
            : reply.getClass().getSimpleName());
    story
        .log
        .subList(before, story.log.size())
        .forEach(event -> seen.add(event.event().getClass().getSimpleName()));
    story.machine.image().jobs().forEach(job -> seen.add(job.state().name()));
  }

  /** Everything that was told so far. */
  ToldStory told() {
    return new ToldStory(told);
  }

  private Input input() {
    if (preempts && random.nextInt(3) == 0) {
      return random.nextInt(3) == 0 ? new Input.PlanPass() : crowd();
    }
    return switch (random.nextInt(reservations == null ? 25 : 29)) {
      case 0, 1, 2, 3, 4 -> submission();
      case 5, 6, 7, 8 -> new Input.PlanPass();
      case 9 -> new Input.Tick();
      case 10 ->
          random.nextInt(3) == 0
              ? new Input.CancelTasks(actor(), array(), indices())
              : cancels(actor(), job());
      case 11 ->
          random.nextInt(3) == 0
              ? new Input.HoldJob(actor(), array(), indices())
              : new Input.HoldJob(actor(), job());
      case 12 ->
          random.nextInt(3) == 0
              ? new Input.ReleaseJob(actor(), array(), indices())
              : new Input.ReleaseJob(actor(), job());
      case 13, 14, 15 -> ended();
      case 16 -> started();
      case 17, 18, 19 -> hello();
      case 20 ->
          new Input.NodeSilent(
              node(), story.nowMs - random.nextInt(90_000), "silent", leases.nextInt(400_000));
      case 21, 26, 27 -> operation();
      case 22 -> random.nextInt(3) == 0 ? policy() : definition();
      case 23 -> random.nextBoolean() ? change() : againOrSaved(actor(), job());
      case 24, 25 -> reservations == null ? membership() : reservations.next(actor(), node());
      default -> membership();
    };
  }

  private Actor actor() {
    return random.nextInt(12) == 0
        ? SchedulerStory.OWNER
        : user(USERS.get(random.nextInt(USERS.size())));
  }

  private NodeName node() {
    return new NodeName("n" + random.nextInt(NODES + 1));
  }

  private JobId job() {
    long last = Math.max(1, story.machine.state().lastJobId());
    return new JobId(Math.max(1, last - random.nextInt(20)));
  }

  /** What a busy cluster gets: jobs that may start, and for long. */
  private Input crowd() {
    JobRequest.Builder request =
        script()
            .cpusPerTask(1 + random.nextInt(4))
            .memBytes(random.nextInt(3) == 0 ? 0L : 1L << 20)
            .qos(qos());
    if (random.nextInt(6) == 0) {
      request.array("0-" + random.nextInt(9));
    }
    Actor actor = user(random.nextBoolean() ? "liwei" : "zhangmin");
    return new Input.SubmitJob(actor, request.build(), "", new byte[32]);
  }

  private Input submission() {
    JobRequest.Builder request =
        script()
            .nodes(random.nextInt(5) == 0 ? 2 : null)
            .tasks(random.nextInt(3) == 0 ? random.nextInt(6) : null)
            .cpusPerTask(random.nextInt(3) == 0 ? random.nextInt(5) : null)
            .memBytes(random.nextInt(3) == 0 ? random.nextLong(5 * GIB) : null)
            .limitMs(random.nextInt(2) == 0 ? random.nextLong(400_000) : null)
            .partition(random.nextInt(3) == 0 ? SchedulerStory.DEBUG : null)
            .project(random.nextInt(4) == 0 ? SchedulerStory.MATERIALS : null)
            .environment(random.nextInt(2) == 0 ? variables("A", "" + random.nextInt(3)) : null)
            .qos(qos())
            .reservation(random.nextInt(5) == 0 ? RandomReservations.name(random) : null)
            .hold(random.nextInt(8) == 0 ? true : null);
    if (random.nextInt(2) == 0) {
      request.terms(terms());
    }
    if (random.nextInt(4) == 0) {
      request.gres(
          List.of(
              new GresRequest("gpu", random.nextBoolean() ? "a100" : "", 1 + random.nextInt(2))));
    }
    if (random.nextInt(4) == 0) {
      request.placement(placement());
    }
    if (random.nextInt(4) == 0) {
      request.array(indices() + (random.nextBoolean() ? "" : "%" + random.nextInt(4)));
    }
    boolean keyed = random.nextInt(3) == 0;
    return new Input.SubmitJob(
        actor(),
        request.build(),
        keyed ? "key-" + random.nextInt(3) : "",
        new byte[] {(byte) random.nextInt(2)});
  }

  private JobPlacement placement() {
    JobPlacement.Builder placement = JobPlacement.builder();
    List<String> constraints = List.of("", "a", "a|b", "a&b", "a*1", "a*1&b*1", "a&");
    return placement
        .constraint(constraints.get(random.nextInt(constraints.size())))
        .nodeList(random.nextInt(4) == 0 ? node().value() : "")
        .excludeNodes(random.nextInt(4) == 0 ? node().value() : "")
        .exclusive(random.nextInt(4) == 0)
        .maxNodes(random.nextInt(4) == 0 ? 3 : 0)
        .tasksPerNode(random.nextInt(4) == 0 ? 2 : 0)
        .contiguous(random.nextInt(5) == 0)
        .switches(random.nextInt(5) == 0 ? 1 + random.nextInt(2) : 0)
        .spread(random.nextInt(5) == 0)
        .components(
            random.nextInt(3) == 0
                ? random.nextInt(3) == 0 ? List.of(component(), component()) : List.of(component())
                : List.of())
        .memPerCpuBytes(random.nextInt(4) == 0 ? GIB / 2 : 0)
        .gresPerTask(random.nextInt(6) == 0 ? List.of(new GresRequest("gpu", "", 1)) : List.of())
        .licences(random.nextInt(4) == 0 ? Map.of("solver", 1 + random.nextInt(2)) : Map.of())
        .build();
  }

  private JobComponent component() {
    List<String> constraints = List.of("", "", "a", "[a|b]", "a*1", "a*1&b*1");
    int nodes = random.nextInt(3);
    JobPlacement.Builder placement =
        JobPlacement.builder()
            .constraint(constraints.get(random.nextInt(constraints.size())))
            .nodeList(random.nextInt(5) == 0 ? node().value() : "")
            .excludeNodes(random.nextInt(5) == 0 ? node().value() : "")
            .maxNodes(random.nextInt(4) == 0 ? 2 : 0)
            .tasksPerNode(random.nextInt(5) == 0 ? 1 + random.nextInt(2) : 0)
            .contiguous(random.nextInt(5) == 0)
            .switches(random.nextInt(6) == 0 ? 1 : 0)
            .memPerCpuBytes(random.nextInt(5) == 0 ? GIB / 4 : 0);
    int tasks = random.nextBoolean() ? 0 : Math.max(1, nodes) + random.nextInt(2);
    return new JobComponent(nodes, tasks, 1, 0, List.of(), placement.build());
  }

  private NodeSettings settings() {
    List<List<String>> features = List.of(List.of(), List.of("a"), List.of("b"), List.of("a", "b"));
    return new NodeSettings(
        features.get(random.nextInt(4)), random.nextInt(3), pricing.nextBoolean() ? "fat" : "");
  }

  private static Input cancels(Actor actor, JobId job) {
    return job.value() % 3 == 0
        ? new Input.Reasoned(
            new Input.CancelJob(actor, job, OperatorCause.values()[(int) (job.value() % 2)]),
            "the switch",
            false)
        : new Input.CancelJob(actor, job);
  }

  private static Input againOrSaved(Actor actor, JobId job) {
    if (job.value() % 4 == 0) {
      return new Input.CheckpointRun(new NodeName("n1"), 1001, new RunId(job, 1));
    }
    return job.value() % 2 == 0
        ? new Input.CheckpointJob(actor, job)
        : job.value() % 3 == 0
            ? new Input.Reasoned(
                new Input.RequeueJob(actor, job, null, OperatorCause.PLATFORM_FAULT),
                "the switch",
                false)
            : new Input.RequeueJob(actor, job);
  }

  private Input change() {
    TreeSet<String> named = new TreeSet<>();
    for (String each : JobChange.FIELDS) {
      if (random.nextInt(5) == 0) {
        named.add(each);
      }
    }
    JobRequest values =
        script()
            .name(random.nextBoolean() ? null : "name" + random.nextInt(3))
            .cpusPerTask(random.nextInt(3) == 0 ? 1 + random.nextInt(3) : null)
            .limitMs(random.nextInt(3) == 0 ? null : 1 + random.nextLong(400_000))
            .partition(random.nextInt(3) == 0 ? SchedulerStory.DEBUG : null)
            .qos(random.nextInt(5) == 0 ? URGENT : null)
            .project(random.nextInt(6) == 0 ? SchedulerStory.MATERIALS : null)
            .terms(random.nextInt(3) == 0 ? TermsRequest.NONE : terms())
            .build();
    Integer atOnce = random.nextBoolean() ? null : (Integer) (1 + random.nextInt(3));
    JobId job = random.nextBoolean() ? array() : job();
    return new Input.ChangeJob(
        actor(),
        job,
        new JobChange(named, values, atOnce),
        random.nextInt(4) == 0 ? (Integer) random.nextInt(2) : null);
  }

  /** Right and wrong, overlapping and with steps. */
  private String indices() {
    int first = random.nextInt(4);
    return switch (random.nextInt(6)) {
      case 0 -> first + "," + (first + 2);
      case 1 -> "3-8:2,0-4";
      case 2 -> "7-" + first;
      default -> first + "-" + (first + random.nextInt(6));
    };
  }

  /** One of the newest arrays that has not ended, or any job. */
  private JobId array() {
    return story.machine.image().jobs().stream()
        .filter(job -> job.array() != null && !job.state().isTerminal())
        .map(job -> job.id())
        .reduce((one, two) -> random.nextBoolean() ? two : one)
        .orElseGet(this::job);
  }

  private TermsRequest terms() {
    TermsRequest terms = TermsRequest.NONE;
    if (random.nextInt(3) == 0) {
      terms = terms.withBeginMs(story.nowMs + random.nextInt(600_000) - 60_000);
    }
    if (random.nextInt(3) == 0) {
      terms = terms.withDeadlineMs(story.nowMs + random.nextInt(1_200_000));
    }
    if (random.nextInt(2) == 0) {
      terms =
          terms.withSignal(new WarningSignal(12, random.nextInt(400_000), random.nextBoolean()));
    }
    terms = terms.withRequeue(random.nextInt(3) == 0);
    if (random.nextInt(4) == 0) {
      terms = terms.withNice(random.nextInt(20) - 3);
    }
    if (random.nextInt(2) == 0) {
      terms = terms.withDependency(dependency()).withKillOnInvalidDependency(random.nextBoolean());
    }
    return terms;
  }

  /**
   * A job that nothing but one task of an array keeps from starting, of which some tasks may have
   * ended and others not; or such an array.
   */
  private Input waitsForTask() {
    List<ClusterImage.JobImage> arrays =
        story.machine.image().jobs().stream()
            .filter(job -> job.array() != null && !job.state().isTerminal())
            .toList();
    JobRequest.Builder request = script().cpusPerTask(1).memBytes(0L).limitMs(60_000L);
    UserName user = new UserName("liwei");
    if (arrays.isEmpty()) {
      request.array("0-2");
    } else {
      ClusterImage.JobImage array = arrays.get(waiters.nextInt(arrays.size()));
      user = array.user();
      TaskIndices tasks = array.spec().array().tasks();
      List<String> kinds = List.of("after", "afterany", "afterok", "afternotok");
      List<String> parts = new ArrayList<>();
      for (int i = waiters.nextInt(2); i >= 0; i--) {
        int index = tasks.at(waiters.nextInt(tasks.count()));
        parts.add(kinds.get(waiters.nextInt(kinds.size())) + ":" + array.id() + "_" + index);
      }
      request.terms(TermsRequest.NONE.withDependency(String.join(",", parts)));
    }
    return new Input.SubmitJob(Actor.user(user), request.build(), "", new byte[32]);
  }

  private String dependency() {
    List<String> kinds = List.of("after", "afterany", "afterok", "afternotok", "aftercorr");
    List<String> parts = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      String kind = kinds.get(random.nextInt(kinds.size()));
      String offset = kind.equals("after") && random.nextBoolean() ? "+" + random.nextInt(9) : "";
      JobId other = random.nextInt(3) == 0 ? array() : job();
      // Other dice, so that all else comes up as it did before there were such dependencies.
      boolean array = story.machine.state().job(other).stream().anyMatch(it -> it.array() != null);
      String task = array && ofTasks.nextInt(2) == 0 ? "_" + ofTasks.nextInt(9) : "";
      parts.add(random.nextInt(6) == 0 ? "singleton" : kind + ":" + other + task + offset);
    }
    return String.join(random.nextInt(3) == 0 ? "?" : ",", parts);
  }

  /** A run that is desired somewhere, or one made up. */
  private RunId run() {
    List<RunId> runs = desiredRuns();
    return runs.isEmpty() || random.nextInt(8) == 0
        ? new RunId(job(), 1 + random.nextInt(2))
        : runs.get(random.nextInt(runs.size()));
  }

  private List<RunId> desiredRuns() {
    List<RunId> runs = new ArrayList<>();
    for (NodeName node : story.machine.state().nodeNames()) {
      story.machine.desired(node).runs().stream().map(DesiredRunState::run).forEach(runs::add);
    }
    return runs;
  }

  private NodeName nodeOf(RunId run) {
    return random.nextInt(10) == 0
        ? node()
        : story
            .machine
            .state()
            .job(run.job())
            .filter(job -> !job.allocations().isEmpty())
            .map(job -> job.allocations().getFirst().node())
            .orElseGet(this::node);
  }

  private Input ended() {
    RunId run = run();
    return new Input.RunEnded(nodeOf(run), exitOf(run));
  }

  private RunExit exitOf(RunId run) {
    RunExit.Kind[] kinds = RunExit.Kind.values();
    RunExit.Kind kind =
        random.nextInt(2) == 0 ? RunExit.Kind.EXITED : kinds[random.nextInt(kinds.length)];
    long endMs = story.nowMs - random.nextInt(100_000) + random.nextInt(20_000);
    return exit(run, kind, random.nextInt(2), random.nextInt(6) == 0 ? 9 : 0, endMs, "detail");
  }

  private Input started() {
    RunId run = run();
    return new Input.RunStarted(nodeOf(run), run, story.nowMs);
  }

  /** Wishes of all sorts of people, and what nodes say of them, also late and out of order. */
  private Input suspension() {
    List<DesiredRunState> runs = new ArrayList<>();
    for (NodeName node : story.machine.state().nodeNames()) {
      runs.addAll(story.machine.desired(node).runs());
    }
    RunId run =
        runs.isEmpty()
            ? new RunId(new JobId(1), 1)
            : asked(runs).orElseGet(() -> runs.get(suspensions.nextInt(runs.size()))).run();
    String name = suspensions.nextInt(3) == 0 ? "liwei" : "admin1";
    NodeName where =
        story
            .machine
            .state()
            .job(run.job())
            .filter(job -> !job.allocations().isEmpty())
            .map(job -> job.allocations().get(suspensions.nextInt(job.allocations().size())).node())
            .orElse(new NodeName("n0"));
    return switch (suspensions.nextInt(6)) {
      case 0, 1 -> new Input.SuspendJob(user(name), run.job());
      case 2 -> new Input.ResumeJob(user(name), run.job());
      default ->
          new Input.RunSuspended(
              suspensions.nextInt(8) == 0 ? new NodeName("n1") : where,
              run,
              suspensions.nextInt(3) != 0,
              story.nowMs - suspensions.nextInt(10_000) + suspensions.nextInt(3_000),
              suspensions.nextInt(4) == 0 ? 0 : askedMs(run));
    };
  }

  private long askedMs(RunId run) {
    return story
        .machine
        .state()
        .job(run.job())
        .filter(job -> job.suspension() != null)
        .map(job -> job.suspension().askedMs())
        .orElse(0L);
  }

  /** A run that somebody wanted to stop or to go on, now and then. */
  private Optional<DesiredRunState> asked(List<DesiredRunState> runs) {
    return runs.stream()
        .filter(each -> each.suspending() != Suspending.NONE && suspensions.nextInt(4) != 0)
        .findFirst();
  }

  private Input hello() {
    int index = random.nextInt(NODES);
    String boot = "boot-" + (random.nextInt(6) == 0 ? random.nextInt(4) : 0);
    int cores = 4 - (random.nextInt(10) == 0 ? 2 : 0);
    List<NodeFacts.GresInventory> gres =
        index == 0
            ? List.of(
                new NodeFacts.GresInventory("gpu", "a100", 2),
                new NodeFacts.GresInventory("gpu", "v100", 1))
            : List.of();
    NodeFacts plain = facts("n" + index, boot, cores, 4 * GIB, gres);
    NodeFacts facts = (index == 3 ? plain : plain.suspending()).leasing(index != 2);
    List<RunExit> exits = new ArrayList<>();
    for (DesiredRunState run : story.machine.desired(facts.name()).runs()) {
      if (random.nextInt(4) == 0) {
        exits.add(exitOf(run.run()));
      }
    }
    return new Input.RegisterNode(facts, List.of(), exits);
  }

  private Input operation() {
    Actor actor = random.nextBoolean() ? user("admin1") : actor();
    return switch (random.nextInt(6)) {
      case 4, 5 -> new Input.SetNode(actor, new NodeSettingsSet(node(), settings()));
      case 0 -> new Input.DrainNode(actor, node(), "fan");
      case 1, 2 -> new Input.ResumeNode(actor, node());
      default -> new Input.FenceNode(actor, node(), "burnt");
    };
  }

  private QosName qos() {
    if (preempts) {
      return random.nextInt(3) == 0 ? URGENT : LOW;
    }
    return switch (random.nextInt(6)) {
      case 0, 1 -> LOW;
      case 2 -> URGENT;
      default -> null;
    };
  }

  private PreemptRules preemption() {
    return new PreemptRules(
        PreemptMode.values()[random.nextInt(PreemptMode.values().length)],
        random.nextInt(3) * 5000,
        random.nextInt(3) * 60_000L);
  }

  private QosDefined low() {
    return new QosDefined(
        LOW,
        "Low",
        random.nextInt(10),
        List.of(),
        preemption(),
        leases.nextInt(3) == 0 ? 0 : 60_000L * leases.nextInt(5));
  }

  private QosDefined spare() {
    PreemptMode mode =
        random.nextInt(3) == 0
            ? PreemptMode.CANCEL
            : random.nextBoolean() ? PreemptMode.REQUEUE : PreemptMode.SUSPEND;
    return new QosDefined(
        LOW,
        "Low",
        0,
        List.of(),
        new PreemptRules(mode, mode == PreemptMode.SUSPEND ? 0 : 5_000, 0));
  }

  private QosDefined urgent() {
    boolean known =
        story.machine.image().priorities().qos().stream().anyMatch(q -> q.name().equals(LOW));
    return new QosDefined(
        URGENT, "Urgent", random.nextInt(1_100_000), known ? List.of(LOW) : List.of());
  }

  /** Domains below each other, in any order: what would make one part of itself is refused. */
  private Input domain() {
    Actor actor = domains.nextInt(4) == 0 ? user("liwei") : SchedulerStory.OWNER;
    List<String> codes = List.of("earth", "ocean", "ice", "snow", "wind");
    String code = codes.get(domains.nextInt(codes.size()));
    String parent = codes.get(domains.nextInt(codes.size()));
    return new Input.DefineDomain(
        actor,
        new DomainDefined(
            new DomainCode(code),
            "Domain " + domains.nextInt(3),
            domains.nextInt(4) == 0 ? null : new DomainCode(parent)),
        domains.nextInt(4) == 0);
  }

  /** What shall be so later, or shall not after all. */
  private Input planned() {
    Actor actor = plans.nextInt(6) == 0 ? user("liwei") : SchedulerStory.OWNER;
    if (plans.nextInt(4) == 0) {
      return new Input.WithdrawChange(actor, 1 + plans.nextInt(40));
    }
    List<String> codes = List.of("earth", "ocean", "ice", "snow", "wind");
    DomainCode code = new DomainCode(codes.get(plans.nextInt(codes.size())));
    DomainCode other = new DomainCode(codes.get(plans.nextInt(codes.size())));
    PlannedChange.Content content =
        switch (plans.nextInt(5)) {
          case 0 ->
              new PlannedChange.Owner(
                  SchedulerStory.CLIMATE, plans.nextBoolean() ? new PlatformName("portal") : null);
          case 1 ->
              new PlannedChange.Shares(
                  SchedulerStory.CLIMATE,
                  List.of(new DomainShare(code, 400), new DomainShare(other, 600)));
          default -> new PlannedChange.Place(code, plans.nextInt(4) == 0 ? null : other);
        };
    return new Input.PlanChange(
        actor, content, story.nowMs - 60_000 + 600_000L * plans.nextInt(40));
  }

  /** The calendar of bills is stated, or somebody else leads a project, or who pays is another. */
  private Input leader() {
    if (story.log.size() % 5 == 0) {
      List<String> zones = List.of("UTC", "Asia/Shanghai", "");
      return new Input.DefineBilling(
          leaders.nextInt(4) == 0 ? actor() : SchedulerStory.OWNER,
          new BillingDefined(
              zones.get(leaders.nextInt(3)),
              leaders.nextInt(14),
              leaders.nextInt(3) == 0 ? "EUR" : "CNY"));
    }
    Input set =
        new Input.SetProject(
            leaders.nextInt(4) == 0 ? user("liwei") : SchedulerStory.OWNER,
            SchedulerStory.CLIMATE,
            leaders.nextBoolean() ? new UserName("zhangmin") : null,
            leaders.nextBoolean() ? "c" + leaders.nextInt(3) : null);
    return leaders.nextBoolean()
        ? set
        : new Input.Reasoned(set, leaders.nextBoolean() ? "agreed" : "", leaders.nextBoolean());
  }

  private static SchedulingDefined scheduling(boolean fixed, int drawn) {
    String policy = fixed ? drawn < 2 ? "easy-sjbf" : "conservative" : "default";
    return new SchedulingDefined(policy, 1 + drawn);
  }

  private Input definition() {
    Actor actor = random.nextBoolean() ? SchedulerStory.OWNER : actor();
    long limitMs = 1 + random.nextLong(3_600_000);
    return switch (random.nextInt(8)) {
      case 7 ->
          new Input.DefineTopology(
              actor,
              new TopologyDefined(
                  random.nextBoolean()
                      ? List.of(new NetworkSwitch("s", "", "n[0-2]"))
                      : List.of(
                          new NetworkSwitch("c", "", ""),
                          new NetworkSwitch("s1", "c", "n[0-1]"),
                          new NetworkSwitch("s2", "c", "n[2-3]"))));
      case 6 -> new Input.DefineLicence(actor, new LicenceDefined("solver", random.nextInt(4)));
      case 5 ->
          new Input.DefineScheduling(actor, scheduling(random.nextBoolean(), random.nextInt(5)));
      case 4 ->
          new Input.DefineJobPolicy(
              actor,
              new JobPolicyDefined(
                  1 + random.nextInt(3),
                  random.nextInt(3) == 0,
                  story.machine.state().jobPolicy().budgetGate()));
      case 0 ->
          new Input.DefinePartition(
              actor,
              new PartitionDefined(
                  random.nextBoolean() ? SchedulerStory.BATCH : SchedulerStory.DEBUG,
                  random.nextBoolean(),
                  limitMs,
                  limitMs * 2,
                  random.nextInt(4) == 0 ? "n[0-2]" : "",
                  false,
                  1 + random.nextInt(2),
                  preemption()));
      case 1 ->
          new Input.DefineTariff(
              actor,
              new TariffDefined(
                  SchedulerStory.BATCH,
                  random.nextInt(1000),
                  "CNY",
                  random.nextBoolean() ? 0 : story.nowMs + random.nextInt(1000)));
      case 2 ->
          random.nextInt(3) > 0
              ? budget(actor)
              : new Input.FundWallet(
                  actor,
                  new WalletFunded(SchedulerStory.CLIMATE, random.nextInt(3), "CNY", "gift"));
      default ->
          new Input.DefineUser(
              actor,
              new UserDefined(
                  new UserName("wangfang"),
                  "t" + random.nextInt(3),
                  "wangfang",
                  random.nextInt(3) + 1000,
                  SchedulerStory.CLIMATE));
    };
  }

  private Input money() {
    Actor actor = random.nextBoolean() ? user("finance1") : SchedulerStory.OWNER;
    boolean waiting = !story.machine.image().money().proposals().isEmpty();
    if (random.nextInt(4) < (waiting ? 3 : 1)) {
      long proposal =
          story.machine.image().money().proposals().stream()
              .map(Proposal::id)
              .findFirst()
              .orElse(1L);
      return new Input.DecideMoney(actor, proposal, random.nextInt(4) > 0, "decided");
    }
    MoneyChange change =
        switch (random.nextInt(4)) {
          case 0 -> new MoneyChange.TopUp(SchedulerStory.CLIMATE, random.nextInt(1_000), "CNY");
          case 1 ->
              new MoneyChange.Correction(
                  SchedulerStory.CLIMATE, random.nextInt(1_000) - 500L, "CNY", "capture/1.1/x");
          case 2 -> {
            int permille = random.nextInt(1_001);
            yield new MoneyChange.RefundRule(
                RefundCause.values()[permille / 2 % RefundCause.values().length],
                permille,
                0,
                permille % 2 == 0);
          }
          default ->
              new MoneyChange.Price(
                  new PriceItem(
                      random.nextBoolean() ? SchedulerStory.BATCH : null,
                      null,
                      random.nextInt(10) * 1_000L,
                      "CNY",
                      0,
                      random.nextBoolean() ? 0 : story.nowMs + random.nextInt(100_000),
                      480,
                      List.of(new DayFactor(random.nextInt(700), 720, 500)),
                      priceTerms()));
        };
    MoneyChange other = change instanceof MoneyChange.Price ? otherThanPrice(change) : change;
    return new Input.ProposeMoney(actor, other, "proposed");
  }

  private MoneyChange otherThanPrice(MoneyChange price) {
    return switch (pricing.nextInt(6)) {
      case 2 -> new MoneyChange.NewAllowance(allowance());
      case 3 ->
          new MoneyChange.OrderOfAllowances(
              new AllowanceOrder(
                  pricing.nextBoolean(), List.of(AllowanceKind.values()).reversed()));
      case 0 ->
          pricing.nextInt(3) == 0
              ? new MoneyChange.ProjectPayer(
                  pricing.nextBoolean() ? SchedulerStory.MATERIALS : SchedulerStory.CLIMATE,
                  pricing.nextBoolean() ? null : SchedulerStory.CLIMATE,
                  0)
              : new MoneyChange.CustomerClass(
                  SchedulerStory.CLIMATE, pricing.nextBoolean() ? "partner" : "", 0);
      case 1 -> new MoneyChange.Conversion("fat", Resource.CORES, "", pricing.nextInt(9_000), 0);
      case 4 ->
          new MoneyChange.Contract(
              new ContractTerms(
                  "HT-" + pricing.nextInt(3),
                  SchedulerStory.CLIMATE,
                  pricing.nextBoolean() ? "partner" : "",
                  0,
                  pricing.nextBoolean() ? 0 : story.nowMs + pricing.nextInt(400_000),
                  ""));
      default -> pricing.nextBoolean() ? price : ofMonth();
    };
  }

  private MoneyChange ofMonth() {
    String month = "2025-" + (10 + pricing.nextInt(3));
    List<AgreedPrice> items = story.machine.image().money().items();
    if (!items.isEmpty() && pricing.nextInt(4) == 0) {
      AgreedPrice price = items.get(pricing.nextInt(items.size()));
      long fromMs = pricing.nextBoolean() ? 0 : story.nowMs + pricing.nextInt(100_000);
      return new MoneyChange.PriceEnd(price.number(), price.item(), fromMs, pricing.nextInt(3) > 0);
    }
    if (pricing.nextInt(4) == 0) {
      return pricing.nextBoolean()
          ? new MoneyChange.ArchiveMonth(month)
          : new MoneyChange.TaxRate(
              pricing.nextInt(12_000), pricing.nextBoolean() ? 0 : story.nowMs);
    }
    if (pricing.nextInt(6) == 0) {
      int ahead = 1 + pricing.nextInt(40);
      return new MoneyChange.FiscalYear(
          1 + pricing.nextInt(12),
          "%04d-%02d".formatted(2026 + ahead / 12, 1 + ahead % 12),
          story.nowMs + ahead * 100_000L - 200_000);
    }
    if (pricing.nextInt(4) == 0) {
      return new MoneyChange.JobBilling(pricing.nextBoolean(), pricing.nextInt(3) > 0);
    }
    return pricing.nextBoolean()
        ? new MoneyChange.CloseMonth(
            month, story.nowMs + pricing.nextInt(1_000) - 900, 2025 + pricing.nextInt(3))
        : new MoneyChange.StatementPaid(
            SchedulerStory.CLIMATE, month, "2026-0" + (1 + pricing.nextInt(2)) + "-30", "bank 7");
  }

  private Allowance allowance() {
    return new Allowance(
        SchedulerStory.CLIMATE,
        AllowanceKind.values()[pricing.nextInt(3)],
        pricing.nextLong(1L << 36),
        pricing.nextBoolean() ? SchedulerStory.BATCH : null,
        pricing.nextBoolean() ? 0 : story.nowMs + pricing.nextInt(100_000),
        pricing.nextBoolean() ? 0 : story.nowMs + pricing.nextInt(400_000));
  }

  private PriceTerms priceTerms() {
    String kind = pricing.nextBoolean() ? "fat" : "";
    String customers = pricing.nextInt(3) == 0 ? "partner" : "";
    boolean either = pricing.nextBoolean();
    return switch (pricing.nextInt(4)) {
      case 0 -> new PriceTerms(Resource.MEMORY, "", kind, customers, false, either);
      case 1 -> new PriceTerms(Resource.ACCELERATORS, "gpu", kind, customers, false, either);
      default ->
          new PriceTerms(Resource.CORES, "", kind, customers, either, false)
              .with(
                  either ? List.of(new PriceTier(1, 1_000L * pricing.nextInt(90))) : List.of(),
                  pricing.nextBoolean() ? 1 : 0,
                  pricing.nextInt(3) == 0 ? pricing.nextInt(9_000) : 0);
    };
  }

  private Input budget(Actor actor) {
    if (random.nextBoolean()) {
      return money();
    }
    if (random.nextBoolean()) {
      return new Input.SetCreditLine(
          random.nextBoolean() ? user("finance1") : actor,
          new CreditLineSet(SchedulerStory.CLIMATE, random.nextInt(4_000) - 1L, "CNY", "loan"));
    }
    if (random.nextBoolean()) {
      Input.RecordRuns told = RandomRuns.told(random, story.nowMs);
      return suspensions.nextInt(3) > 0
          ? told
          : RandomRuns.file(user(suspensions.nextBoolean() ? "finance1" : "liwei"), suspensions);
    }
    long position = story.machine.state().position() - random.nextInt(3);
    return new Input.TellBudgets(
        List.of(
            new BudgetTold(
                SchedulerStory.CLIMATE, random.nextInt(10_000) - 1_000L, "CNY", position)));
  }

  private Input policy() {
    Actor actor = random.nextInt(4) == 0 ? actor() : SchedulerStory.OWNER;
    return switch (random.nextInt(5)) {
      case 0 ->
          new Input.DefinePlatform(
              actor, new PlatformDefined(new PlatformName("portal"), "Portal"));
      case 1 -> new Input.DefineQos(actor, random.nextBoolean() ? urgent() : low());
      case 2 ->
          new Input.DefinePriorityPolicy(
              actor,
              new PriorityPolicy(
                  random.nextInt(1000),
                  random.nextInt(1000),
                  random.nextInt(1000),
                  0,
                  random.nextInt(1000),
                  0,
                  0,
                  1,
                  random.nextBoolean(),
                  8,
                  600_000,
                  random.nextInt(3) * 3_600_000L,
                  List.of(),
                  List.of()));
      case 3 -> new Input.SetRules(actor, new RulesSet(subject(), rules()));
      default -> new Input.SetRules(actor, new RulesSet(subject(), Rules.NONE));
    };
  }

  private Subject subject() {
    return switch (random.nextInt(4)) {
      case 0 -> new Subject.Project(SchedulerStory.MATERIALS);
      case 1 -> new Subject.Member(SchedulerStory.CLIMATE, new UserName("liwei"));
      case 2 -> new Subject.Partition(SchedulerStory.BATCH);
      default -> new Subject.Project(SchedulerStory.CLIMATE);
    };
  }

  private Rules rules() {
    return new Rules(
        1 + random.nextInt(3),
        random.nextBoolean() ? new PlatformName("portal") : null,
        List.of(),
        random.nextBoolean() ? URGENT : null,
        random.nextInt(1000),
        random.nextInt(3) != 0
            ? List.of()
            : List.of(
                new Limit(LimitScope.GROUP, Quantity.CORES, "", random.nextInt(12)),
                new Limit(LimitScope.GROUP, Quantity.SUBMITTED_JOBS, "", 50),
                // So that use is told by digests.
                new Limit(LimitScope.GROUP, Quantity.CORE_MS, "", 1L << 40)));
  }

  private Input membership() {
    UserName chenjie = new UserName("chenjie");
    Actor actor = random.nextBoolean() ? user("zhangmin") : SchedulerStory.OWNER;
    return switch (random.nextInt(4)) {
      case 0 ->
          new Input.SetMembership(
              actor,
              new MembershipSet(
                  SchedulerStory.CLIMATE,
                  chenjie,
                  random.nextBoolean() ? MemberRank.MEMBER : MemberRank.MANAGER));
      case 1 ->
          new Input.RemoveMembership(actor, new MembershipRemoved(SchedulerStory.CLIMATE, chenjie));
      case 2 -> new Input.GrantRole(actor, new RoleGranted(chenjie, Role.AUDITOR));
      default -> new Input.RevokeRole(actor, new RoleRevoked(chenjie, Role.AUDITOR));
    };
  }
}
