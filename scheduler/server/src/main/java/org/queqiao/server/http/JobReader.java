package org.queqiao.server.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Door;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.JobQuery;
import org.queqiao.server.view.JobStatus;
import org.queqiao.server.view.JobTable;
import org.queqiao.server.view.Scope;

/**
 * Puts jobs together for readers: from memory, with the reason why a job waits (which only the
 * machine knows), the charge (which only accounting knows), and older jobs from history.
 */
final class JobReader {
  /** Jobs whose reason is asked for at once: the machine's thread is held up only so long. */
  private static final int REASONS_AT_ONCE = 100;

  private final ClusterView view;
  private final StateQuestions questions;
  private final LedgerHistory history;
  private final Blocking blocking;

  /**
   * A page of jobs for a reader.
   *
   * @param nextBefore as in {@link JobTable.Page}
   */
  record Page(List<JobDocument> items, long nextBefore) {}

  JobReader(ClusterView view, Door door, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.questions = new StateQuestions(door);
    this.history = history;
    this.blocking = blocking;
  }

  /** Finds a job that the asker may see. */
  void find(Call call, long id, Consumer<JobDocument> found, Runnable missing) {
    Scope scope = view.site().scopeOf(call.principal().user());
    JobEntry entry = view.jobs().find(id);
    if (entry != null) {
      if (scope.sees(entry.user(), entry.project())) {
        one(call, entry, found);
      } else {
        missing.run();
      }
      return;
    }
    if (id > view.jobs().horizon()) {
      missing.run();
      return;
    }
    blocking.ask(
        call,
        () -> history.document(scope, id),
        document -> document.ifPresentOrElse(found, missing));
  }

  /**
   * Finds the job that stands for a task of an array: its own once it has started, until then the
   * array.
   *
   * @param missing takes what is wrong with the question, or that nobody can say now
   */
  void task(
      Call call,
      JobDocument array,
      int index,
      Consumer<JobDocument> found,
      Consumer<Refused> missing) {
    JobId id = new JobId(array.id());
    questions.ask(
        call,
        state ->
            new Standing(
                state.task(id, index).orElse(null),
                state.waitingTasks(id).map(all -> all.ordinalOf(index) >= 0).orElse(false)),
        standing -> {
          if (standing.own() != null) {
            find(
                call,
                standing.own().value(),
                found,
                () -> missing.accept(Refused.notFound(JobRoutes.NOT_THERE)));
          } else if (standing.waits()) {
            found.accept(array);
          } else {
            missing.accept(
                Refused.invalid(
                    "task",
                    "job "
                        + array.id()
                        + " has no task "
                        + index
                        + " that waits, runs or ended lately"));
          }
        },
        () -> missing.accept(Refused.schedulerBusy()));
  }

  private record Standing(JobId own, boolean waits) {}

  /** What the latest run of a job that was found holds or held, as far as the state knows. */
  void held(Call call, JobDocument job, Consumer<HeldDocument> answer) {
    if (job.attempt() == 0) {
      answer.accept(HeldDocument.UNKNOWN);
      return;
    }
    JobId id = new JobId(job.id());
    questions.ask(
        call,
        state -> state.job(id).map(ClusterImage.JobImage::allocations).orElse(List.of()),
        found -> answer.accept(found.isEmpty() ? HeldDocument.UNKNOWN : new HeldDocument(found)),
        () -> answer.accept(HeldDocument.UNKNOWN));
  }

  /** One job waits a moment for what the books say of it; a list does not. */
  private void one(Call call, JobEntry entry, Consumer<JobDocument> found) {
    Consumer<List<JobDocument>> answer =
        documents -> waiting(call, entry, documents.getFirst(), found);
    if (isComplete(entry)) {
      explain(call, List.of(entry), answer);
      return;
    }
    blocking.ask(
        call,
        () -> {
          history.awaitBooks(entry.position());
          history.complete(List.of(entry));
          return List.of(entry);
        },
        done -> explain(call, done, answer));
  }

  /** Adds to an array which of its tasks have not started, which the machine alone knows. */
  private void waiting(Call call, JobEntry entry, JobDocument known, Consumer<JobDocument> found) {
    if (known.array() == null || entry.counts().waiting() == 0) {
      found.accept(known);
      return;
    }
    JobId id = new JobId(entry.id());
    questions.ask(
        call,
        state -> new Waiting(text(state.waitingTasks(id)), text(state.heldTasks(id))),
        tasks ->
            found.accept(
                tasks.all() == null ? known : known.withWaiting(tasks.all(), tasks.held())),
        () -> found.accept(known));
  }

  /** Tasks that have not started, and those of them that are held one by one, or null. */
  private record Waiting(String all, String held) {}

  private static String text(Optional<TaskIndices> tasks) {
    return tasks.map(each -> each.shortened(JobDocument.ArrayDocument.MAX_RANGES)).orElse(null);
  }

  /** A page: memory first; what is older and has ended comes from history, merged by number. */
  void page(Call call, JobQuery query, Consumer<Page> answer) {
    JobTable.Page memory = view.jobs().page(query);
    long horizon = view.jobs().horizon();
    boolean ofMemory = query.onlyLive() || lowest(memory) > horizon || horizon == 0;
    complete(
        call,
        memory.items(),
        documents -> {
          if (ofMemory) {
            answer.accept(new Page(documents, memory.nextBefore()));
          } else {
            blocking.ask(
                call, () -> merged(query, documents, memory.nextBefore(), horizon), answer);
          }
        });
  }

  /** Below which number memory has not looked. */
  private static long lowest(JobTable.Page memory) {
    return memory.nextBefore() == 0 ? Long.MIN_VALUE : memory.nextBefore();
  }

  private Page merged(JobQuery query, List<JobDocument> memory, long memoryNext, long horizon) {
    long before = Math.min(query.beforeId(), horizon == Long.MAX_VALUE ? horizon : horizon + 1);
    List<JobDocument> old = history.page(query, before);
    Map<Long, JobDocument> byId = new java.util.TreeMap<>(java.util.Comparator.reverseOrder());
    for (JobDocument each : old) {
      if (each.id() >= memoryNext) {
        byId.put(each.id(), each);
      }
    }
    memory.forEach(each -> byId.put(each.id(), each));
    List<JobDocument> items = new ArrayList<>(byId.values());
    boolean cut = items.size() > query.limit();
    if (cut) {
      items = items.subList(0, query.limit());
    }
    boolean more = cut || memoryNext != 0 || old.size() >= query.limit();
    long next = more && !items.isEmpty() ? items.getLast().id() : more ? memoryNext : 0;
    return new Page(items, next);
  }

  /**
   * Adds reasons and charges. Without them a job can still be shown, so a busy scheduler leaves
   * null.
   */
  private void complete(Call call, List<JobEntry> entries, Consumer<List<JobDocument>> answer) {
    long booked = history.position();
    List<JobEntry> incomplete =
        entries.stream().filter(each -> each.position() <= booked && !isComplete(each)).toList();
    if (incomplete.isEmpty()) {
      explain(call, entries, answer);
      return;
    }
    blocking.ask(
        call,
        () -> {
          history.complete(incomplete);
          return entries;
        },
        done -> explain(call, done, answer));
  }

  /** Whether the books have nothing more to say about it now. */
  private boolean isComplete(JobEntry entry) {
    return isCharged(entry) && entry.knowsOperatorEnding();
  }

  /** Whether there is nothing more to learn about its charge now. */
  private boolean isCharged(JobEntry entry) {
    JobStatus status = entry.status();
    if (!status.state().isTerminal() || entry.charge() != null) {
      return true;
    }
    if (status.attempt() > 0) {
      return false;
    }
    String currency =
        view.site()
            .priceAt(entry.partition(), status.endMs())
            .map(TariffDefined::currency)
            .orElse("");
    entry.charged(new JobEntry.Charge(0, currency));
    return true;
  }

  private void explain(Call call, List<JobEntry> entries, Consumer<List<JobDocument>> answer) {
    List<JobId> waiting =
        entries.stream()
            .filter(each -> each.state() == JobState.PENDING && needsTheMachine(each))
            .map(each -> new JobId(each.id()))
            .toList();
    Map<Long, Known> reasons = new HashMap<>();
    explain(
        call,
        waiting,
        0,
        reasons,
        () ->
            answer.accept(
                entries.stream().map(each -> document(each, reasons.get(each.id()))).toList()));
  }

  /** What only the machine knows of a job that waits. */
  private record Known(PendingWhy why, long predictedMs) {}

  /** A hold explains itself, unless it came with a job that ran before. */
  private static boolean needsTheMachine(JobEntry entry) {
    JobStatus status = entry.status();
    return status.attempt() > 0 || !(status.heldByUser() || status.heldByAdministrator());
  }

  private void explain(
      Call call, List<JobId> waiting, int from, Map<Long, Known> reasons, Runnable done) {
    if (from >= waiting.size()) {
      done.run();
      return;
    }
    int to = Math.min(waiting.size(), from + REASONS_AT_ONCE);
    questions.ask(
        call,
        state -> {
          Map<Long, Known> found = new HashMap<>();
          for (JobId each : waiting.subList(from, to)) {
            found.put(each.value(), new Known(state.pendingWhy(each), state.predictedMs(each)));
          }
          return found;
        },
        found -> {
          reasons.putAll(found);
          explain(call, waiting, to, reasons, done);
        },
        done);
  }

  private static JobDocument document(JobEntry entry, Known known) {
    PendingWhy why = known == null ? null : known.why();
    String word = reason(entry, why == null ? null : why.word());
    boolean said = why != null && why.word().equals(word);
    return JobDocument.of(
        entry, word, said ? why.sentence() : "", known == null ? 0 : known.predictedMs());
  }

  private static String reason(JobEntry entry, String found) {
    JobStatus status = entry.status();
    if (entry.state() != JobState.PENDING) {
      return null;
    }
    if (found != null) {
      return found;
    }
    if (status.heldByAdministrator()) {
      return PendingReason.JOB_HELD_ADMIN.slurmWord();
    }
    return status.heldByUser() ? PendingReason.JOB_HELD_USER.slurmWord() : found;
  }
}
