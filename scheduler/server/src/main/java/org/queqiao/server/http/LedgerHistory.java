package org.queqiao.server.http;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.JobState;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.JobQuery;
import org.queqiao.server.view.OperatorEnding;
import org.queqiao.server.view.Scope;

/** What accounting remembers of jobs. Every method waits for the database. */
final class LedgerHistory {
  /** Pages of the books that one page of an answer may take, when a filter passes few. */
  private static final int MAX_PAGES = 20;

  private static final long PATIENCE_NANOS = 1_000_000_000;
  private static final long LOOK_AGAIN_NANOS = 1_000_000;

  private final LedgerReads reads;
  private final LongSupplier position;

  /**
   * The history of some books.
   *
   * @param position up to which they have taken in the log
   */
  LedgerHistory(LedgerReads reads, LongSupplier position) {
    this.reads = reads;
    this.position = position;
  }

  /**
   * Waits until the books have taken in a position, so that a read after an answer sees what was
   * answered; for a second at most, when the books are far behind.
   */
  void awaitBooks(long wanted) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (position.getAsLong() < wanted && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  /**
   * Waits in the same way, and refuses where the books are behind then: for what is decided by
   * them.
   */
  void needBooks(long wanted) {
    awaitBooks(wanted);
    if (position.getAsLong() < wanted) {
      throw Refused.busy(
          "the books are at position "
              + position.getAsLong()
              + " of the log and "
              + wanted
              + " was seen: try again");
    }
  }

  /** Up to which position the books have taken in the log. */
  long position() {
    return position.getAsLong();
  }

  /** What a scope means to the books. */
  static LedgerReads.Scope scope(Scope scope) {
    return scope.everything()
        ? LedgerReads.Scope.ALL
        : new LedgerReads.Scope(
            List.of(scope.user().value()),
            scope.projects().stream().map(ProjectName::value).toList());
  }

  /** A job that this scope shows. */
  Optional<JobRow> find(Scope scope, long id) {
    return reads.job(new JobId(id)).filter(row -> scope.sees(row.user(), row.project()));
  }

  /** Ended jobs with a lower number than this, the newest first, at most the limit. */
  List<JobDocument> page(JobQuery query, long beforeId) {
    Set<JobState> states = query.states();
    String only = states.size() == 1 ? states.iterator().next().name() : null;
    String user = query.user() == null ? null : query.user().value();
    String project = query.project() == null ? null : query.project().value();
    JobId array = query.array() == 0 ? null : new JobId(query.array());
    LedgerReads.Which which =
        new LedgerReads.Which(user, project, only, array, scope(query.scope()));
    List<JobDocument> found = new ArrayList<>();
    long before = beforeId;
    for (int page = 0; page < MAX_PAGES && found.size() < query.limit(); page++) {
      List<JobRow> rows = reads.jobsBefore(before, which, LedgerReads.MAX_ROWS);
      List<JobRow> shown = new ArrayList<>();
      rows.stream()
          .filter(row -> matches(states, row))
          .limit(query.limit() - found.size())
          .forEach(shown::add);
      found.addAll(documents(shown));
      if (rows.size() < LedgerReads.MAX_ROWS) {
        break;
      }
      before = rows.getLast().id().value();
    }
    return found;
  }

  /** A job that this scope shows, as REST shows it. */
  Optional<JobDocument> document(Scope scope, long id) {
    return find(scope, id).map(row -> documents(List.of(row)).getFirst());
  }

  private List<JobDocument> documents(List<JobRow> rows) {
    Map<Long, OperatorEnding> endings =
        endings(
            rows.stream()
                .filter(row -> row.attempt() > 0)
                .collect(Collectors.toMap(row -> row.id().value(), JobRow::attempt)));
    return rows.stream().map(row -> document(row, endings.get(row.id().value()))).toList();
  }

  /** Who told runs to end, by their job. */
  private Map<Long, OperatorEnding> endings(Map<Long, Integer> runs) {
    Map<Long, OperatorEnding> found = new HashMap<>();
    reads
        .operatorEnds()
        .of(runs)
        .forEach((job, each) ->
            found.put(
                job,
                new OperatorEnding(
                    runs.get(job), each.cause(), each.by(), each.atMs(), each.reason())));
    return found;
  }

  private static boolean matches(Set<JobState> states, JobRow row) {
    JobState state = JobState.valueOf(row.state());
    return state.isTerminal() && (states.isEmpty() || states.contains(state));
  }

  /**
   * Gives each entry its charge where the books have its end, and who told its latest run to end;
   * nothing while they cannot be read.
   */
  void complete(Collection<JobEntry> entries) {
    Map<Long, JobRow> rows;
    Map<Long, OperatorEnding> endings;
    long booked = position.getAsLong();
    List<JobEntry> unknown =
        entries.stream()
            .filter(each -> !each.knowsOperatorEnding() && each.position() <= booked)
            .toList();
    try {
      rows = reads.jobs(entries.stream().map(JobEntry::id).toList());
      endings =
          endings(
              unknown.stream()
                  .collect(Collectors.toMap(JobEntry::id, each -> each.status().attempt())));
    } catch (LedgerUnavailable away) {
      return;
    }
    for (JobEntry each : entries) {
      JobRow row = rows.get(each.id());
      if (row != null && JobState.valueOf(row.state()).isTerminal()) {
        each.charged(new JobEntry.Charge(row.chargeMicro(), row.currency()));
      }
    }
    unknown.forEach(each -> each.endedBy(Optional.ofNullable(endings.get(each.id()))));
  }

  /** A job of the books as REST shows it. */
  private static JobDocument document(JobRow row, OperatorEnding operatorEnd) {
    boolean ran = row.attempt() > 0;
    boolean scriptEnded = row.exitCode() >= 0;
    return new JobDocument(
        row.id().value(),
        row.name(),
        row.user().value(),
        row.project().value(),
        JobDocument.orNull(mainDomain(row.domains())),
        row.partition().value(),
        JobState.valueOf(row.state()),
        null,
        row.submitMs(),
        ran ? (Long) row.startMs() : null,
        row.endMs(),
        scriptEnded ? (Integer) row.exitCode() : null,
        scriptEnded && row.signal() > 0 ? (Integer) row.signal() : null,
        row.nodes(),
        Math.toIntExact(row.cores()),
        row.coreMs(),
        row.chargeMicro(),
        JobDocument.orNull(row.currency()),
        null,
        null,
        null,
        row.memBytes(),
        null,
        row.limitMs(),
        JobDocument.orNull(row.workDir()),
        row.stdoutPath(),
        JobDocument.orNull(row.stderrPath()),
        row.attempt(),
        JobDocument.orNull(row.detail()),
        null,
        null,
        null,
        null,
        null,
        null,
        row.task(),
        null,
        null,
        null,
        null,
        row.quote(),
        JobDocument.orNull(row.endUser()),
        operatorEnd);
  }

  private static String mainDomain(List<DomainShare> shares) {
    DomainShare best = null;
    for (DomainShare share : shares) {
      if (best == null || share.permille() > best.permille()) {
        best = share;
      }
    }
    return best == null ? "" : best.domain().value();
  }
}
