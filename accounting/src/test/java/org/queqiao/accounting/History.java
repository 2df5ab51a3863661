package org.queqiao.accounting;

import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
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
import org.queqiao.contract.event.PlannedChangeMade;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.reservation.Reservation;

/** Writes a log for accounting tests: told like a story, or drawn from a seed. */
final class History {
  static final PartitionName BATCH = new PartitionName("batch");
  static final ProjectName CLIMATE = new ProjectName("climate");
  static final ProjectName MATERIALS = new ProjectName("materials");
  static final UserName LI = new UserName("li");

  private final List<PriceItem> agreed = new ArrayList<>();
  private final List<LoggedEvent> events = new ArrayList<>();
  private final Map<JobId, JobSpec> specs = new HashMap<>();
  private long timeMs;
  private long lastJob;
  private long reservedMs;
  private final Set<RunId> stopped = new TreeSet<>();
  private final Set<RunId> ending = new TreeSet<>();

  History(long startMs) {
    timeMs = startMs;
    project(CLIMATE, "Climate", "atmosphere", 600, "ocean", 400);
  }

  List<LoggedEvent> events() {
    return events;
  }

  long timeMs() {
    return timeMs;
  }

  History at(long ms) {
    timeMs = Math.max(timeMs, ms);
    return this;
  }

  /** The same as told by nodes that measure no energy, as all were once. */
  History withoutEnergy() {
    events.replaceAll(each ->
        each.event() instanceof JobEnded e && e.exit() != null
            ? new LoggedEvent(
                each.position(),
                each.epoch(),
                each.timeMs(),
                each.actor(),
                new JobEnded(
                    e.job(),
                    e.attempt(),
                    e.state(),
                    e.endMs(),
                    e.exit().withEnergy(0),
                    e.nodeTimeRejected(),
                    e.detail(),
                    e.operator()))
            : each);
    return this;
  }

  /** The same where each project pays for itself, as all did once. */
  History withoutPayers() {
    events.replaceAll(each ->
        each.event() instanceof JobAllocated e && e.payer() != null
            ? new LoggedEvent(
                each.position(),
                each.epoch(),
                each.timeMs(),
                each.actor(),
                new JobAllocated(
                    e.run(), e.allocations(), e.predictedMs(), e.reservation(), e.postsDays()))
            : each);
    return this;
  }

  /** The same where all allowances are refused, as there were none once. */
  History withoutAllowances() {
    events.replaceAll(each ->
        each.event() instanceof MoneyDecided e && e.change() instanceof MoneyChange.NewAllowance
            ? new LoggedEvent(
                each.position(),
                each.epoch(),
                each.timeMs(),
                each.actor(),
                new MoneyDecided(e.proposal(), false, e.change(), e.reason()))
            : each);
    return this;
  }

  private void add(Event event) {
    // What a node saw to its end it tells itself.
    boolean ofNode = event instanceof JobEnded ended && ended.exit() != null;
    Actor actor = ofNode ? Actor.node(new NodeName("cn1")) : Actor.SCHEDULER;
    events.add(new LoggedEvent(events.size() + 1L, 1, timeMs, actor, event));
  }

  History project(ProjectName name, String title, Object... domains) {
    List<DomainShare> shares = new ArrayList<>();
    for (int i = 0; i < domains.length; i += 2) {
      shares.add(new DomainShare(new DomainCode((String) domains[i]), (Integer) domains[i + 1]));
    }
    add(new ProjectDefined(name, title, shares));
    return this;
  }

  /** A domain, part of another one from now on unless that is null. */
  History domain(String code, String parent) {
    add(
        new DomainDefined(
            new DomainCode(code), code, parent == null ? null : new DomainCode(parent)));
    return this;
  }

  /** The project belongs to this service platform from now on. */
  History platform(ProjectName project, String platform) {
    add(
        new RulesSet(
            new Subject.Project(project),
            new Rules(1, new PlatformName(platform), List.of(), null, 0, List.of())));
    return this;
  }

  /** The time of a planned change has come, or is past. */
  History made(PlannedChange change) {
    add(new PlannedChangeMade(change));
    return this;
  }

  History price(long microPerCoreHour) {
    add(new TariffDefined(BATCH, microPerCoreHour, "CNY", timeMs));
    return this;
  }

  History fund(long micro) {
    add(new WalletFunded(CLIMATE, micro, "CNY", "grant"));
    return this;
  }

  /** One person of finance proposes, another decides. */
  History twoPeople(MoneyChange change, boolean approved) {
    long proposal = events.size() + 1L;
    addBy("finance1", new MoneyProposed(proposal, change, "as agreed"));
    addBy("finance2", new MoneyDecided(proposal, approved, change, "looked at it"));
    return this;
  }

  /** A budget of core time holds as it says. */
  History budget(BudgetTerms terms) {
    addBy("finance1", new BudgetDefined(terms, "as agreed"));
    return this;
  }

  private void addBy(String user, Event event) {
    by(user, "", event);
  }

  /** A fact that an account caused and said why. */
  History by(String user, String reason, Event event) {
    if (event instanceof MoneyDecided decided
        && decided.approved()
        && decided.change() instanceof MoneyChange.Price(PriceItem item)) {
      agreed.add(item);
    }
    Actor actor = Actor.user(new UserName(user));
    events.add(new LoggedEvent(events.size() + 1L, 1, timeMs, actor, reason, event));
    return this;
  }

  /** A node with so many cores is known and up. */
  History node(String name, int cores) {
    add(
        new NodeRegistered(
            new NodeFacts(
                new NodeName(name), "boot", cores, 1L << 36, List.of(), "1", "6", List.of())));
    add(new NodeUp(new NodeName(name), "boot"));
    return this;
  }

  History up(String node) {
    add(new NodeUp(new NodeName(node), "boot"));
    return this;
  }

  /** A node was last seen at a moment. */
  History down(String node, long lastSeenMs) {
    add(new NodeDown(new NodeName(node), lastSeenMs, "silent"));
    return this;
  }

  History drained(String node) {
    add(new NodeDrained(new NodeName(node), "looked at"));
    return this;
  }

  History resumed(String node) {
    add(new NodeResumed(new NodeName(node)));
    return this;
  }

  /** Nodes are reserved for the project. */
  History reserve(String name, long startMs, long durationMs, Repeat repeat, String... nodes) {
    add(reservation(name, startMs, durationMs, repeat, false, nodes));
    return this;
  }

  /** Nodes are kept from all. */
  History maintain(String name, long startMs, long durationMs, String... nodes) {
    add(reservation(name, startMs, durationMs, Repeat.ONCE, true, nodes));
    return this;
  }

  private static ReservationDefined reservation(
      String name, long startMs, long durationMs, Repeat repeat, boolean works, String... nodes) {
    return new ReservationDefined(
        new Reservation(
            new ReservationName(name),
            "",
            startMs,
            durationMs,
            repeat,
            0,
            Stream.of(nodes).map(NodeName::new).toList(),
            List.of(),
            works ? List.of() : List.of(CLIMATE),
            works,
            false,
            false));
  }

  History opened(String reservation, long startMs) {
    add(new ReservationOpened(new ReservationName(reservation), startMs));
    return this;
  }

  History closed(String reservation, long startMs, long nextMs) {
    add(new ReservationClosed(new ReservationName(reservation), startMs, nextMs));
    return this;
  }

  History deleted(String reservation) {
    add(new ReservationDeleted(new ReservationName(reservation)));
    return this;
  }

  History credit(long micro) {
    add(new CreditLineSet(CLIMATE, micro, "CNY", "late grant"));
    return this;
  }

  /** The time limit of a job becomes another one, whether it runs or not. */
  History limit(JobId job, long limitMs) {
    JobSpec spec = specs.get(job).toBuilder().limitMs(limitMs).build();
    specs.put(job, spec);
    add(new JobChanged(job, spec));
    return this;
  }

  JobId submit(UserName user, String name, int cores, long limitMs) {
    return submit(user, spec(name, CLIMATE, cores, limitMs).build());
  }

  /** A job of a project. */
  JobId submit(ProjectName project, UserName user, int cores, long limitMs) {
    return submit(user, spec("melt", project, cores, limitMs).build());
  }

  /** A job that a service platform submits for somebody. */
  JobId submitFor(String endUser, UserName user, String name, int cores, long limitMs) {
    return submit(user, spec(name, CLIMATE, cores, limitMs).endUser(endUser).build());
  }

  private JobId submit(UserName user, JobSpec spec) {
    JobId id = new JobId(++lastJob);
    specs.put(id, spec);
    add(new JobSubmitted(id, user, "unix", 1000, spec, "", new byte[32]));
    return id;
  }

  /** A job under a quote. */
  JobId submit(JobQuote quote, int cores, long limitMs) {
    return submit(LI, spec("quoted", CLIMATE, cores, limitMs).quote(quote).build());
  }

  /** A job of a quality of service. */
  JobId submit(String qos, int cores, long limitMs) {
    return submit(LI, spec("storm", CLIMATE, cores, limitMs).qos(new QosName(qos)).build());
  }

  private static JobSpec.Builder spec(String name, ProjectName project, int cores, long limitMs) {
    return JobSpec.builder(
            name, "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8), BATCH, project, limitMs)
        .shape(1, 1, cores)
        .stdoutPath("queqiao-%j.out");
  }

  /** An array of tasks from 0 on. */
  JobId array(UserName user, int tasks) {
    return submit(user, many(tasks).build());
  }

  /** The same, that a service platform submits for somebody. */
  JobId arrayFor(String endUser, int tasks) {
    return submit(LI, many(tasks).endUser(endUser).build());
  }

  private static JobSpec.Builder many(int tasks) {
    TaskIndices indices = TaskIndices.of(List.of(new TaskRange(0, tasks - 1, 1)));
    return spec("many", CLIMATE, 1, 60_000)
        .array(new JobArray(indices, 0))
        .stdoutPath("queqiao-%A_%a.out");
  }

  /** A task of an array becomes a job of its own. */
  JobId split(JobId array, int index) {
    JobId id = new JobId(++lastJob);
    specs.put(id, specs.get(array));
    add(new ArrayTaskSplit(array, index, id));
    return id;
  }

  /** A waiting job asks for something else. */
  History change(JobId id, String name, ProjectName project, int cores, long limitMs) {
    JobSpec spec = spec(name, project, cores, limitMs).build();
    specs.put(id, spec);
    add(new JobChanged(id, spec));
    return this;
  }

  RunId start(JobId id, int attempt, int cores) {
    RunId run = new RunId(id, attempt);
    List<Integer> held = IntStream.range(0, cores).boxed().toList();
    add(new JobAllocated(run, List.of(new Allocation(new NodeName("cn1"), held, 0, List.of()))));
    return run;
  }

  /** A run for which another project pays, or its own where that is null. */
  RunId startPaid(JobId id, int attempt, int cores, ProjectName payer) {
    RunId run = new RunId(id, attempt);
    List<Integer> held = IntStream.range(0, cores).boxed().toList();
    List<Allocation> all = List.of(new Allocation(new NodeName("cn1"), held, 0, List.of()));
    add(new JobAllocated(run, all, 0, null, true, 0, payer));
    return run;
  }

  RunId start(JobId id, int attempt, Allocation... held) {
    RunId run = new RunId(id, attempt);
    add(new JobAllocated(run, List.of(held)));
    return run;
  }

  /** So many cores of a node of a kind, from the first, with as many of its devices. */
  static Allocation on(
      String node, String type, int cores, int blocked, long memBytes, String gpu, int gpus) {
    List<Integer> devices = IntStream.range(0, gpus).boxed().toList();
    return new Allocation(
        new NodeName(node),
        IntStream.range(0, cores).boxed().toList(),
        memBytes,
        gpus == 0 ? List.of() : List.of(new Allocation.GresDevices("gpu", gpu, devices)),
        type,
        blocked);
  }

  private RunId start(JobId id, int cores, SplittableRandom random) {
    List<String> types = List.of("", "thin", "gpu8");
    Allocation[] held = new Allocation[1 + random.nextInt(2)];
    for (int i = 0; i < held.length; i++) {
      held[i] =
          on(
              "cn" + i,
              types.get(random.nextInt(3)),
              cores,
              random.nextBoolean() ? 0 : cores + random.nextInt(64),
              random.nextLong(1L << 40),
              random.nextBoolean() ? "a100" : "",
              random.nextInt(3));
    }
    RunId run = new RunId(id, 1);
    // The days of most are posted as they are over; some are of before that was so.
    boolean shared = id.value() % 5 == 0 && specs.get(id).project().equals(CLIMATE);
    ProjectName payer = shared ? MATERIALS : null;
    add(new JobAllocated(run, List.of(held), 0, null, id.value() % 4 != 0, 0, payer));
    return run;
  }

  private static PriceTerms terms(SplittableRandom random) {
    String type = List.of("", "thin", "gpu8").get(random.nextInt(3));
    String customers = random.nextInt(3) == 0 ? "partner" : "";
    return switch (random.nextInt(6)) {
      case 5 -> new PriceTerms(Resource.ENERGY, "", "", customers, false, false);
      case 4 -> new PriceTerms(Resource.RESERVED, "", "", customers, false, false);
      case 0 -> new PriceTerms(Resource.MEMORY, "", type, customers, false, random.nextBoolean());
      case 1 ->
          new PriceTerms(
              Resource.ACCELERATORS,
              List.of("", "gpu", "gpu:a100").get(random.nextInt(3)),
              type,
              customers,
              false,
              random.nextBoolean());
      default ->
          new PriceTerms(Resource.CORES, "", type, customers, random.nextBoolean(), false)
              .with(
                  random.nextBoolean()
                      ? List.of()
                      : List.of(new PriceTier(1 + random.nextInt(99), 1_000L * random.nextInt(99))),
                  random.nextBoolean() ? 4 : 0,
                  random.nextInt(3) == 0 ? random.nextInt(100_000) : 0);
    };
  }

  /** All processes of a run are stopped, from a moment on. */
  History suspend(RunId run, long atMs, boolean billed) {
    add(new JobSuspended(run, atMs, billed));
    return this;
  }

  /** They go on, from a moment on. */
  History resume(RunId run, long atMs) {
    add(new JobResumed(run, atMs));
    return this;
  }

  /** A run is told to end. */
  History kill(RunId run) {
    add(new JobKillRequested(run, KillCause.CANCELLED));
    return this;
  }

  /** What a run has done until now is saved. */
  History savedNow(RunId run) {
    add(new RunCheckpointed(run, timeMs));
    return this;
  }

  /** An operator tells a run to end, which it does at once. */
  History endedBy(OperatorCause operator, RunId run) {
    add(new JobKillRequested(run, KillCause.CANCELLED, operator));
    add(
        new JobEnded(
            run.job(),
            run.attempt(),
            JobState.CANCELLED,
            timeMs,
            exit(run),
            false,
            new OperatorEnd(operator, "admin1", "the switch").detail(),
            operator));
    return this;
  }

  /** The same, and its job waits again. */
  History requeuedBy(OperatorCause operator, RunId run) {
    add(new JobKillRequested(run, KillCause.REQUEUED, operator));
    add(
        new JobRequeued(
            run,
            KillCause.REQUEUED,
            timeMs,
            exit(run),
            false,
            false,
            new OperatorEnd(operator, "admin1", "the switch").detail(),
            operator));
    return this;
  }

  History end(RunId run, JobState state) {
    return end(run, state, 0);
  }

  /** The same with so much processor time. */
  History end(RunId run, JobState state, long cpuMs) {
    RunExit exit =
        new RunExit(
            run,
            RunExit.Kind.EXITED,
            state == JobState.COMPLETED ? 0 : 1,
            0,
            0,
            timeMs,
            cpuMs * 1_000,
            0,
            0,
            "");
    add(new JobEnded(run.job(), run.attempt(), state, timeMs, exit, false, ""));
    return this;
  }

  /** A run ends for which its node counted so much energy. */
  History ended(RunId run, long millijoules) {
    return completed(exit(run).withEnergy(millijoules));
  }

  /** A run ends whose node measured its accelerators for so long. */
  History ended(RunId run, AcceleratorTime time) {
    return completed(exit(run).withAccelerators(time));
  }

  private RunExit exit(RunId run) {
    return new RunExit(run, RunExit.Kind.EXITED, 0, 0, 0, timeMs, 0, 0, 0, "");
  }

  private History completed(RunExit exit) {
    RunId run = exit.run();
    add(new JobEnded(run.job(), run.attempt(), JobState.COMPLETED, timeMs, exit, false, ""));
    return this;
  }

  /** The node of a run was last seen at a moment and is gone. */
  History lost(RunId run, long lastSeenMs) {
    add(
        new JobEnded(
            run.job(), run.attempt(), JobState.NODE_FAIL, lastSeenMs, null, true, "node lost"));
    return this;
  }

  /** The run is over and its job waits again. */
  History requeue(RunId run) {
    add(new JobRequeued(run, KillCause.NODE_FAIL, timeMs, null, false, false, "node lost"));
    return this;
  }

  History endUnstarted(JobId id) {
    return endWaiting(id, 0);
  }

  History endWaiting(JobId id, int attempt) {
    add(new JobEnded(id, attempt, JobState.CANCELLED, timeMs, null, false, ""));
    return this;
  }

  /** A run is stopped, or goes on if it was, or is told to end. */
  private void turn(RunId run, SplittableRandom random) {
    if (stopped.remove(run)) {
      if (random.nextInt(4) == 0) {
        kill(run);
        ending.add(run);
      } else {
        resume(run, timeMs);
      }
    } else if (!ending.contains(run)) {
      suspend(run, timeMs, random.nextInt(3) == 0);
      stopped.add(run);
    }
  }

  /** What a run has done is saved, if it is not stopped. */
  private void saved(RunId run) {
    if (!stopped.contains(run)) {
      add(new RunCheckpointed(run, timeMs));
    }
  }

  /** A reservation begins, or goes on to its next fact, or a node of it comes or goes. */
  private void reserveNext(SplittableRandom random) {
    switch (random.nextInt(12)) {
      case 0 -> {
        if (reservedMs == 0) {
          reservedMs = timeMs;
          reserve("course", reservedMs, 20 * 3_600_000L, Repeat.ONCE, "cn0", "cn1");
          opened("course", reservedMs);
        } else if (random.nextInt(4) == 0) {
          deleted("course");
          reservedMs = 0;
        } else if (timeMs >= reservedMs + 20 * 3_600_000L) {
          closed("course", reservedMs, 0);
          reservedMs = 0;
        }
      }
      case 1 -> down("cn0", timeMs - random.nextInt(100_000)).up("cn0");
      case 2 -> drained("cn1");
      case 3 -> resumed("cn1");
      default -> {}
    }
  }

  private static MoneyChange change(SplittableRandom random, long nowMs) {
    return switch (random.nextInt(10)) {
      case 9 ->
          new MoneyChange.Contract(
              new ContractTerms(
                  "HT-" + random.nextInt(3),
                  CLIMATE,
                  random.nextBoolean() ? "partner" : "",
                  nowMs + random.nextInt(1_000_000),
                  random.nextBoolean() ? 0 : nowMs + 2_000_000 + random.nextLong(1L << 32),
                  ""));
      case 0 -> new MoneyChange.TopUp(CLIMATE, 1 + random.nextInt(1_000_000), "CNY");
      case 1 -> new MoneyChange.Correction(CLIMATE, 1 - random.nextInt(1_000_000), "CNY", "fund/2");
      case 2 -> {
        int permille = random.nextInt(1_001);
        yield new MoneyChange.RefundRule(
            RefundCause.values()[permille / 2 % RefundCause.values().length],
            permille,
            nowMs,
            permille % 2 == 0);
      }
      case 3 ->
          new MoneyChange.CustomerClass(
              CLIMATE, random.nextBoolean() ? "partner" : "", nowMs + random.nextInt(1_000_000));
      case 4 ->
          new MoneyChange.Conversion(
              random.nextBoolean() ? "gpu8" : "",
              random.nextBoolean() ? Resource.CORES : Resource.ACCELERATORS,
              "",
              random.nextInt(40_000),
              nowMs + random.nextInt(1_000_000));
      case 5, 6 ->
          new MoneyChange.NewAllowance(
              new Allowance(
                  CLIMATE,
                  AllowanceKind.values()[random.nextInt(3)],
                  1 + random.nextLong(1L << random.nextInt(10, 40)),
                  random.nextBoolean() ? BATCH : null,
                  nowMs + random.nextInt(1_000_000),
                  random.nextBoolean() ? 0 : nowMs + 2_000_000 + random.nextLong(1L << 32)));
      default ->
          new MoneyChange.Price(
              new PriceItem(
                  random.nextBoolean() ? BATCH : null,
                  null,
                  random.nextInt(100) * 1_000L,
                  "CNY",
                  nowMs + random.nextInt(1_000_000),
                  random.nextBoolean() ? 0 : nowMs + 10_000_000 + random.nextInt(100_000_000),
                  480,
                  List.of(new DayFactor(random.nextInt(700), 700 + random.nextInt(1, 700), 1_500)),
                  terms(random)));
    };
  }

  /**
   * A month that is over is closed, its statements are paid and it goes into files; some closes are
   * rejected and tried again.
   *
   * @return the month that is open then
   */
  private YearMonth closeNext(YearMonth open, int step, BillingCalendar calendar) {
    long toMs = calendar.startMs(open.plusMonths(1).atDay(1));
    if (timeMs <= toMs || step % 3 != 0) {
      return open;
    }
    MoneyChange close =
        new MoneyChange.CloseMonth(open.toString(), toMs, open.getYear(), step % 2 == 0);
    twoPeople(close, step % 4 != 0);
    endOne(step);
    if (step % 4 == 0) {
      return open;
    }
    for (ProjectName each : List.of(CLIMATE, MATERIALS)) {
      twoPeople(
          new MoneyChange.StatementPaid(each, open.toString(), "2026-12-01", "bank " + step), true);
    }
    twoPeople(new MoneyChange.ArchiveMonth(open.toString()), step % 5 != 0);
    return open.plusMonths(1);
  }

  /** A price that was agreed on holds no more from now or from later on. */
  private void endOne(int step) {
    if (!agreed.isEmpty()) {
      PriceItem item = agreed.get(step % agreed.size());
      twoPeople(new MoneyChange.PriceEnd(1, item, timeMs + step * 1_000_000L), true);
    }
  }

  /** A random history of a few hundred facts over some months. */
  static History random(long seed) {
    return random(seed, null);
  }

  /**
   * The same.
   *
   * @param calendar by which months are closed, paid and archived; null where none is
   */
  static History random(long seed, BillingCalendar calendar) {
    SplittableRandom random = new SplittableRandom(seed);
    History history = new History(1_760_000_000_000L + random.nextInt(1_000_000));
    history.price(random.nextInt(100_000)).fund(1_000_000_000L);
    history.project(MATERIALS, "Materials", "materials", 1000);
    history.node("cn0", 96).node("cn1", 96);
    JobId array = history.array(LI, 500);
    int tasks = 0;
    List<JobId> waiting = new ArrayList<>();
    List<Object[]> running = new ArrayList<>();
    YearMonth open = calendar == null ? null : YearMonth.parse(calendar.month(history.timeMs));
    for (int step = 0; step < 200; step++) {
      history.at(history.timeMs + random.nextLong(1, 1L << random.nextInt(1, 31)));
      if (calendar != null) {
        open = history.closeNext(open, step, calendar);
      }
      history.reserveNext(random);
      if (!running.isEmpty() && step % 7 == 0) {
        history.saved((RunId) running.get(step % running.size())[0]);
      }
      switch (random.nextInt(9)) {
        case 0, 1, 2 ->
            waiting.add(
                history.submitFor(
                    history.lastJob % 3 == 0 ? "=end " + history.lastJob % 2 : "",
                    new UserName("user" + random.nextInt(3)),
                    random.nextBoolean() ? "=1+1" : "'; drop table job; --",
                    1 + random.nextInt(64),
                    random.nextLong(1, 86_400_000)));
        case 3, 4 -> {
          if (random.nextInt(4) == 0) {
            waiting.add(history.split(array, tasks++));
          }
          if (!waiting.isEmpty()) {
            int cores = 1 + random.nextInt(64);
            JobId id = waiting.remove(random.nextInt(waiting.size()));
            running.add(new Object[] {history.start(id, cores, random)});
          }
        }
        case 5, 6 -> {
          if (!running.isEmpty()) {
            RunId run = (RunId) running.remove(random.nextInt(running.size()))[0];
            if (random.nextInt(4) == 0) {
              history.ended(run, random.nextLong(1L << 40));
            } else if (step % 3 == 0) {
              history.endedBy(OperatorCause.values()[step % 2], run);
            } else {
              history.end(run, random.nextBoolean() ? JobState.COMPLETED : JobState.FAILED);
            }
          } else if (!waiting.isEmpty()) {
            history.endUnstarted(waiting.removeLast());
          }
        }
        case 8 -> {
          if (!running.isEmpty()) {
            history.turn((RunId) running.get(random.nextInt(running.size()))[0], random);
          }
        }
        default -> {
          switch (random.nextInt(5)) {
            case 3, 4 -> history.twoPeople(change(random, history.timeMs), random.nextInt(5) > 0);
            case 0 -> history.credit(random.nextInt(1_000_000));
            case 1 -> {
              if (!running.isEmpty()) {
                RunId run = (RunId) running.get(random.nextInt(running.size()))[0];
                history.limit(run.job(), random.nextLong(1, 86_400_000));
              }
            }
            default -> history.price(random.nextInt(100_000));
          }
          if (!waiting.isEmpty()) {
            history.change(waiting.getFirst(), "other", MATERIALS, 1 + random.nextInt(64), 60_000);
          }
        }
      }
    }
    return history;
  }
}
