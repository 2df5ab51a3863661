package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.price.Covering.Draw;

/**
 * What allowances pay of a run, segment by segment in the order of time.
 *
 * <p>Of a segment that they pay in part they pay a share of what was posted, rounded down.
 */
public final class Cover {
  private final List<Draw> draws;
  private final List<Map<String, Long>> micro = new ArrayList<>();
  private final long[] usedMs;
  private int next;

  /**
   * Nothing of a run yet.
   *
   * @param draws what it has taken of allowances, in the order of their use
   */
  public Cover(List<Draw> draws) {
    this.draws = draws;
    this.usedMs = new long[draws.size()];
    draws.forEach(each -> micro.add(new TreeMap<>()));
  }

  /** What they have paid of a run so far, as long as that is right. */
  static Cover after(List<Draw> draws, Settled settled) {
    Cover cover = new Cover(draws);
    for (int i = 0; i < draws.size(); i++) {
      Settled.Covered paid = settled.cover(draws.get(i).allowance());
      cover.usedMs[i] = paid.coreMs();
      cover.micro.get(i).putAll(paid.micro());
    }
    while (cover.next < draws.size()
        && cover.usedMs[cover.next] == draws.get(cover.next).coreMs()) {
      cover.next++;
    }
    return cover;
  }

  /** A segment of cores was posted for so many micro-units in each currency. */
  public void pay(Segment segment, Map<String, Long> posted) {
    long open = segment.coreMs();
    Map<String, Long> unpaid = new TreeMap<>(posted);
    while (open > 0 && next < draws.size()) {
      long part = Math.min(open, draws.get(next).coreMs() - usedMs[next]);
      int payer = next;
      long whole = open;
      unpaid.replaceAll((currency, rest) -> {
        long paid =
            BigInteger.valueOf(rest)
                .multiply(BigInteger.valueOf(part))
                .divide(BigInteger.valueOf(whole))
                .longValueExact();
        micro.get(payer).merge(currency, paid, Math::addExact);
        return Math.subtractExact(rest, paid);
      });
      usedMs[next] += part;
      open -= part;
      next += usedMs[next] == draws.get(next).coreMs() ? 1 : 0;
    }
  }

  /** What each allowance paid, by their number. */
  SortedMap<Long, Settled.Covered> paid() {
    SortedMap<Long, Settled.Covered> all = new TreeMap<>();
    for (int i = 0; i < draws.size(); i++) {
      all.put(
          draws.get(i).allowance(), new Settled.Covered(usedMs[i], new TreeMap<>(micro.get(i))));
    }
    return all;
  }

  List<Draw> draws() {
    return draws;
  }

  /** Core-milliseconds that it used of a draw. */
  long usedMs(int draw) {
    return usedMs[draw];
  }

  /** What a draw paid, in micro-units of each currency. */
  Map<String, Long> micro(int draw) {
    return micro.get(draw);
  }

  /** Core-milliseconds that allowances pay. */
  public long coreMs() {
    return Arrays.stream(usedMs).sum();
  }

  /** What they pay, in micro-units of a currency. */
  public long micro(String currency) {
    return micro.stream().mapToLong(each -> each.getOrDefault(currency, 0L)).sum();
  }
}
