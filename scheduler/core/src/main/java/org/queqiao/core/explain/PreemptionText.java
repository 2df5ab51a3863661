package org.queqiao.core.explain;

import java.util.List;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Explanation.RoomClaim;
import org.queqiao.core.placement.HostList;

/** What preemption has to do with a waiting job, in sentences. */
final class PreemptionText {
  /** Names of nodes that take more letters are counted. */
  private static final int MAX_NAMES = 100;

  private PreemptionText() {}

  static void add(Explanation explained, long nowMs, NamedJobs named, StringJoiner out) {
    preempting(explained, nowMs, named, out);
    claims(explained, nowMs, out);
  }

  private static void preempting(
      Explanation explained, long nowMs, NamedJobs named, StringJoiner out) {
    Explanation.Preempting preempting = explained.preempting();
    if (preempting.count() > 0) {
      long leftMs = preempting.goneByMs() - nowMs;
      out.add(
          "It is preempting "
              + ExplanationText.count(preempting.count(), "run")
              + (leftMs > 0
                  ? ", killed in " + ExplanationText.duration(leftMs) + " at the latest"
                  : ", which should be gone by now")
              + named.end(preempting.runs(), preempting.count()));
    } else if (!preempting.keeps().isEmpty()) {
      out.add(
          "It may push aside "
              + ExplanationText.count(preempting.mayBe(), "run")
              + " there, but who is suspended keeps all but its cores: it would still lack "
              + LackText.list(preempting.keeps())
              + ".");
    } else if (preempting.mayBe() > 0) {
      out.add(
          "It would preempt, as few as needed, of "
              + ExplanationText.count(preempting.mayBe(), "run")
              + " there that it may push aside"
              + once(explained));
    }
  }

  /** What must come before it pushes anybody aside. */
  private static String once(Explanation explained) {
    StringJoiner first = new StringJoiner(" and ");
    if (explained.aheadCount() != 0) {
      first.add("it outranks all that wait before it");
    }
    int exempt = explained.preempting().exempt();
    if (exempt > 0) {
      first.add(exempt + (exempt == 1 ? " of them is" : " of them are") + " not exempt any more");
    }
    return first.length() == 0 ? ", if that is enough." : ", once " + first + ".";
  }

  /** The room that it claims, and that others claim who go before it. */
  private static void claims(Explanation explained, long nowMs, StringJoiner out) {
    TreeSet<NodeName> nodes = new TreeSet<>();
    TreeSet<JobId> runs = new TreeSet<>();
    int more = 0;
    int others = explained.preempting().claimCount();
    long goneByMs = 0;
    for (RoomClaim each : explained.preempting().claims()) {
      if (each.by().job().equals(explained.job().id())) {
        String what = each.starts() > 1 ? " for " + each.starts() + " of its tasks" : " for it";
        out.add(
            "Room is claimed" + what + left(each.nodes(), each.runCount(), each.goneByMs(), nowMs));
        others--;
      } else {
        nodes.addAll(each.nodes());
        each.runs().forEach(run -> runs.add(run.job()));
        more = Math.max(more, each.runCount());
        goneByMs = Math.max(goneByMs, each.goneByMs());
      }
    }
    if (others > 0) {
      out.add(
          "Before it, room is claimed for "
              + ExplanationText.count(others, "job")
              + left(List.copyOf(nodes), Math.max(more, runs.size()), goneByMs, nowMs));
    }
  }

  private static String left(List<NodeName> nodes, int runs, long goneByMs, long nowMs) {
    if (runs == 0) {
      return " in what is free.";
    }
    String names = HostList.of(nodes);
    return " on "
        + (names.length() > MAX_NAMES ? ExplanationText.count(nodes.size(), "node") : names)
        + ", which "
        + ExplanationText.count(runs, "run")
        + (runs == 1 ? " leaves" : " leave")
        + (goneByMs > nowMs
            ? " within " + ExplanationText.duration(goneByMs - nowMs) + "."
            : " and should have left by now.");
  }
}
