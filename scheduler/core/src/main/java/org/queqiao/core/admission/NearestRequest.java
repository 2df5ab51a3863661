package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.placement.Feasibility.Cause;
import org.queqiao.core.placement.Feasibility.Impossible;
import org.queqiao.core.placement.WishKey;
import org.queqiao.core.state.Cluster;

/**
 * Finds the nearest requests that could run to one that never can. They are tried by the rules that
 * refused it, so whoever sends one of them exactly is not refused again.
 */
final class NearestRequest {
  /**
   * How many nodes may be gone through in all, which is about 50 ms. What was found until then is
   * answered; the last request that is tried may go beyond.
   */
  private static final long MOST_WALKED = 400_000;

  /** To try one shape of a request costs as much as to go through so many nodes, and more. */
  private static final int FOR_A_SHAPE = 400;

  private static final int MOST_NAMED = 3;
  private static final String NOTHING_KNOWN =
      "ask for less, or leave out what keeps it to few nodes";
  private static final int MOST_TOGETHER = 6;

  private final Cluster cluster;
  private final Predicate<JobRequest> isRight;
  private final Function<JobRequest, JobSpec> specs;
  private long walked;

  /** For which all nodes were gone through, by this search or whoever asked before. */
  private final TreeSet<WishKey> wishes = new TreeSet<>();

  /**
   * For requests of one account.
   *
   * @param isRight whether a request is right in itself
   * @param specs what a request that is right asks for
   */
  NearestRequest(
      Cluster cluster, Predicate<JobRequest> isRight, Function<JobRequest, JobSpec> specs) {
    this.cluster = cluster;
    this.isRight = isRight;
    this.specs = specs;
  }

  /** Refuses a request, with those next to it that could run. */
  Rejection refuse(JobRequest request, Impossible why) {
    // To be refused it was asked already.
    wishes.add(WishKey.of(specs.apply(request)));
    List<Lever> levers = RequestLevers.against(why.cause(), request);
    List<String> ask = new ArrayList<>();
    List<String> leave = new ArrayList<>();
    TreeSet<String> fields = new TreeSet<>();
    String first = "";
    long tasks = 0;
    long[] tried = new long[levers.size()];
    for (int i = 0; i < tried.length; i++) {
      // So a search that is cut knows what takes one try.
      tried[i] = levers.get(i).isOneTry() ? search(levers.get(i), request) : 0;
    }
    for (int i = 0; i < tried.length; i++) {
      Lever each = levers.get(i);
      if (fields.size() < MOST_NAMED && !fields.contains(each.field())) {
        long number = each.isOneTry() ? tried[i] : search(each, request);
        if (number != each.now()) {
          fields.add(each.field());
          tasks = each.field().equals("tasks") ? number : tasks;
          first = first.isEmpty() ? each.field() : first;
          String words = words(each, request, number);
          (words.startsWith("leave ") ? leave : ask).add(words);
        }
      }
    }
    if (!fields.contains(RequestLevers.MORE_NODES) && isOnNode(why)) {
      Optional<String> most = TasksOnNodes.most(request, tasks, this::couldRun);
      most.ifPresent(ask::add);
      first = first.isEmpty() && most.isPresent() ? "tasks" : first;
    }
    if (first.isEmpty()) {
      return together(request, why)
          .orElseGet(() -> refused(why.field(), why.problem() + ": " + NOTHING_KNOWN));
    }
    StringBuilder advice = new StringBuilder();
    for (int i = 0; i < ask.size(); i++) {
      advice.append(i == 0 ? "ask for " : i == ask.size() - 1 ? ", or for " : ", for ");
      advice.append(ask.get(i));
    }
    for (String each : leave) {
      advice.append(advice.isEmpty() ? "" : ", or ").append(each);
    }
    return refused(field(why, first), why.problem() + ": " + advice);
  }

  /** What is too much on one node is in the field that may be less. */
  private static String field(Impossible why, String first) {
    boolean own = !why.field().equals("components") && !first.startsWith("component ");
    return own && isOnNode(why) && !first.equals(RequestLevers.MORE_NODES)
        ? first.split(" ", 2)[0]
        : why.field();
  }

  private static boolean isOnNode(Impossible why) {
    return why.cause().compareTo(Cause.CORES) >= 0 && why.cause().compareTo(Cause.TOGETHER) <= 0;
  }

  private static Rejection refused(String field, String message) {
    return new Rejection(Rejection.Code.INVALID, field, message);
  }

  /** A request on the way to one that could run, and how to ask for it. */
  private record Way(JobRequest request, List<String> words) {}

  /** Several numbers that must all be others. */
  private Optional<Rejection> together(JobRequest request, Impossible why) {
    Way way = new Way(request, List.of());
    Impossible last = why;
    for (int i = 0; i < MOST_TOGETHER && last != null; i++) {
      Impossible left = last;
      Way next = beyond(way, tried -> isBeyond(tried, found -> found.isBeyond(left)), left.cause());
      if (next == null) {
        return Optional.empty();
      }
      way = next;
      if (!mayTry(way.request())) {
        return Optional.empty();
      }
      last = neverRuns(way.request()).orElse(null);
    }
    if (last != null || !couldRun(way.request())) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>(way.words());
    words.replaceAll(each -> each.startsWith("leave ") ? each : "ask for " + each);
    return Optional.of(refused(why.field(), why.problem() + ": " + String.join(", and ", words)));
  }

  /** One number on, or two where one is not enough; null where these are not either. */
  private Way beyond(Way way, Predicate<JobRequest> holds, Cause cause) {
    List<Lever> levers = RequestLevers.against(cause, way.request());
    for (Lever each : levers) {
      long number = each.search(way.request(), holds);
      if (number != each.now()) {
        return moved(way, each, number);
      }
    }
    for (int i = 0; i < levers.size() && i < MOST_NAMED; i++) {
      Lever first = levers.get(i);
      JobRequest furthest = first.move().to(way.request(), first.bound());
      for (Lever second : levers) {
        long number = second.equals(first) ? second.now() : second.search(furthest, holds);
        if (number != second.now()) {
          Way half = moved(way, second, number);
          long least = first.search(half.request(), holds);
          return moved(half, first, least == first.now() ? first.bound() : least);
        }
      }
    }
    return null;
  }

  private static Way moved(Way way, Lever lever, long number) {
    List<String> words = new ArrayList<>(way.words());
    words.add(lever.words().apply(number));
    return new Way(lever.move().to(way.request(), number), words);
  }

  private long search(Lever lever, JobRequest request) {
    if (!lever.field().equals(RequestLevers.MORE_NODES)) {
      return lever.search(request, this::couldRun);
    }
    // Too many nodes are no answer either: the fewest on which what each has to give suffices.
    long number =
        lever.search(
            request, tried -> isBeyond(tried, each -> each.cause().compareTo(Cause.TOGETHER) > 0));
    return couldRun(lever.move().to(request, number)) ? number : lever.now();
  }

  /** Fewer nodes with all tasks where these fit there, else with as many as fit. */
  private String words(Lever lever, JobRequest request, long number) {
    boolean all =
        lever.field().equals("nodes") && couldRun(request.toBuilder().nodes((int) number).build());
    return all ? RequestLevers.nodes(number) : lever.words().apply(number);
  }

  private boolean couldRun(JobRequest request) {
    return mayTry(request) && neverRuns(request).isEmpty();
  }

  /** Whether a request could run, or is refused for something that is looked for later. */
  private boolean isBeyond(JobRequest request, Predicate<Impossible> later) {
    return mayTry(request) && neverRuns(request).map(later::test).orElse(true);
  }

  private boolean mayTry(JobRequest request) {
    if (walked >= MOST_WALKED) {
      return false;
    }
    walked += FOR_A_SHAPE;
    if (!isRight.test(request)) {
      return false;
    }
    JobSpec spec = specs.apply(request);
    long shapes = (long) FOR_A_SHAPE * (spec.shapes().size() - 1);
    return walked + shapes + cluster.candidates().leastWalked(spec) <= MOST_WALKED;
  }

  private Optional<Impossible> neverRuns(JobRequest request) {
    JobSpec spec = specs.apply(request);
    // Whether the nodes of a wish are known already must change no answer.
    walked += wishes.add(WishKey.of(spec)) ? cluster.candidates().walkedForWish(spec) : 0;
    long before = cluster.candidates().walkedForLayouts();
    Optional<Impossible> never = cluster.candidates().neverRuns(spec, false);
    walked += (long) FOR_A_SHAPE * (spec.shapes().size() - 1);
    walked += cluster.candidates().walkedForLayouts() - before;
    return never;
  }
}
