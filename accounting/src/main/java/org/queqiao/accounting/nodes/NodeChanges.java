package org.queqiao.accounting.nodes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;

/** What of a {@link NodeBook} is another than it was written last. */
final class NodeChanges {
  private final TreeSet<String> clocks = new TreeSet<>();
  private final TreeSet<RunId> runs = new TreeSet<>();
  private final TreeSet<RunId> unplaced = new TreeSet<>();
  private final TreeSet<ReservationName> reservations = new TreeSet<>();

  void clock(String node) {
    clocks.add(node);
  }

  void run(RunId run) {
    runs.add(run);
  }

  void unplaced(RunId run) {
    unplaced.add(run);
  }

  void reservation(ReservationName name) {
    reservations.add(name);
  }

  NodeBook.Delta take(
      Map<NodeBook.Key, CoreTime> days,
      Map<String, NodeClock> allClocks,
      Map<RunId, NodeRun> allRuns,
      Map<ReservationName, NodeBook.Reserved> allReservations) {
    List<NodeRun> open = new ArrayList<>();
    List<RunId> ended = new ArrayList<>();
    for (RunId run : runs) {
      NodeRun now = allRuns.get(run);
      if (now == null) {
        ended.add(run);
      } else {
        open.add(now);
      }
    }
    Map<ReservationName, NodeBook.Reserved> reserved = new TreeMap<>();
    List<ReservationName> deleted = new ArrayList<>();
    for (ReservationName name : reservations) {
      NodeBook.Reserved now = allReservations.get(name);
      if (now == null) {
        deleted.add(name);
      } else {
        reserved.put(name, now);
      }
    }
    List<NodeClock> changed = clocks.stream().map(allClocks::get).toList();
    List<RunId> left = List.copyOf(unplaced);
    clocks.clear();
    unplaced.clear();
    runs.clear();
    reservations.clear();
    return new NodeBook.Delta(new TreeMap<>(days), changed, open, ended, left, reserved, deleted);
  }
}
