package org.queqiao.server.view;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;

/**
 * The jobs in memory: all that have not ended, and of those that have the newest, by number.
 *
 * <pre>
 *   all        every job
 *   byUser     of one account           each index is sorted by number, the newest first;
 *   byProject  of one project           a question is answered from the smallest that has it all
 *   byState    in one state that is not final
 *   byArray    the tasks of one array
 * </pre>
 *
 * Below the horizon only jobs that have not ended are here; the others are history. Written by one
 * thread.
 */
public final class JobTable {
  /** Most entries that one question looks at; a page that stops there is short and has a cursor. */
  private static final int MAX_SCAN = 50_000;

  private final int keptFinished;
  private final JobIndex all = new JobIndex();
  private final Map<UserName, JobIndex> byUser = new ConcurrentHashMap<>();
  private final Map<ProjectName, JobIndex> byProject = new ConcurrentHashMap<>();
  private final Map<JobState, JobIndex> byState = new EnumMap<>(JobState.class);
  private final Map<Long, JobIndex> byArray = new ConcurrentHashMap<>();
  private int finished;
  private volatile long horizon;

  /**
   * An empty table.
   *
   * @param keptFinished how many ended jobs stay in memory
   */
  JobTable(int keptFinished) {
    this.keptFinished = keptFinished;
    for (JobState state : JobState.values()) {
      if (!state.isTerminal()) {
        byState.put(state, new JobIndex());
      }
    }
  }

  /**
   * A page of jobs.
   *
   * @param items the newest first
   * @param nextBefore ask for jobs with a number below this to go on; 0 when there are no more here
   */
  public record Page(List<JobEntry> items, long nextBefore) {}

  void add(JobEntry entry) {
    all.add(entry);
    byUser.computeIfAbsent(entry.user(), _ -> new JobIndex()).add(entry);
    byProject.computeIfAbsent(entry.project(), _ -> new JobIndex()).add(entry);
    if (entry.task() != null) {
      byArray.computeIfAbsent(entry.task().array().value(), _ -> new JobIndex()).add(entry);
    }
    JobIndex live = byState.get(entry.status().state());
    if (live != null) {
      count(entry, entry.status().state(), 1);
      live.add(entry);
    } else {
      finished++;
    }
  }

  /** Moves an entry on; in the index of its new state before it leaves that of the old one. */
  void change(JobEntry entry, JobStatus next, long position) {
    JobIndex before = byState.get(entry.status().state());
    JobIndex after = byState.get(next.state());
    count(entry, entry.status().state(), -1);
    count(entry, next.state(), 1);
    entry.become(next, position);
    if (before == after) {
      return;
    }
    if (after != null) {
      after.add(entry);
    } else {
      finished++;
    }
    if (before != null) {
      before.remove(entry);
    }
    evict();
  }

  /** Counts a task for its array. */
  private void count(JobEntry entry, JobState state, int change) {
    JobEntry array = entry.task() == null ? null : find(entry.task().array().value());
    if (array != null && array.counts() != null) {
      array.counts(array.counts().plus(state, change));
    }
  }

  /**
   * Lets the oldest ended jobs go, by number, a tenth at once, so that history begins at a line.
   */
  void evict() {
    if (finished <= keptFinished + keptFinished / 10) {
      return;
    }
    Iterator<JobEntry> oldest = all.oldestFirst();
    List<JobEntry> gone = new ArrayList<>();
    while (finished - gone.size() > keptFinished && oldest.hasNext()) {
      JobEntry entry = oldest.next();
      if (entry.status().state().isTerminal()) {
        gone.add(entry);
      }
    }
    if (gone.isEmpty()) {
      return;
    }
    horizon = Math.max(horizon, gone.getLast().id());
    gone.forEach(this::remove);
    finished -= gone.size();
  }

  /** Puts another entry in the place of one of the same number and state. */
  void replace(JobEntry before, JobEntry after) {
    all.add(after);
    if (!before.project().equals(after.project())) {
      byProject.get(before.project()).remove(before);
    }
    byUser.get(after.user()).add(after);
    byProject.computeIfAbsent(after.project(), _ -> new JobIndex()).add(after);
    JobIndex live = byState.get(after.status().state());
    if (live != null) {
      live.add(after);
    }
    if (after.task() != null) {
      byArray.get(after.task().array().value()).add(after);
    }
  }

  private void remove(JobEntry entry) {
    all.remove(entry);
    byUser.get(entry.user()).remove(entry);
    byProject.get(entry.project()).remove(entry);
    if (entry.task() != null) {
      byArray.computeIfPresent(
          entry.task().array().value(),
          (_, tasks) -> {
            tasks.remove(entry);
            return tasks.size() == 0 ? null : tasks;
          });
    }
  }

  /** Everything up to this number that has ended is history. */
  void beginAt(long lastJobId) {
    horizon = lastJobId;
  }

  /** A job with this number has ended and is history, whatever is here. */
  void historyUpTo(long number) {
    horizon = Math.max(horizon, number);
  }

  /** The highest number at which an ended job may be missing here. */
  public long horizon() {
    return horizon;
  }

  /** The job with this number, or null when it is not here. */
  public JobEntry find(long id) {
    return all.find(id);
  }

  /** How many jobs are in a state that is not final. */
  public int count(JobState live) {
    return byState.get(live).size();
  }

  public int size() {
    return all.size();
  }

  /** Answers a question from the smallest indexes that hold every possible answer. */
  public Page page(JobQuery query) {
    PriorityQueue<Head> heads =
        new PriorityQueue<>(Comparator.comparingLong(head -> -head.at.id()));
    for (JobIndex index : sources(query)) {
      Head.push(heads, index.before(query.beforeId()));
    }
    List<JobEntry> items = new ArrayList<>();
    long lastId = query.beforeId();
    for (int scanned = 0; !heads.isEmpty(); scanned++) {
      Head head = heads.poll();
      JobEntry entry = head.at;
      Head.push(heads, head.rest);
      if (entry.id() >= lastId) {
        continue;
      }
      lastId = entry.id();
      if (query.matches(entry)) {
        items.add(entry);
      }
      if (items.size() == query.limit() || scanned >= MAX_SCAN) {
        return new Page(items, heads.isEmpty() ? 0 : lastId);
      }
    }
    return new Page(items, 0);
  }

  /** The next entry of a source, with what follows. */
  private record Head(JobEntry at, Iterator<JobEntry> rest) {
    static void push(PriorityQueue<Head> heads, Iterator<JobEntry> source) {
      if (source.hasNext()) {
        heads.add(new Head(source.next(), source));
      }
    }
  }

  private List<JobIndex> sources(JobQuery query) {
    List<JobIndex> best = query.scope().everything() ? List.of(all) : ofScope(query);
    if (query.user() != null) {
      best = smaller(best, present(byUser.get(query.user())));
    }
    if (query.project() != null) {
      best = smaller(best, present(byProject.get(query.project())));
    }
    if (query.array() != 0) {
      return present(byArray.get(query.array()));
    }
    return query.onlyLive()
        ? smaller(best, query.states().stream().map(byState::get).toList())
        : best;
  }

  private List<JobIndex> ofScope(JobQuery query) {
    List<JobIndex> own = new ArrayList<>(present(byUser.get(query.scope().user())));
    for (ProjectName project : query.scope().projects()) {
      own.addAll(present(byProject.get(project)));
    }
    return own;
  }

  private static List<JobIndex> present(JobIndex index) {
    return index == null ? List.of() : List.of(index);
  }

  private static List<JobIndex> smaller(List<JobIndex> a, List<JobIndex> b) {
    return b.stream().mapToLong(JobIndex::size).sum() < a.stream().mapToLong(JobIndex::size).sum()
        ? b
        : a;
  }
}
