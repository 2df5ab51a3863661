package org.queqiao.simulator.client;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.queqiao.accounting.ShadowLedger;
import org.queqiao.accounting.budget.BudgetTeller;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Resource;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.runtime.recovery.CommittedReader;
import org.queqiao.simulator.Seams;
import org.queqiao.simulator.server.ServerLife;
import org.queqiao.simulator.world.Timeline;

/**
 * The ledger of a simulated site, and whoever brings the money. On a site where money is short it
 * reads the durable log late and in pieces, is away at times, and its words are lost, come twice
 * and overtake each other. On the others nothing waits for money, and it speaks once.
 */
public final class Accountant {
  private static final int MAX_PAUSE_MS = 6_000;
  private static final int MAX_DELAY_MS = 20_000;
  private static final long FIRST_GRANT_MICRO = 15_000;
  private static final long GRANT_MICRO = 6_000;
  private static final long ENOUGH_MICRO = 1_000_000_000;

  private final Timeline timeline;
  private final SplittableRandom random;
  private final Supplier<ServerLife> server;
  private final People people;
  private final Seams seams;
  private final ShadowLedger ledger = new ShadowLedger(new BillingCalendar(ZoneOffset.UTC));
  private final BudgetTeller teller = new BudgetTeller();
  private final boolean shortOfMoney;
  private long taken;
  private boolean resting;

  public Accountant(
      Timeline timeline,
      SplittableRandom random,
      Supplier<ServerLife> server,
      People people,
      Seams seams,
      boolean shortOfMoney) {
    this.shortOfMoney = shortOfMoney;
    this.timeline = timeline;
    this.random = random;
    this.server = server;
    this.people = people;
    this.seams = seams;
  }

  /** What the first project begins with. */
  public long firstGrantMicro() {
    return shortOfMoney ? FIRST_GRANT_MICRO : ENOUGH_MICRO;
  }

  /** What is told once the site is made. */
  public Input opening() {
    readUntil(Long.MAX_VALUE);
    return new Input.TellBudgets(
        seams.budgets(teller.due(ledger.books().budgets(), taken, teller.takeMoved())));
  }

  /** Works until the simulation ends. */
  public void work() {
    if (!shortOfMoney) {
      return;
    }
    if (random.nextBoolean()) {
      plan(random.nextInt(30_000), this::lend);
    }
    turn();
  }

  /** From now on there is enough for all, and nothing is late any more. */
  public void rest() {
    resting = true;
    if (!shortOfMoney) {
      return;
    }
    for (ProjectName project : List.of(Site.CLIMATE, Site.MATERIALS)) {
      fund(project, ENOUGH_MICRO);
    }
  }

  private void plan(long inMs, Runnable what) {
    timeline.after(inMs, "the ledger", what);
  }

  private void turn() {
    boolean away = !resting && random.nextInt(5) == 0;
    if (!away) {
      read();
      tell();
    }
    if (!resting && random.nextInt(4) == 0) {
      fund(Site.CLIMATE, 1 + random.nextLong(GRANT_MICRO));
    }
    if (!resting && random.nextInt(4) == 0) {
      propose();
    }
    plan(resting ? 1_000 : random.nextInt(MAX_PAUSE_MS), this::turn);
  }

  private void fund(ProjectName project, long amountMicro) {
    people.ask(
        "fund " + project,
        new Input.FundWallet(Site.OWNER, new WalletFunded(project, amountMicro, "CNY", "grant")),
        reply -> {});
  }

  private void lend() {
    people.ask(
        "lend",
        new Input.SetCreditLine(
            Site.OWNER,
            new CreditLineSet(Site.MATERIALS, random.nextLong(GRANT_MICRO), "CNY", "a loan")),
        reply -> {});
  }

  /** One wants to change prices or money, another decides. */
  private void propose() {
    MoneyChange change =
        switch (random.nextInt(11)) {
          case 0 -> new MoneyChange.TopUp(Site.CLIMATE, 1 + random.nextLong(GRANT_MICRO), "CNY");
          case 1 ->
              new MoneyChange.Correction(
                  Site.CLIMATE, random.nextLong(GRANT_MICRO) - GRANT_MICRO / 2, "CNY", "fund/1");
          case 2 -> {
            int permille = random.nextInt(1_001);
            yield new MoneyChange.RefundRule(RefundCause.NODE_FAIL, permille, 0, permille % 2 == 0);
          }
          case 3 ->
              new MoneyChange.CustomerClass(Site.CLIMATE, random.nextBoolean() ? "partner" : "", 0);
          case 4 -> new MoneyChange.Conversion("fat", Resource.CORES, "", random.nextInt(9_000), 0);
          case 5, 6 -> new MoneyChange.NewAllowance(allowance());
          case 7 -> new MoneyChange.Contract(contract());
          case 8 -> random.nextInt(4) == 0 ? new MoneyChange.ArchiveMonth("2001-01") : month();
          case 9 -> new MoneyChange.StatementPaid(Site.CLIMATE, "2001-01", "2001-02-01", "bank 7");
          default ->
              new MoneyChange.Price(
                  new PriceItem(
                      random.nextBoolean() ? Site.PARTITION : null,
                      random.nextBoolean() ? Site.LOW : null,
                      random.nextInt(200) * 1_000L,
                      "CNY",
                      0,
                      0,
                      480,
                      List.of(new DayFactor(0, 60 + random.nextInt(1_380), 500)),
                      terms()));
        };
    Actor clerk = Site.CLERKS.get(random.nextInt(2));
    people.ask(
        "propose",
        new Input.ProposeMoney(clerk, change, "proposed"),
        reply -> {
          if (reply instanceof Reply.Proposed(long proposal)) {
            plan(random.nextInt(MAX_PAUSE_MS), () -> decide(proposal));
          }
        });
  }

  /** A month long before the first fact: nothing is late for it. */
  private MoneyChange month() {
    long toMs = random.nextBoolean() ? 980_000_000_000L : timeline.nowMs() + MAX_PAUSE_MS;
    return new MoneyChange.CloseMonth("2001-01", toMs, 2000 + random.nextInt(4));
  }

  private ContractTerms contract() {
    return new ContractTerms(
        "HT-" + random.nextInt(3),
        random.nextBoolean() ? Site.CLIMATE : Site.MATERIALS,
        random.nextBoolean() ? "partner" : "",
        0,
        random.nextBoolean() ? 0 : timeline.nowMs() + MAX_PAUSE_MS + random.nextInt(300_000),
        "");
  }

  private Allowance allowance() {
    return new Allowance(
        random.nextBoolean() ? Site.CLIMATE : Site.MATERIALS,
        AllowanceKind.values()[random.nextInt(3)],
        1 + random.nextLong(1L << random.nextInt(10, 28)),
        random.nextBoolean() ? Site.PARTITION : null,
        0,
        random.nextBoolean() ? 0 : timeline.nowMs() + MAX_PAUSE_MS + random.nextInt(300_000));
  }

  private PriceTerms terms() {
    String kind = random.nextBoolean() ? "fat" : "";
    String customers = random.nextInt(3) == 0 ? "partner" : "";
    boolean either = random.nextBoolean();
    return switch (random.nextInt(6)) {
      case 5 -> new PriceTerms(Resource.ENERGY, "", "", customers, false, false);
      case 4 -> new PriceTerms(Resource.RESERVED, "", kind, customers, false, false);
      case 0 -> new PriceTerms(Resource.MEMORY, "", kind, customers, false, either);
      case 1 -> new PriceTerms(Resource.ACCELERATORS, "gpu", kind, customers, false, either);
      default ->
          new PriceTerms(Resource.CORES, "", kind, customers, either, false)
              .with(
                  either ? List.of(new PriceTier(1, 1_000L * random.nextInt(90))) : List.of(),
                  random.nextBoolean() ? 1 : 0,
                  random.nextInt(3) == 0 ? random.nextInt(9_000) : 0);
    };
  }

  private void decide(long proposal) {
    people.ask(
        "decide",
        new Input.DecideMoney(
            Site.CLERKS.get(random.nextInt(2)), proposal, random.nextInt(4) > 0, "decided"),
        reply -> {});
  }

  /** Takes in what is durable, or a part of it. */
  private void read() {
    ServerLife life = server.get();
    if (life == null || life.stopped() || life.log().durablePosition() <= taken) {
      return;
    }
    long durable = life.log().durablePosition();
    readUntil(resting ? durable : taken + 1 + random.nextLong(durable - taken));
  }

  private void readUntil(long until) {
    List<LoggedEvent> events = new ArrayList<>();
    try (LogCursor cursor = server.get().log().read(taken + 1)) {
      for (LogEntry next = cursor.next();
          next != null && next.position() <= until;
          next = cursor.next()) {
        events.add(CommittedReader.decode(next));
      }
    }
    events.forEach(ledger::record);
    teller.taken(events);
    taken = events.isEmpty() ? taken : events.getLast().position();
  }

  private void tell() {
    List<BudgetTold> words =
        seams.budgets(teller.due(ledger.books().budgets(), taken, teller.takeMoved()));
    if (words.isEmpty()) {
      return;
    }
    if (!resting && random.nextInt(4) == 0) {
      teller.lost(words);
    } else {
      say(words);
    }
    if (random.nextInt(4) == 0) {
      plan(random.nextInt(MAX_DELAY_MS), () -> say(words));
    }
  }

  private void say(List<BudgetTold> words) {
    people.ask("tell " + words.size() + " budgets", new Input.TellBudgets(words), reply -> {});
  }
}
