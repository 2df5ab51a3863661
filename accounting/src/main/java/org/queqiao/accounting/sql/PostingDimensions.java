package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.Dimensions;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;

/** Joins postings, also those of files, with what their jobs and projects are: one reading. */
final class PostingDimensions {
  private static final String SQL =
      """
      select a.at, coalesce(j.user_name, ''), coalesce(j.project, a.project),
        coalesce(j.domains, ''), coalesce(p.platform, ''), coalesce(j.end_user, ''),
        coalesce(o.cluster, ''), coalesce(j.partition, ''), coalesce(j.qos, ''),
        coalesce(j.quote, '')
      from unnest(?::integer[], ?::bigint[], ?::text[], ?::text[]) as a (at, job, project, month)
      left join job j on j.id = a.job
      left join observed_run o on o.job = a.job
      left join lateral (
        select platform from project_platform t
        where t.project = coalesce(j.project, a.project) and t.from_month <= a.month
        order by from_month desc limit 1) p on true
      """;

  private final BillingCalendar calendar;

  PostingDimensions(BillingCalendar calendar) {
    this.calendar = calendar;
  }

  /** What postings are alike in. */
  private record Key(long job, String project, String month) {}

  List<Dimensions.Of> of(Connection connection, List<Posting> postings) throws SQLException {
    List<Dimensions.Item> items = new ArrayList<>();
    List<Key> keys = new ArrayList<>();
    Map<Key, Integer> numbers = new LinkedHashMap<>();
    for (Posting each : postings) {
      Dimensions.Item item = Dimensions.Item.of(each.transaction());
      Key key = key(each, item);
      items.add(item);
      keys.add(key);
      numbers.putIfAbsent(key, numbers.size());
    }
    Dimensions[] found = ask(connection, numbers);
    List<Dimensions.Of> all = new ArrayList<>();
    for (int i = 0; i < postings.size(); i++) {
      Dimensions known = found[numbers.get(keys.get(i))];
      all.add(new Dimensions.Of(postings.get(i), with(known, items.get(i))));
    }
    return all;
  }

  private Key key(Posting posting, Dimensions.Item item) {
    String month =
        item.day().isEmpty()
            ? calendar.month(posting.timeMs())
            : item.day().substring(0, "YYYY-MM".length());
    if (posting.run() != null) {
      return new Key(posting.run().job().value(), "", month);
    }
    int colon = posting.account().indexOf(':');
    String of = posting.account().substring(colon + 1);
    // What a reservation earned is of no account of a project.
    return new Key(0, of.indexOf('/') < 0 ? of : "", month);
  }

  private static Dimensions[] ask(Connection connection, Map<Key, Integer> numbers)
      throws SQLException {
    Dimensions[] found = new Dimensions[numbers.size()];
    List<Key> keys = List.copyOf(numbers.keySet());
    try (PreparedStatement statement = connection.prepareStatement(SQL)) {
      statement.setArray(1, connection.createArrayOf("integer", numbers.values().toArray()));
      statement.setArray(
          2, connection.createArrayOf("bigint", keys.stream().map(Key::job).toArray()));
      statement.setArray(
          3, connection.createArrayOf("text", keys.stream().map(Key::project).toArray()));
      statement.setArray(
          4, connection.createArrayOf("text", keys.stream().map(Key::month).toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found[row.getInt(1)] =
              new Dimensions(
                  row.getString(2),
                  row.getString(3),
                  Domains.read(row.getString(4)),
                  row.getString(5),
                  row.getString(6),
                  row.getString(7),
                  row.getString(8),
                  row.getString(9),
                  quote(row.getString(10)),
                  null);
        }
      }
    }
    return found;
  }

  private static String quote(String text) {
    return text.isEmpty() ? "" : Rows.quote(text).id();
  }

  private static Dimensions with(Dimensions known, Dimensions.Item item) {
    return new Dimensions(
        known.user(),
        known.project(),
        known.domains(),
        known.platform(),
        known.endUser(),
        known.cluster(),
        known.partition(),
        known.qos(),
        known.quote(),
        item);
  }
}
