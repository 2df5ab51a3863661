package org.queqiao.simulator.check;

import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.queqiao.accounting.ShadowLedger;
import org.queqiao.accounting.ledger.Budget;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.simulator.Seams;

/** Books the durable facts as the real ledger does and checks what was posted. */
final class BooksCheck {
  private final ModelCluster model;
  private final Seams seams;
  private final ShadowLedger ledger = new ShadowLedger(new BillingCalendar(ZoneOffset.UTC));
  private final TreeMap<String, Long> transactionSums = new TreeMap<>();
  private final TreeSet<String> ids = new TreeSet<>();
  private final TreeMap<RunId, Long> billedCoreMs = new TreeMap<>();
  private final TreeMap<RunId, Long> heldMicro = new TreeMap<>();
  private final TreeSet<RunId> open = new TreeSet<>();
  private final TreeSet<ProjectName> prepaid = new TreeSet<>();
  private boolean gate = true;
  private int checked;

  BooksCheck(ModelCluster model, Seams seams) {
    this.model = model;
    this.seams = seams;
  }

  /** The next durable fact, which the model has taken in already. */
  void accept(LoggedEvent event) {
    ledger.record(event);
    List<Posting> all = ledger.books().postings();
    int before = all.size();
    transactionSums.clear();
    for (Posting posting : seams.postings(List.copyOf(all.subList(checked, before)))) {
      take(posting);
    }
    checked = before;
    transactionSums.forEach((transaction, sum) ->
        require(sum == 0, Invariant.I18, () -> transaction + " is off by " + sum));
    ledger.record(event);
    require(
        ledger.books().postings().size() == before,
        Invariant.I19,
        () -> "position " + event.position() + " posts again when it is told again");
    wallets(event.event());
    if (event.event() instanceof JobAllocated allocated) {
      open.add(allocated.run());
      paid(allocated);
    } else if (event.event() instanceof JobRequeued requeued) {
      settled(requeued.run());
    } else if (event.event() instanceof JobEnded ended
        && ended.attempt() > 0
        && open.contains(new RunId(ended.job(), ended.attempt()))) {
      settled(new RunId(ended.job(), ended.attempt()));
    }
  }

  private void wallets(Event event) {
    switch (event) {
      case BudgetTold e -> prepaid.add(e.project());
      case CreditLineSet e -> prepaid.add(e.project());
      case JobPolicyDefined e -> gate = e.budgetGate();
      default -> {
        // says nothing of who pays before
      }
    }
  }

  /** Books that have every fact at once say whether a start was an overdraft. */
  private void paid(JobAllocated start) {
    RunId run = start.run();
    ProjectName own = model.job(run.job()).spec.project();
    ProjectName project = start.payer() == null ? own : start.payer();
    if (!gate || !prepaid.contains(project) || heldMicro.getOrDefault(run, 0L) == 0) {
      return;
    }
    for (Budget each : ledger.books().budgets()) {
      require(
          !each.project().equals(project) || each.balanceMicro() + each.creditMicro() >= 0,
          Invariant.I20,
          () ->
              run
                  + " holds "
                  + heldMicro.get(run)
                  + " micro-units; the wallet of "
                  + project
                  + " is at "
                  + each.balanceMicro()
                  + " with a credit line of "
                  + each.creditMicro());
    }
  }

  private void take(Posting posting) {
    require(ids.add(posting.id()), Invariant.I19, () -> posting.id() + " is posted twice");
    transactionSums.merge(
        posting.transaction() + " " + posting.unit() + " " + posting.currency(),
        posting.amount(),
        Math::addExact);
    if (posting.run() == null) {
      return;
    }
    if (posting.unit() == Unit.CORE_MS && posting.account().startsWith("usage:")) {
      billedCoreMs.merge(posting.run(), posting.amount(), Math::addExact);
    } else if (posting.unit() == Unit.MICRO && posting.account().startsWith("held:")) {
      heldMicro.merge(posting.run(), posting.amount(), Math::addExact);
    }
  }

  private void settled(RunId run) {
    open.remove(run);
    ModelJob job = model.job(run.job());
    long usedCoreMs =
        Math.multiplyExact((long) job.cores(), job.endMs - job.allocatedMs - job.unbilledMs);
    require(
        billedCoreMs.getOrDefault(run, 0L) == usedCoreMs,
        Invariant.I17,
        () ->
            run
                + " used "
                + usedCoreMs
                + " core-ms and is billed "
                + billedCoreMs.getOrDefault(run, 0L));
    require(
        heldMicro.getOrDefault(run, 0L) == 0,
        Invariant.I20,
        () -> run + " has ended and still holds " + heldMicro.get(run) + " micro-units");
  }

  /** At the end: no hold is open. */
  void atRest() {
    heldMicro.forEach((run, held) ->
        require(held == 0, Invariant.I20, () -> run + " still holds " + held + " micro-units"));
  }

  private static void require(boolean holds, Invariant invariant, Supplier<String> detail) {
    HistoryCheck.require(holds, invariant, detail);
  }
}
