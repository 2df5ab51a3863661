package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.queqiao.accounting.ledger.Repricing;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.price.TariffBook;

/** Past months under other prices, as a report. It only reads. */
public final class WhatIfPricing {
  /** So many segments are priced at most. */
  public static final long MAX_SEGMENTS = 5_000_000;

  private static final int FETCH_ROWS = 10_000;
  private static final String PIECES =
      "select project, partition, qos, 'cores' as resource, '' as node_type, cores as units,"
          + " from_ms, to_ms, charge_micro, position, job from segment where month between ? and ?"
          + " union all select project, partition, qos, resource, node_type, units, from_ms, to_ms,"
          + " charge_micro, position, job from segment_item where month between ? and ? order by"
          + " position, job, from_ms, resource, node_type";

  private final ArchivedRuns runs;
  private final BillingCalendar calendar;

  WhatIfPricing(ArchivedRuns runs, BillingCalendar calendar) {
    this.runs = runs;
    this.calendar = calendar;
  }

  /** More segments than one report may price. */
  public static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooMany() {
      super("the months have more than " + MAX_SEGMENTS + " segments: ask for fewer months");
    }
  }

  /**
   * What was metered in some months, at these prices and no others. Classes of customers are those
   * that were agreed on.
   *
   * @param from the first month, {@code YYYY-MM}
   * @param to the last month
   * @throws TooMany when the months have more than {@link #MAX_SEGMENTS}
   */
  public List<Repricing.Line> of(String from, String to, List<PriceItem> prices) {
    return runs.over(
        from,
        to,
        connection -> {
          TariffBook book = new TariffBook();
          MoneyRows.classes(connection, book);
          prices.forEach(book::add);
          Repricing repricing = new Repricing(book, calendar);
          read(connection, from, to, repricing);
          return repricing.lines();
        });
  }

  private static void read(Connection connection, String from, String to, Repricing repricing)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PIECES)) {
      statement.setFetchSize(FETCH_ROWS);
      int i = 1;
      for (String each : List.of(from, to, from, to)) {
        statement.setString(i++, each);
      }
      long seen = 0;
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (++seen > MAX_SEGMENTS) {
            throw new TooMany();
          }
          repricing.add(
              new Repricing.Piece(
                  new ProjectName(row.getString(1)),
                  new PartitionName(row.getString(2)),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5),
                  row.getLong(6),
                  row.getLong(7),
                  row.getLong(8),
                  row.getLong(9)));
        }
      }
    }
  }
}
