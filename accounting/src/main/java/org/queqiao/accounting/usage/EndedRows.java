package org.queqiao.accounting.usage;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.DomainCode;

/** Adds rows of what runs made of their time together by their keys. */
public final class EndedRows {
  /** More than this are not kept in memory. */
  private static final int MOST_GROUPS = 1_000_000;

  private final int domain;
  private final TreeMap<String, EndedRow> rows = new TreeMap<>();

  /**
   * Of a report.
   *
   * @param domain which key is the domain, or below zero
   */
  public EndedRows(int domain) {
    this.domain = domain;
  }

  /**
   * Adds one; where it is told by domain each gets its part, and the parts sum to the whole.
   *
   * @param shares the domains of the row
   * @param told as which domain one is told; empty where it is left out
   * @param withoutDomain whether what belongs to no domain is told
   */
  public void add(
      EndedRow row,
      List<DomainShare> shares,
      Function<DomainCode, Optional<DomainCode>> told,
      boolean withoutDomain) {
    if (domain < 0) {
      put(row);
    } else if (shares.isEmpty()) {
      if (withoutDomain) {
        put(named(row, ""));
      }
    } else {
      List<EndedRow> parts = row.parts(shares);
      for (int i = 0; i < parts.size(); i++) {
        EndedRow part = parts.get(i);
        told.apply(shares.get(i).domain()).ifPresent(as -> put(named(part, as.value())));
      }
    }
  }

  private EndedRow named(EndedRow row, String code) {
    List<String> keys = new ArrayList<>(row.keys());
    keys.set(domain, code);
    return row.keyed(keys);
  }

  private void put(EndedRow row) {
    rows.merge(String.join("\0", row.keys()), row, EndedRow::plus);
    if (rows.size() > MOST_GROUPS) {
      throw new ReportTooLarge(MOST_GROUPS);
    }
  }

  /** Those that lost most core time, by their keys. */
  public List<EndedRow> most(int most) {
    List<EndedRow> all = new ArrayList<>(rows.values());
    if (all.size() > most) {
      all.sort(Comparator.comparingLong(EndedRow::lostCoreMs).reversed());
      all = new ArrayList<>(all.subList(0, most));
      all.sort(Comparator.comparing(row -> String.join("\0", row.keys())));
    }
    return all;
  }

  /** A sum that does not fit is the largest number. */
  static long sum(long one, long other) {
    return BigInteger.valueOf(one)
        .add(BigInteger.valueOf(other))
        .max(BigInteger.valueOf(Long.MIN_VALUE))
        .min(BigInteger.valueOf(Long.MAX_VALUE))
        .longValue();
  }
}
