package org.queqiao.accounting.usage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.DomainCode;

/** Adds rows of a report together by their keys. */
public final class ReportRows {
  private final List<ReportBy> by;
  private final Map<String, ReportRow> rows = new TreeMap<>();

  public ReportRows(List<ReportBy> by) {
    this.by = List.copyOf(by);
  }

  /** How many there are. */
  public int size() {
    return rows.size();
  }

  /** Adds one. */
  public void add(ReportRow row) {
    rows.merge(row.name(), row, ReportRow::plus);
  }

  /**
   * Adds one whose domain is these shares: each gets its part, and the parts sum to the whole.
   *
   * @param told as which domain one is told; empty where it is left out
   * @param withoutDomain whether what belongs to no domain is told
   */
  public void add(
      ReportRow row,
      List<DomainShare> shares,
      Function<DomainCode, Optional<DomainCode>> told,
      boolean withoutDomain) {
    int domain = by.indexOf(ReportBy.DOMAIN);
    if (shares.isEmpty()) {
      if (withoutDomain) {
        add(named(row, domain, "", row.coreMs(), row.chargeMicro(), row.standardMs()));
      }
      return;
    }
    Map<DomainCode, Long> money = DomainSplit.split(row.chargeMicro(), shares);
    Map<DomainCode, Long> standard =
        row.standardMs() == null ? Map.of() : DomainSplit.split(row.standardMs(), shares);
    DomainSplit.split(row.coreMs(), shares)
        .forEach((code, part) ->
            told.apply(code)
                .ifPresent(as ->
                    add(
                        named(
                            row, domain, as.value(), part, money.get(code), standard.get(code)))));
  }

  private static ReportRow named(
      ReportRow row, int domain, String code, long coreMs, long micro, Long standardMs) {
    List<String> keys = new ArrayList<>(row.keys());
    keys.set(domain, code);
    return new ReportRow(keys, coreMs, micro, row.currency(), standardMs);
  }

  /**
   * The rows by their keys, each with that of the period before.
   *
   * @param first the first period that is told; what lies before is there to be compared with
   * @param calendar says where fiscal years begin
   */
  public List<ReportRow> withTrend(String first, BillingCalendar calendar) {
    ReportBy time = ReportBy.time(by).orElseThrow();
    int at = by.indexOf(time);
    List<ReportRow> told = new ArrayList<>();
    for (ReportRow row : rows.values()) {
      if (row.keys().get(at).compareTo(first) >= 0) {
        ReportRow none =
            new ReportRow(row.keys(), 0, 0, row.currency(), row.standardMs() == null ? null : 0L);
        told.add(row.after(rows.getOrDefault(before(row, time, at, calendar).name(), none)));
      }
    }
    return told;
  }

  private ReportRow before(ReportRow row, ReportBy time, int at, BillingCalendar calendar) {
    String earlier = time.before(row.keys().get(at), calendar);
    List<String> keys = new ArrayList<>(row.keys());
    for (int i = 0; i < keys.size(); i++) {
      if (by.get(i).isTime()) {
        keys.set(i, by.get(i).around(earlier, calendar));
      }
    }
    return new ReportRow(keys, 0, 0, row.currency(), 0L);
  }

  /** The rows by their keys. */
  public List<ReportRow> all() {
    return List.copyOf(rows.values());
  }

  /** The rows with the most of something, by their keys. */
  public static List<ReportRow> most(
      List<ReportRow> rows, int most, Comparator<ReportRow> something) {
    if (rows.size() <= most) {
      return rows;
    }
    List<ReportRow> all = new ArrayList<>(rows);
    all.sort(something.reversed());
    List<ReportRow> kept = new ArrayList<>(all.subList(0, most));
    kept.sort(Comparator.comparing(ReportRow::name));
    return kept;
  }
}
