package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;

/**
 * Who may use which core: whoever was given it, until the end is proven, or until all processes are
 * stopped to make room for another. Then it is the run's own again from the moment at which it is
 * to go on.
 */
final class HeldCores {
  /** By "node core". */
  private final TreeMap<String, RunId> held = new TreeMap<>();

  /** A run gets its cores; says which of them another has. */
  List<String> take(Life life, RunId run) {
    List<String> found = new ArrayList<>();
    for (Allocation allocation : life.allocations) {
      for (int core : allocation.cores()) {
        RunId former = held.put(allocation.node() + " " + core, run);
        if (former != null) {
          found.add(
              "core "
                  + core
                  + " of "
                  + allocation.node()
                  + " goes to "
                  + run
                  + " while "
                  + former
                  + " has it");
        }
      }
    }
    return found;
  }

  /** A run is to stop or to go on; says which of its cores another has. */
  List<String> asked(Life life, JobSuspendRequested event) {
    if (life == null) {
      return List.of();
    }
    life.makesRoom = event.preemptor() != null;
    boolean back = life.yields && !event.suspend();
    life.yields &= event.suspend();
    return back ? take(life, event.run()) : List.of();
  }

  /** All processes of a run are stopped: if that was to make room, its cores are for another. */
  void stopped(Life life) {
    if (life != null && life.makesRoom) {
      letGo(life);
      life.yields = true;
    }
  }

  /** Its end is proven. */
  void over(Life life) {
    if (!life.yields) {
      letGo(life);
    }
    life.yields = false;
    life.makesRoom = false;
  }

  private void letGo(Life life) {
    for (Allocation allocation : life.allocations) {
      allocation.cores().forEach(core -> held.remove(allocation.node() + " " + core));
    }
  }
}
