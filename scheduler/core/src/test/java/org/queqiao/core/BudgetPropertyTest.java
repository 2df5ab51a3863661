package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.DEBUG;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.Reply;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Random histories with wallets, whose ledger is slow, repeats itself and tells old things. A naive
 * ledger that reads every fact at once says whether a start was paid for.
 */
final class BudgetPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(20, 1_000);
  private static final int STEPS = 400;
  private static final ProjectName OCEAN = new ProjectName("ocean");
  private static final List<ProjectName> PROJECTS = List.of(CLIMATE, MATERIALS, OCEAN);

  /**
   * Every fact in, held and charged at once, in rational numbers of 3,600,000ths of a micro-unit.
   */
  private static final class NaiveLedger {
    private final TreeMap<ProjectName, BigInteger> balances = new TreeMap<>();
    private final TreeMap<ProjectName, Long> credits = new TreeMap<>();
    private final TreeMap<JobId, JobSpec> specs = new TreeMap<>();
    private final TreeMap<RunId, Run> runs = new TreeMap<>();
    private final TreeMap<PartitionName, TreeMap<Long, Long>> prices = new TreeMap<>();

    /** Who pays for whom from when on, as two people agreed. */
    private final TreeMap<ProjectName, TreeMap<Long, ProjectName>> payers = new TreeMap<>();

    private record Run(long startMs, long cores, BigInteger held, ProjectName payer) {}

    ProjectName payer(ProjectName project, long atMs) {
      TreeMap<Long, ProjectName> said = payers.getOrDefault(project, new TreeMap<>());
      return said.floorKey(atMs) == null ? project : said.floorEntry(atMs).getValue();
    }

    void record(LoggedEvent logged) {
      switch (logged.event()) {
        case TariffDefined e ->
            prices
                .computeIfAbsent(e.partition(), _ -> new TreeMap<>())
                .put(e.validFromMs(), e.priceMicroPerCoreHour());
        case WalletFunded e -> add(e.project(), micro(e.amountMicro()));
        case MoneyDecided e when e.change() instanceof MoneyChange.ProjectPayer word ->
            payers
                .computeIfAbsent(word.project(), _ -> new TreeMap<>())
                .put(word.validFromMs(), word.payer() == null ? word.project() : word.payer());
        case CreditLineSet e -> credits.put(e.project(), e.creditMicro());
        case JobSubmitted e -> specs.put(e.job(), e.spec());
        case ArrayTaskSplit e -> specs.put(e.job(), specs.get(e.array()));
        case JobAllocated e -> {
          long cores = e.allocations().stream().mapToLong(each -> each.cores().size()).sum();
          ProjectName project = specs.get(e.run().job()).project();
          ProjectName payer = payer(project, logged.timeMs());
          assertThat(e.payer() == null ? project : e.payer()).isEqualTo(payer);
          hold(e.run(), logged.timeMs(), cores, payer);
        }
        case JobChanged e -> {
          specs.put(e.job(), e.spec());
          for (RunId run : List.copyOf(runs.keySet())) {
            if (run.job().equals(e.job())) {
              Run before = release(run);
              hold(run, before.startMs(), before.cores(), before.payer());
            }
          }
        }
        case JobEnded e -> settle(new RunId(e.job(), e.attempt()), e.endMs());
        case JobRequeued e -> settle(e.run(), e.endMs());
        default -> {
          // costs nothing
        }
      }
    }

    private static BigInteger micro(long amount) {
      return BigInteger.valueOf(amount).multiply(BigInteger.valueOf(HOUR_MS));
    }

    private void add(ProjectName project, BigInteger amount) {
      balances.merge(project, amount, BigInteger::add);
    }

    private void hold(RunId run, long startMs, long cores, ProjectName payer) {
      JobSpec spec = specs.get(run.job());
      BigInteger held = cost(spec, cores, startMs, startMs + spec.limitMs());
      runs.put(run, new Run(startMs, cores, held, payer));
      add(payer, held.negate());
    }

    private Run release(RunId run) {
      Run before = runs.remove(run);
      add(before.payer(), before.held());
      return before;
    }

    private void settle(RunId run, long endMs) {
      if (runs.containsKey(run)) {
        Run before = release(run);
        JobSpec spec = specs.get(run.job());
        add(before.payer(), cost(spec, before.cores(), before.startMs(), endMs).negate());
      }
    }

    /** Millisecond by price: a loop over the instants at which it changes. */
    private BigInteger cost(JobSpec spec, long cores, long fromMs, long toMs) {
      TreeMap<Long, Long> list = prices.getOrDefault(spec.partition(), new TreeMap<>());
      TreeSet<Long> cuts = new TreeSet<>(list.keySet());
      cuts.removeIf(each -> each <= fromMs || each >= toMs);
      cuts.add(toMs);
      BigInteger sum = BigInteger.ZERO;
      long at = fromMs;
      for (long cut : cuts) {
        Long price = list.floorKey(at) == null ? null : list.floorEntry(at).getValue();
        sum =
            sum.add(
                BigInteger.valueOf(Math.max(0, cut - at) * cores)
                    .multiply(BigInteger.valueOf(price == null ? 0 : price)));
        at = cut;
      }
      return sum;
    }

    /** What is left, rounded up, with the credit line. */
    BigInteger left(ProjectName project) {
      return balances
          .getOrDefault(project, BigInteger.ZERO)
          .add(micro(credits.getOrDefault(project, 0L)));
    }

    /** The balance in whole micro-units, not above the exact one. */
    long balanceMicro(ProjectName project) {
      BigInteger[] parts =
          balances
              .getOrDefault(project, BigInteger.ZERO)
              .divideAndRemainder(BigInteger.valueOf(HOUR_MS));
      return parts[0].longValueExact() - (parts[1].signum() < 0 ? 1 : 0);
    }
  }

  private int starts;
  private int shared;

  @Test
  void noStartIsEverMoreThanTheWalletCanPay() {
    SeededProperty.holds(SEEDS, Histories::new);
    assertThat(starts).as("starts that were paid for").isGreaterThan(SEEDS * 30);
    assertThat(shared).as("of these by another project").isGreaterThan(SEEDS * 3);
  }

  private final class Histories implements SeededProperty.Case<Step> {
    private final long seed;

    private Histories(long seed) {
      this.seed = seed;
    }

    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed), STEPS);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      History history = new History();
      history.story.saying(says);
      history.plays(moves);
      starts += history.starts;
      shared += history.shared;
    }
  }

  /** One cluster and its ledger. */
  private static final class History {
    private final SchedulerStory story = SchedulerStory.site().withoutChecks();
    private final NaiveLedger ledger = new NaiveLedger();
    private final TreeSet<ProjectName> gated = new TreeSet<>();

    /** What the ledger knew at each position, for words that come late. */
    private final List<TreeMap<ProjectName, Long>> known = new ArrayList<>();

    private int read;
    private int starts;
    private int shared;

    private void follow() {
      for (; read < story.log.size(); read++) {
        LoggedEvent logged = story.log.get(read);
        ledger.record(logged);
        if (logged.event() instanceof BudgetTold told) {
          gated.add(told.project());
        } else if (logged.event() instanceof CreditLineSet line) {
          gated.add(line.project());
        } else if (logged.event() instanceof JobAllocated start) {
          ProjectName payer = ledger.runs.get(start.run()).payer();
          starts++;
          shared += start.payer() == null ? 0 : 1;
          boolean costs = ledger.runs.get(start.run()).held().signum() > 0;
          assertThat(!costs || !gated.contains(payer) || paid(payer))
              .as("start %s is paid for by %s", start.run(), payer)
              .isTrue();
        }
        TreeMap<ProjectName, Long> now = new TreeMap<>();
        PROJECTS.forEach(each -> now.put(each, ledger.balanceMicro(each)));
        known.add(now);
      }
    }

    private boolean paid(ProjectName project) {
      return ledger.left(project).signum() >= 0;
    }

    private void plays(List<Step> steps) {
      story.project(OCEAN);
      story.account("lina", 1_070, OCEAN, MemberRank.MEMBER, Role.RESEARCHER);
      story.account("finance2", -1, null, null, Role.FINANCE);
      for (int i = 0; i < 3; i++) {
        story.node("n" + i, 6);
      }
      story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 1_000_003, "CNY", 0)));
      for (Step step : steps) {
        SplittableRandom random = step.dice();
        step(random);
        follow();
        if (random.nextInt(25) == 0) {
          byte[] digest = story.machine.digest();
          story.machine = SchedulerMachine.from(story.machine.image());
          assertThat(story.machine.digest()).isEqualTo(digest);
        }
      }
      bringsEverybodyThrough();
    }

    /**
     * Enough money for all, told by a ledger that is up to date: nobody waits for money any more.
     */
    private void bringsEverybodyThrough() {
      for (ProjectName each : PROJECTS) {
        story.does(
            new Input.FundWallet(OWNER, new WalletFunded(each, 100_000_000_000L, "CNY", "grant")));
      }
      follow();
      for (ProjectName each : PROJECTS) {
        tell(each, known.size());
        follow();
        tell(each, known.size());
        follow();
      }
      for (ClusterImage.JobImage each : story.machine.image().jobs()) {
        if (each.state() == JobState.PENDING) {
          assertThat(story.machine.state().pendingWhy(each.id()).word())
              .as("why job %s waits", each.id())
              .isNotEqualTo("AssocGrpBillingMinutes");
        }
      }
    }

    private void tell(ProjectName project, int position) {
      if (position == 0) {
        return;
      }
      long balance = known.get(position - 1).get(project);
      story.hears(
          new Input.TellBudgets(List.of(new BudgetTold(project, balance, "CNY", position))));
    }

    private void step(SplittableRandom random) {
      ProjectName project = PROJECTS.get(random.nextInt(PROJECTS.size()));
      List<ClusterImage.JobImage> running =
          story.machine.image().jobs().stream()
              .filter(each -> !each.allocations().isEmpty() && !each.state().isTerminal())
              .toList();
      ClusterImage.JobImage one =
          running.isEmpty() ? null : running.get(random.nextInt(running.size()));
      switch (random.nextInt(15)) {
        case 0, 1, 2 -> submit(random, project);
        case 3, 4, 5 -> story.plans();
        case 6 -> story.after(random.nextInt(1, (int) HOUR_MS / 2)).ticks();
        case 7, 8 -> {
          if (one != null) {
            story.after(random.nextInt(1_000_000)).exits(one.id(), random.nextInt(2));
          }
        }
        case 9 -> {
          if (one != null) {
            story.hears(new Input.RequeueJob(user("admin1"), one.id()));
          }
        }
        case 10 -> {
          if (one != null) {
            long limitMs = random.nextInt(1, 20) * (HOUR_MS / 4);
            JobChange longer =
                new JobChange(
                    new TreeSet<>(List.of("limitMs")), script().limitMs(limitMs).build(), null);
            story.hears(new Input.ChangeJob(user("admin1"), one.id(), longer, null));
          }
        }
        case 11 -> money(random, project);
        case 14 -> payer(random, project);
        default -> tell(project, known.isEmpty() ? 0 : 1 + lately(random));
      }
    }

    /** Mostly the present, now and then something old. */
    private int lately(SplittableRandom random) {
      int last = known.size() - 1;
      return random.nextInt(3) > 0 ? last : random.nextInt(Math.max(0, last - 40), last + 1);
    }

    private void submit(SplittableRandom random, ProjectName project) {
      String owner = project.equals(CLIMATE) ? "liwei" : project.equals(OCEAN) ? "lina" : "chenjie";
      var request =
          script()
              .cpusPerTask(1 + random.nextInt(4))
              .limitMs(1L + random.nextInt((int) HOUR_MS))
              .partition(random.nextInt(5) == 0 ? DEBUG : BATCH);
      if (random.nextInt(6) == 0) {
        request.array("0-4");
      } else if (random.nextInt(5) == 0) {
        request.nodes(1 + random.nextInt(2));
      }
      story.hears(SchedulerStory.submission(owner, request));
    }

    /** Now or later another wallet pays, or the own one again; what would be a chain is refused. */
    private void payer(SplittableRandom random, ProjectName project) {
      ProjectName payer = PROJECTS.get(random.nextInt(PROJECTS.size()));
      long fromMs = random.nextBoolean() ? 0 : story.nowMs + random.nextInt((int) HOUR_MS);
      MoneyChange word =
          new MoneyChange.ProjectPayer(project, payer.equals(project) ? null : payer, fromMs);
      if (story.hears(new Input.ProposeMoney(user("finance1"), word, "r"))
          instanceof Reply.Proposed(long proposal)) {
        story.does(new Input.DecideMoney(user("finance2"), proposal, true, "seen"));
      }
    }

    private void money(SplittableRandom random, ProjectName project) {
      switch (random.nextInt(4)) {
        case 0 ->
            story.does(
                new Input.SetCreditLine(
                    OWNER, new CreditLineSet(project, random.nextInt(3_000_000), "CNY", "r")));
        case 1 -> {
          long fromMs = story.nowMs + random.nextInt(1, (int) HOUR_MS);
          story.hears(
              new Input.DefineTariff(
                  OWNER,
                  new TariffDefined(
                      random.nextBoolean() ? BATCH : DEBUG,
                      random.nextInt(2_000_000),
                      "CNY",
                      fromMs)));
        }
        default ->
            story.does(
                new Input.FundWallet(
                    OWNER, new WalletFunded(project, 1 + random.nextInt(4_000_000), "CNY", "g")));
      }
    }
  }
}
