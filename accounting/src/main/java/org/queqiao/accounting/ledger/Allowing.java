package org.queqiao.accounting.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.price.Covering;
import org.queqiao.contract.price.Covering.Draw;

/**
 * Posts what becomes of allowances, in core-milliseconds of their own unit: {@code allowance:N} is
 * what is left of allowance N, {@code drawing:N} what runs that go on hold of it, {@code drawn:P}
 * what runs of project P used, {@code expired:P} what it lost, and {@code allowances:P} where they
 * come from. What they pay of a run comes out of {@code covered:Q} of its partition as money, in
 * the same transaction, so that what was earned stays as it was posted.
 */
final class Allowing {
  private final BillingCalendar calendar;

  Allowing(BillingCalendar calendar) {
    this.calendar = calendar;
  }

  /** A project has an allowance from now on. */
  static void add(long id, Allowance allowance, LoggedEvent logged, Books books) {
    Covering.Left left = new Covering.Left(id, allowance, allowance.coreMs());
    books.allowances().put(new AllowanceBook.Row(left, 0));
    move(
        "allow/" + id,
        null,
        "allowances:" + allowance.project(),
        to(id),
        left.leftMs(),
        logged,
        books);
  }

  private static String to(long id) {
    return "allowance:" + id;
  }

  private static void move(
      String transaction,
      RunId run,
      String from,
      String to,
      long coreMs,
      LoggedEvent logged,
      Books books) {
    if (coreMs != 0) {
      books.post(pair(new Entry(transaction, run, logged, null), from, to, coreMs));
    }
  }

  private static List<Posting> pair(Entry entry, String from, String to, long coreMs) {
    return List.of(
        entry.time(to, Unit.ALLOWANCE_CORE_MS, coreMs),
        entry.time(from, Unit.ALLOWANCE_CORE_MS, Math.negateExact(coreMs)));
  }

  /** Posts away what is left of those that have ended by the time of a fact. */
  void expire(LoggedEvent logged, Books books) {
    for (AllowanceBook.Row row : books.allowances().over(logged.timeMs())) {
      Covering.Left left = row.left();
      lose("expire/" + left.id(), null, to(left.id()), row, left.leftMs(), logged, books);
      books.allowances().put(new AllowanceBook.Row(left.plus(-left.leftMs()), row.drawnMs()));
    }
  }

  private void lose(
      String transaction,
      RunId run,
      String from,
      AllowanceBook.Row row,
      long coreMs,
      LoggedEvent logged,
      Books books) {
    Covering.Left left = row.left();
    move(transaction, run, from, "expired:" + left.allowance().project(), coreMs, logged, books);
    books.note(
        entry(
                transaction,
                StatementEntry.Kind.ALLOWANCE_EXPIRED,
                left,
                "",
                run,
                calendar.month(logged.timeMs()),
                logged)
            .of(0, "", coreMs));
  }

  /** What a run takes at its start. */
  static List<Draw> draw(OpenRun open, JobRow job, LoggedEvent logged, Books books) {
    List<Draw> draws =
        Covering.draws(
            books.tariffs(),
            open.parts(job),
            open.startMs(),
            job.limitMs(),
            books.allowances().lefts(),
            books.allowances().order());
    for (Draw each : draws) {
      AllowanceBook.Row row = books.allowances().row(each.allowance());
      books.allowances().holds(each.allowance(), true);
      books
          .allowances()
          .put(
              new AllowanceBook.Row(
                  row.left().plus(-each.coreMs()), Math.addExact(row.drawnMs(), each.coreMs())));
      move(
          "draw/" + open.run() + "/" + each.allowance(),
          open.run(),
          to(each.allowance()),
          "drawing:" + each.allowance(),
          each.coreMs(),
          logged,
          books);
    }
    return draws;
  }

  /**
   * Posts what allowances paid of a run that is over, and what comes back to them.
   *
   * @param saved what of it was before its last checkpoint
   * @param costs what the run cost in each currency, from which what they paid is taken
   */
  void settle(
      JobRow job,
      OpenRun open,
      RunTime time,
      Optional<RefundCause> cause,
      Saved saved,
      long endMs,
      Map<String, Long> costs,
      LoggedEvent logged,
      Books books) {
    long lastMs = Math.max(open.startMs(), endMs - 1);
    String month =
        open.postsDays()
            ? books.months().billed(calendar.day(lastMs))
            : calendar.month(logged.timeMs());
    Cover cover = time.cover();
    use(job, open, time, "", month, logged, books);
    List<Draw> before = Covering.used(cover.draws(), saved.coreMs());
    for (int i = 0; i < cover.draws().size(); i++) {
      Draw draw = cover.draws().get(i);
      long usedMs = cover.usedMs(i);
      long behindMs = Math.subtractExact(usedMs, before.get(i).coreMs());
      cover
          .micro(i)
          .forEach((currency, paid) -> {
            if (paid != 0) {
              costs.merge(currency, Math.negateExact(paid), Math::addExact);
            }
          });
      AllowanceBook.Row row = books.allowances().row(draw.allowance());
      books
          .allowances()
          .put(
              new AllowanceBook.Row(
                  row.left(),
                  Math.subtractExact(row.drawnMs(), Math.subtractExact(draw.coreMs(), usedMs))));
      back(
          "undraw/" + open.run() + "/" + draw.allowance(),
          job,
          open.run(),
          draw.allowance(),
          "drawing:" + draw.allowance(),
          Math.subtractExact(draw.coreMs(), usedMs),
          false,
          logged,
          books);
      books.allowances().holds(draw.allowance(), false);
      back(
          "refund/" + open.run() + "/allowance/" + draw.allowance(),
          job,
          open.run(),
          draw.allowance(),
          "drawn:" + job.project(),
          cause.map(each -> books.refunds().refund(each, endMs, usedMs, behindMs)).orElse(0L),
          true,
          logged,
          books);
    }
  }

  /**
   * Posts what allowances pay of a run beyond what is posted already.
   *
   * @param suffix end of the names, so that each time that this is posted has others
   * @param month on whose statement stands what is posted for the first time
   */
  void use(
      JobRow job,
      OpenRun open,
      RunTime time,
      String suffix,
      String month,
      LoggedEvent logged,
      Books books) {
    time.allowed(month)
        .forEach((each, paid) -> {
          String end = each.equals(month) ? suffix : suffix + "/" + each;
          for (Draw draw : open.draws()) {
            long id = draw.allowance();
            Settled.Covered more = paid.getOrDefault(id, Settled.Covered.NOTHING);
            Map<String, Long> micro = new TreeMap<>(more.micro());
            use(job, open.run(), id, end, each, more.coreMs(), micro, logged, books);
            AllowanceBook.Row row = books.allowances().row(id);
            books
                .allowances()
                .put(
                    new AllowanceBook.Row(
                        row.left(), Math.subtractExact(row.drawnMs(), more.coreMs())));
          }
        });
  }

  private void use(
      JobRow job,
      RunId run,
      long id,
      String suffix,
      String month,
      long usedMs,
      Map<String, Long> micro,
      LoggedEvent logged,
      Books books) {
    micro.values().removeIf(paid -> paid == 0);
    if (usedMs == 0 && micro.isEmpty()) {
      return;
    }
    String transaction = "allowance/" + run + "/" + id + suffix;
    Entry entry = new Entry(transaction, run, logged, null);
    List<Posting> all = new ArrayList<>();
    if (usedMs != 0) {
      all.addAll(pair(entry, "drawing:" + id, "drawn:" + job.project(), usedMs));
    }
    StatementEntry note =
        entry(
            transaction,
            StatementEntry.Kind.ALLOWANCE,
            books.allowances().row(id).left(),
            job.user().value(),
            run,
            month,
            logged);
    boolean noted = false;
    for (Map.Entry<String, Long> each : micro.entrySet()) {
      long paid = each.getValue();
      all.add(entry.money("held:" + job.wallet(), each.getKey(), paid));
      all.add(entry.money("covered:" + job.partition(), each.getKey(), Math.negateExact(paid)));
      // A run of two currencies has an entry for each.
      StatementEntry one = noted ? note.also(each.getKey()) : note;
      books.note(one.of(paid, each.getKey(), noted ? 0 : usedMs).paidBy(job.wallet()));
      noted = true;
    }
    books.post(all);
    if (!noted) {
      books.note(note.of(0, "", usedMs));
    }
  }

  /** Core time comes back to an allowance, or is lost where that has ended. */
  private void back(
      String transaction,
      JobRow job,
      RunId run,
      long id,
      String from,
      long coreMs,
      boolean refund,
      LoggedEvent logged,
      Books books) {
    if (coreMs == 0) {
      return;
    }
    AllowanceBook.Row row = books.allowances().row(id);
    if (row.left().allowance().isOver(logged.timeMs())) {
      lose(transaction, run, from, row, coreMs, logged, books);
      return;
    }
    books.allowances().put(new AllowanceBook.Row(row.left().plus(coreMs), row.drawnMs()));
    move(transaction, run, from, to(id), coreMs, logged, books);
    if (refund) {
      books.note(
          entry(
                  transaction,
                  StatementEntry.Kind.ALLOWANCE_REFUND,
                  row.left(),
                  job.user().value(),
                  run,
                  calendar.month(logged.timeMs()),
                  logged)
              .of(0, "", coreMs));
    }
  }

  private StatementEntry entry(
      String transaction,
      StatementEntry.Kind kind,
      Covering.Left left,
      String user,
      RunId run,
      String month,
      LoggedEvent logged) {
    return new StatementEntry(
        transaction,
        kind,
        left.allowance().project(),
        month,
        user,
        run,
        left.allowance().kind() + " " + left.id(),
        "",
        0,
        "",
        logged.position());
  }
}
