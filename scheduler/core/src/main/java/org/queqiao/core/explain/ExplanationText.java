package org.queqiao.core.explain;

import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;
import org.queqiao.contract.snapshot.PromisedRoom;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.PriorityTerms;
import org.queqiao.core.message.Viewer;

/**
 * An explanation in sentences. Beside the jobs that the job itself names, they name those that the
 * one who asks may see.
 */
public final class ExplanationText {
  private static final long MILLION = 1_000_000;
  private static final long SECOND_MS = 1_000;
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 86_400_000;

  private ExplanationText() {}

  /**
   * Why a job waits.
   *
   * @param nowMs the moment that is explained
   * @param startsByMs when it starts if everything runs to its limit and nobody submits more; 0
   *     when that is not known
   * @param viewer who asks
   */
  public static String waiting(Explanation explained, long nowMs, long startsByMs, Viewer viewer) {
    NamedJobs named = new NamedJobs(viewer);
    ClusterImage.JobImage job = explained.job();
    StringJoiner out = new StringJoiner(" ");
    tasks(explained.tasks(), out);
    if (explained.tasks() != null && explained.tasks().waiting() == 0) {
      return out.toString();
    }
    String what = explained.tasks() == null ? "The job" : "The next task";
    out.add(what + " waits: " + explained.why().word() + ".");
    holds(job, out);
    terms(explained, nowMs, out);
    if (job.attempt() > 0 && !job.detail().isEmpty()) {
      out.add(ofItsRunBefore(job));
    }
    for (Explanation.LimitUse each : explained.limits()) {
      if (each.blocks()) {
        out.add("A limit holds it: " + LimitTree.sentence(job.user(), job.spec(), each) + ".");
      }
    }
    if (!explained.unpaid().isEmpty()) {
      out.add("Money or a budget holds it: " + explained.unpaid() + ".");
    }
    reserved(explained, nowMs, named, out);
    wishes(explained, out);
    room(explained, named, out);
    PreemptionText.add(explained, nowMs, named, out);
    if (explained.aheadCount() >= 0) {
      QueueText.add(explained, named, out);
    }
    if (job.promisedMs() > nowMs) {
      out.add("It was promised to start in " + duration(job.promisedMs() - nowMs) + ".");
    }
    PromisedRoom held = job.promisedRoom();
    if (held != null && held.fromMs() > Math.max(nowMs, job.promisedMs())) {
      out.add(
          "The room that it was promised is lost; other room is held for it from "
              + duration(held.fromMs() - nowMs)
              + " on.");
    }
    if (startsByMs > 0) {
      out.add(
          "If every job runs to its time limit and nobody submits more, "
              + (explained.tasks() == null ? "it" : "the next task")
              + " starts in "
              + duration(startsByMs - nowMs)
              + ".");
    }
    return out.toString();
  }

  /** Where the tasks of an array are. */
  private static void tasks(Explanation.Tasks tasks, StringJoiner out) {
    if (tasks == null) {
      return;
    }
    StringJoiner where = new StringJoiner(", ");
    if (tasks.waiting() > 0) {
      where.add(tasks.waiting() + (tasks.waiting() == 1 ? " waits" : " wait"));
    }
    if (tasks.running() > 0) {
      where.add(tasks.running() + (tasks.running() == 1 ? " runs" : " run"));
    }
    if (tasks.again() > 0) {
      where.add(
          tasks.again() + (tasks.again() == 1 ? " was" : " were") + " started and waits again");
    }
    for (ArrayImage.StateCount each : tasks.ended()) {
      where.add(each.count() + " ended " + each.state());
    }
    out.add("Of its " + count(tasks.all(), "task") + ": " + where + ".");
  }

  /** What reservations have to do with it: its own, and those that keep nodes from it. */
  private static void reserved(
      Explanation explained, long nowMs, NamedJobs named, StringJoiner out) {
    String word = explained.why().word();
    if (word.equals(PendingReason.RESERVATION.slurmWord())
        || word.equals(PendingReason.RESERVATION_DELETED.slurmWord())) {
      out.add("It asks for a reservation: " + explained.why().sentence() + ".");
    }
    long limitMs = explained.job().spec().limitMs();
    for (Explanation.Kept each : explained.kept()) {
      String name =
          (each.maintenance() ? "Maintenance" : named.names(each) ? "Reservation" : "A reservation")
              + (named.names(each) ? " " + each.name() : "");
      out.add(
          name
              + " keeps "
              + count(each.nodes(), "node")
              + " that it could use: it "
              + (each.open() ? "has begun" : "begins in " + duration(each.fromMs() - nowMs))
              + " and ends in "
              + duration(each.toMs() - nowMs)
              + (each.open() ? "." : ", and the job may run for " + duration(limitMs) + "."));
    }
  }

  private static void holds(ClusterImage.JobImage job, StringJoiner out) {
    if (job.heldForRequeues()) {
      out.add("It was started so often that an administrator must release it.");
    } else if (job.heldByAdministrator()) {
      out.add("An administrator holds it until somebody releases it.");
    } else if (job.heldByUser()) {
      out.add("It is held until its owner releases it.");
    }
  }

  private static void terms(Explanation explained, long nowMs, StringJoiner out) {
    ClusterImage.JobImage job = explained.job();
    if (job.spec().terms().beginMs() > nowMs) {
      out.add(
          "It asked not to start before a time that comes in "
              + duration(job.spec().terms().beginMs() - nowMs)
              + ".");
    }
    DependencyRule rule = job.spec().terms().dependency();
    for (int i = 0; i < rule.parts().size() && i < job.dependencies().size(); i++) {
      Progress progress = explained.progress(i);
      if (progress != Progress.FULFILLED) {
        out.add(
            "It depends on "
                + rule.parts().get(i)
                + (progress == Progress.FAILED ? ", which can never be met." : ", not met yet."));
      }
    }
  }

  /** What it asks for that only some nodes, or none, can give. */
  private static void wishes(Explanation explained, StringJoiner out) {
    if (explained.why().word().equals(PendingReason.LICENSES.slurmWord())) {
      out.add("Too few licences are free: " + explained.why().sentence() + ".");
    }
    JobPlacement placement = explained.job().spec().placement();
    StringJoiner asked = new StringJoiner(", ");
    said(asked, "the features ", placement.constraint());
    said(asked, "the nodes ", placement.nodeList());
    said(asked, "none of the nodes ", placement.excludeNodes());
    if (placement.exclusive()) {
      asked.add("nodes for itself alone");
    }
    if (placement.contiguous()) {
      asked.add("nodes side by side");
    }
    if (placement.switches() > 0) {
      asked.add(
          "nodes on at most "
              + placement.switches()
              + (placement.switches() == 1 ? " switch" : " switches"));
    }
    if (!placement.components().isEmpty()) {
      asked.add(count(placement.components().size(), "component") + " beside its own nodes");
    }
    if (asked.length() > 0) {
      out.add("It asks for " + asked + ".");
    }
  }

  private static void said(StringJoiner asked, String what, String text) {
    if (!text.isEmpty()) {
      asked.add(what + text);
    }
  }

  private static void components(Explanation explained, StringJoiner out) {
    for (int i = 1; i < explained.components().size(); i++) {
      Explanation.Component each = explained.components().get(i);
      out.add(
          "Component "
              + i
              + " needs "
              + count(each.nodes(), "node")
              + " with "
              + count(each.cores(), "core")
              + (each.nodes() == 1 ? "" : " on each")
              + ": "
              + each.fitNow()
              + " of "
              + each.fitIdle()
              + " of that kind "
              + (each.fitNow() == 1 ? "has" : "have")
              + " room now"
              + LackText.end(each.lacks()));
    }
  }

  /** Of which of its own nodes too few have room, where they are not all alike. */
  private static void groups(Explanation explained, StringJoiner out) {
    for (Explanation.Group each : explained.groups()) {
      if (each.fitNow() < each.nodes()) {
        String which =
            switch (each.what()) {
              case "nodeList" -> "of those that it names";
              case "others" -> "beside those";
              default -> "for " + each.what() + " of its constraint";
            };
        out.add(
            count(each.nodes(), "node")
                + (each.nodes() == 1 ? " is" : " are")
                + " to be "
                + which
                + ": "
                + each.fitNow()
                + " of "
                + each.fitIdle()
                + (each.fitNow() == 1 ? " has" : " have")
                + " room now.");
      }
    }
  }

  private static void room(Explanation explained, NamedJobs named, StringJoiner out) {
    JobSpec spec = explained.job().spec();
    Explanation.Room room = explained.room();
    out.add(
        "It needs "
            + count(room.nodes(), "node")
            + " with "
            + count(room.cores(), "core")
            + (room.nodes() == 1 ? "" : " on each")
            + (room.largeNodes() > 0
                ? " (" + room.largeNodes() + " of them with " + room.largeCores() + ")"
                : "")
            + (spec.gres().isEmpty() && spec.memBytes() == 0
                ? ""
                : ", with the memory and devices that it asks for")
            + ": "
            + count(room.fitNow(), "node")
            + " of "
            + room.fitIdle()
            + " of that kind "
            + (room.fitNow() == 1 ? "has" : "have")
            + " room now, "
            + count(Math.toIntExact(Math.min(room.freeCores(), Integer.MAX_VALUE)), "core")
            + " of "
            + room.usableCores()
            + " are free in its partition"
            + LackText.end(explained.lacks()));
    groups(explained, out);
    components(explained, out);
    if (explained.holderCount() > 0) {
      out.add(
          jobs(explained.holderCount())
              + (explained.holderCount() == 1 ? " holds" : " hold")
              + " what is missing"
              + named.ofHolders(explained));
    }
    if (room.down() + room.drained() > 0) {
      out.add(
          count(room.down(), "node")
              + " of that kind "
              + (room.down() == 1 ? "is" : "are")
              + " down and "
              + room.drained()
              + " drained.");
    }
  }

  /** What became of a job that waits no more. */
  public static String past(ClusterImage.JobImage job, long nowMs) {
    StringJoiner out = new StringJoiner(" ");
    if (job.array() != null) {
      out.add(
          "The array ended as "
              + job.state()
              + ", "
              + duration(job.endMs() - job.submitMs())
              + " after it was submitted.");
      tasks(Explanation.Tasks.ofEnded(job), out);
      return out.toString();
    }
    if (job.startMs() == 0) {
      out.add(
          "The job ended as "
              + job.state()
              + " after it had waited "
              + duration(job.endMs() - job.submitMs())
              + "; it never started.");
      return out.toString();
    }
    long heldBackMs = Math.max(0, Math.min(job.startMs(), job.eligibleMs()) - job.submitMs());
    out.add(
        "The job started "
            + duration(job.startMs() - job.submitMs())
            + " after it was submitted"
            + (job.attempt() > 1 ? ", as its run " + job.attempt() : "")
            + (heldBackMs > 0 ? "; " + duration(heldBackMs) + " of that its own terms" : "")
            + ".");
    if (job.reservation() != null) {
      out.add(itsReservation(job));
    }
    boolean over = job.state().isTerminal();
    long ranMs = (over ? job.endMs() : nowMs) - job.startMs();
    out.add(
        over
            ? "It ended as " + job.state() + " after " + duration(ranMs) + "."
            : doing(job.state())
                + " since "
                + duration(ranMs)
                + ", at most "
                + duration(job.spec().limitMs())
                + ".");
    if (job.preemption().suspends()) {
      out.add(
          "It is suspended for job "
              + job.preemption().preemptor()
              + ": it keeps all but its cores, and waits to resume until that has ended and nobody"
              + " who may push it aside has them.");
    } else if (job.preemption().preemptor() != null) {
      out.add("It makes room for job " + job.preemption().preemptor() + ".");
    }
    suspension(job, nowMs, out);
    knownOfEnds(job, out);
    return out.toString();
  }

  /** What is known of the end of its run, and of the run before. */
  private static void knownOfEnds(ClusterImage.JobImage job, StringJoiner out) {
    if (!job.state().isTerminal() && !job.detail().isEmpty()) {
      out.add(ofItsRunBefore(job));
    }
    String known = knownOfItsEnd(job);
    if (!known.isEmpty()) {
      out.add("What is known of its end: " + known + ".");
    }
  }

  private static String itsReservation(ClusterImage.JobImage job) {
    return "It got the nodes of reservation "
        + job.reservation()
        + (job.spec().reservation() == null ? ", which draws such jobs." : ".");
  }

  private static String knownOfItsEnd(ClusterImage.JobImage job) {
    if (job.state() == JobState.COMPLETING && job.operatorEnd() != null) {
      return job.operatorEnd().detail();
    }
    String ended = job.state().isTerminal() ? job.detail() : "";
    return ended.isEmpty() && job.killCause() != null
        ? job.killCause().detail(job.reservation())
        : ended;
  }

  /** A job that has not ended keeps the words about the end of the run that it had before. */
  private static String ofItsRunBefore(ClusterImage.JobImage job) {
    return "Of its run before: " + job.detail() + ".";
  }

  private static String doing(JobState state) {
    return switch (state) {
      case COMPLETING -> "It is being ended";
      case SUSPENDED -> "It is suspended, and holds what it got";
      default -> "It runs";
    };
  }

  /** Who suspended it and when, and for how long it was in all. */
  private static void suspension(ClusterImage.JobImage job, long nowMs, StringJoiner out) {
    Suspension stops = job.suspension();
    if (stops == null) {
      return;
    }
    long untilMs = job.state().isTerminal() ? job.endMs() : nowMs;
    if (job.suspendedMs(untilMs) > 0) {
      out.add("Its processes were stopped for " + duration(job.suspendedMs(untilMs)) + " in all.");
    }
    if (!job.state().isTerminal()) {
      out.add(
          stops.by().name()
              + " asked "
              + duration(nowMs - stops.askedMs())
              + " ago that it "
              + (stops.wanted() ? "is suspended." : "goes on."));
      if (stops.wanted() != stops.isStopped() && job.state() != JobState.COMPLETING) {
        out.add(
            stops.stoppedOn().isEmpty()
                ? "Its node has not reported yet that it does so."
                : "It stands still on "
                    + stops.stoppedOn().stream()
                        .map(NodeName::value)
                        .collect(Collectors.joining(", "))
                    + ", and other nodes on which it has processes have not reported yet.");
      }
    }
  }

  /** So many jobs, in words. */
  public static String jobs(int count) {
    return count(count, "job");
  }

  static String count(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** The terms of a priority, as a table. */
  public static String terms(PriorityTerms terms) {
    Table table = new Table("TERM", ">WEIGHT", ">FACTOR", ">POINTS");
    for (PriorityTerms.Term each : terms.terms()) {
      table.row(each.name(), each.weight(), millionths(each.factorPpm()), millionths(each.micro()));
    }
    table.row("priority", "", "", millionths(terms.totalMicro()));
    return table.toString();
  }

  /** A number of millionths with its point. */
  public static String millionths(long micro) {
    long whole = Math.abs(micro);
    return (micro < 0 ? "-" : "")
        + whole / MILLION
        + "."
        + Long.toString(MILLION + whole % MILLION).substring(1);
  }

  /** A span of time in its two largest units. */
  public static String duration(long ms) {
    if (ms < SECOND_MS) {
      return Math.max(0, ms) + " ms";
    }
    if (ms < MINUTE_MS) {
      return ms / SECOND_MS + " s";
    }
    if (ms < HOUR_MS) {
      return ms / MINUTE_MS + " min " + ms % MINUTE_MS / SECOND_MS + " s";
    }
    if (ms < DAY_MS) {
      return ms / HOUR_MS + " h " + ms % HOUR_MS / MINUTE_MS + " min";
    }
    return ms / DAY_MS + " d " + ms % DAY_MS / HOUR_MS + " h";
  }
}
