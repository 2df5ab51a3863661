package org.queqiao.contract.price;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;

/**
 * What of the core time of a run allowances pay. At its start it takes of them what it can need up
 * to its limit; the first of its time is paid by them, and at its end it gives back what it did not
 * use. The scheduler and the ledger count by this one rule.
 */
public final class Covering {
  private Covering() {}

  /**
   * An allowance with what is left of it.
   *
   * @param id the number of the proposal that it was
   * @param leftMs core-milliseconds that no run has taken
   */
  public record Left(long id, Allowance allowance, long leftMs) {
    /** The same with more left, or less. */
    public Left plus(long coreMs) {
      return new Left(id, allowance, Math.addExact(leftMs, coreMs));
    }
  }

  /**
   * What a run takes of an allowance.
   *
   * @param allowance its id
   * @param coreMs core-milliseconds
   */
  public record Draw(long allowance, long coreMs) {}

  /**
   * What a run takes at its start, in the order in which it uses it. One that costs nothing by the
   * prices then takes nothing.
   *
   * @param parts what it holds
   * @param limitMs how long it may run
   * @param all what is left of each allowance
   */
  public static List<Draw> draws(
      TariffBook tariffs,
      List<Holding.Part> parts,
      long startMs,
      long limitMs,
      Collection<Left> all,
      AllowanceOrder order) {
    List<Left> own = own(tariffs, parts, startMs, limitMs, all);
    if (own.isEmpty()) {
      return List.of();
    }
    own.sort(Comparator.comparing(Left::allowance, order.comparator()).thenComparingLong(Left::id));
    long wanted = coreMs(parts, limitMs);
    List<Draw> draws = new ArrayList<>();
    for (Left each : own) {
      long taken = Math.min(wanted, each.leftMs());
      if (taken > 0) {
        draws.add(new Draw(each.id(), taken));
        wanted -= taken;
      }
    }
    return draws;
  }

  /** Core time that is there for all runs that start then and hold this; no more than fits. */
  public static long thereMs(
      TariffBook tariffs,
      List<Holding.Part> parts,
      long startMs,
      long limitMs,
      Collection<Left> all) {
    long sum = 0;
    for (Left each : own(tariffs, parts, startMs, limitMs, all)) {
      sum += Math.min(each.leftMs(), Long.MAX_VALUE - sum);
    }
    return sum;
  }

  /** Those of which a run would take; none where it costs nothing. */
  private static List<Left> own(
      TariffBook tariffs,
      List<Holding.Part> parts,
      long startMs,
      long limitMs,
      Collection<Left> all) {
    List<Left> own = new ArrayList<>();
    if (all.isEmpty() || parts.isEmpty()) {
      return own;
    }
    Use use = parts.getFirst().use();
    for (Left each : all) {
      if (each.leftMs() > 0 && each.allowance().covers(use.project(), use.partition(), startMs)) {
        own.add(each);
      }
    }
    boolean free =
        own.isEmpty()
            || RunCost.held(tariffs, parts, startMs, Math.addExact(startMs, limitMs)).signum() == 0;
    return free ? List.of() : own;
  }

  /** Core time of a run that lasts so long; no more than fits. */
  public static long coreMs(List<Holding.Part> parts, long durationMs) {
    long cores = cores(parts);
    long high = Math.multiplyHigh(cores, durationMs);
    long low = cores * durationMs;
    return high != 0 || low < 0 ? Long.MAX_VALUE : low;
  }

  private static long cores(List<Holding.Part> parts) {
    long cores = 0;
    for (Holding.Part each : parts) {
      cores = Math.addExact(cores, each.use().resource() == Resource.CORES ? each.units() : 0);
    }
    return cores;
  }

  /** Core time of all draws. */
  public static long sumMs(List<Draw> draws) {
    long sum = 0;
    for (Draw each : draws) {
      sum = Math.addExact(sum, each.coreMs());
    }
    return sum;
  }

  /** What is used of each draw by a run that used so much core time in all. */
  public static List<Draw> used(List<Draw> draws, long coreMs) {
    long left = coreMs;
    List<Draw> used = new ArrayList<>();
    for (Draw each : draws) {
      long part = Math.min(left, each.coreMs());
      used.add(new Draw(each.allowance(), part));
      left -= part;
    }
    return used;
  }

  /** No later than the moment from which a run pays for its cores by itself. */
  static long paidFromMs(List<Holding.Part> parts, long startMs, long coveredMs) {
    long cores = cores(parts);
    return cores == 0 ? startMs : Math.addExact(startMs, coveredMs / cores);
  }
}
