package org.queqiao.accounting.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.price.Covering;

/** What is left of allowances, and what runs that go on hold of them. */
public final class AllowanceBook {
  private final TreeMap<Long, Row> rows = new TreeMap<>();
  private final TreeSet<Long> changed = new TreeSet<>();

  /** No allowance of which something is left ends before. */
  private long firstEndMs = Long.MAX_VALUE;

  private final TreeMap<Long, Integer> holders = new TreeMap<>();
  private AllowanceOrder order = AllowanceOrder.DEFAULT;

  /**
   * An allowance.
   *
   * @param drawnMs core-milliseconds that runs that go on hold
   */
  public record Row(Covering.Left left, long drawnMs) {
    /** Whether runs may still take of it, or bring something back. */
    boolean isOpen() {
      return left.leftMs() > 0 || drawnMs > 0;
    }
  }

  public AllowanceOrder order() {
    return order;
  }

  /** From now on runs take of them in this order. */
  public void order(AllowanceOrder other) {
    order = other;
  }

  /** Puts in what is kept already. */
  public void load(Row row) {
    rows.put(row.left().id(), row);
    ends(row);
  }

  void put(Row row) {
    rows.put(row.left().id(), row);
    ends(row);
    changed.add(row.left().id());
  }

  Row row(long id) {
    Row row = rows.get(id);
    if (row == null) {
      throw new IllegalStateException("the books have no allowance " + id);
    }
    return row;
  }

  /** What is left of each. */
  List<Covering.Left> lefts() {
    List<Covering.Left> all = new ArrayList<>();
    rows.values().forEach(each -> all.add(each.left()));
    return all;
  }

  /** Those that have ended by then and of which something is left, by number. */
  List<Row> over(long nowMs) {
    if (nowMs < firstEndMs) {
      return List.of();
    }
    List<Row> over = new ArrayList<>();
    firstEndMs = Long.MAX_VALUE;
    for (Row row : rows.values()) {
      if (row.left().leftMs() > 0 && row.left().allowance().isOver(nowMs)) {
        over.add(row);
      } else {
        ends(row);
      }
    }
    return over;
  }

  private void ends(Row row) {
    long endMs = row.left().allowance().validToMs();
    if (endMs != 0 && row.left().leftMs() > 0) {
      firstEndMs = Math.min(firstEndMs, endMs);
    }
  }

  /** A run that goes on has taken of one, or is over: until then something may come back. */
  public void holds(long id, boolean more) {
    holders.merge(id, more ? 1 : -1, Math::addExact);
    holders.remove(id, 0);
  }

  /** Those of which runs that go on have taken. */
  public Set<Long> held() {
    return Collections.unmodifiableSet(holders.keySet());
  }

  /** All, by number. */
  public Collection<Row> rows() {
    return Collections.unmodifiableCollection(rows.values());
  }

  /** What was changed is kept: those of which nothing is left or held by a run are forgotten. */
  public void written() {
    changed.clear();
    rows.values().removeIf(each -> !each.isOpen() && !holders.containsKey(each.left().id()));
  }

  /** Those that are not as they were loaded. */
  public List<Row> changed() {
    return changed.stream().map(rows::get).toList();
  }
}
