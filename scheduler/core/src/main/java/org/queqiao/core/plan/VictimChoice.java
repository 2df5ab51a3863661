package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The choice of runs that must end for a job, in steps. For a job whose parts ask for different
 * nodes it is the shortest beginning of the candidates that is enough, which is found by halving,
 * without those that are needless, each of which is a step of its own.
 */
final class VictimChoice {
  private final Victims victims;
  private final long forMs;
  private final Iterator<Demand> alternatives;

  /** The search for an alternative without parts that goes on, or null. */
  private NodesChoice nodes;

  /** The alternative that runs are chosen for, of a job with parts; else null. */
  private Demand demand;

  /** The least and the most that may be the shortest beginning. */
  private int low;

  private int high;

  /** What is free without the chosen, and who may be needless of them; null while it is halved. */
  private long[] after;

  private Iterator<PlanJob> doubted;
  private List<PlanJob> chosen = List.of();

  VictimChoice(Victims victims, Demand demand, long forMs) {
    this.victims = victims;
    this.forMs = forMs;
    this.alternatives = demand.alternatives().iterator();
  }

  /** How many nodes were looked at since the last question. */
  long takeLooked() {
    return victims.takeLooked();
  }

  /** The runs, or none when it would not fit whatever ended. */
  List<PlanJob> chosen() {
    return chosen;
  }

  /** Goes on; says whether the runs are chosen. */
  boolean decide() {
    if (nodes != null) {
      if (!nodes.decide()) {
        return false;
      }
      chosen = nodes.chosen();
      nodes = null;
      return !chosen.isEmpty();
    }
    if (after != null) {
      leaveOut();
      return !doubted.hasNext();
    }
    if (demand != null) {
      halve();
      return false;
    }
    if (!alternatives.hasNext()) {
      return true;
    }
    Demand first = alternatives.next();
    if (!first.isParted()) {
      nodes = new NodesChoice(victims, first, forMs);
      return false;
    }
    low = 1;
    high = victims.most();
    demand = high > 0 && fits(first, victims.without(high)) ? first : null;
    return false;
  }

  private boolean fits(Demand parts, long[] amounts) {
    return victims.fitsParts(parts, forMs, amounts);
  }

  private void halve() {
    if (low == high) {
      chosen = new ArrayList<>(victims.first(low));
      after = victims.without(low);
      doubted = victims.dearestFirst(chosen).iterator();
      return;
    }
    int middle = (low + high) >>> 1;
    if (fits(demand, victims.without(middle))) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }

  /** Leaves out the dearest of the doubted, if it fits without it as well. */
  private void leaveOut() {
    PlanJob dearest = doubted.next();
    victims.add(dearest, -1, after);
    if (fits(demand, after)) {
      chosen.remove(dearest);
    } else {
      victims.add(dearest, 1, after);
    }
  }
}
