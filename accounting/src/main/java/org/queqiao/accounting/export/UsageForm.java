package org.queqiao.accounting.export;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.export.Column.Kind;
import org.queqiao.accounting.usage.UsageRow;

/** Usage and charges of a time range as a form. Pure. */
public final class UsageForm {
  private UsageForm() {}

  /** By what usage is told. */
  public enum By {
    USER,
    PROJECT,
    DOMAIN
  }

  /** The form of rows; the charges of each currency are added up below them. */
  public static Form of(List<UsageRow> rows, By by, long fromMs, long toMs, Language in) {
    String heading =
        switch (by) {
          case USER -> in.of("User", "用户");
          case PROJECT -> in.of("Project", "项目");
          case DOMAIN -> in.of("Domain", "学科领域");
        };
    List<Column> columns =
        List.of(
            new Column(heading, Kind.TEXT, 24),
            new Column(in.of("Core-hours", "核时"), Kind.HOURS, 18),
            new Column(in.of("Amount", "金额"), Kind.MONEY, 18),
            new Column(in.of("Currency", "币种"), Kind.TEXT, 10));
    Table table =
        new Table(
            in.of("Usage", "用量"),
            columns,
            () -> rows.stream().map(UsageForm::cells).iterator(),
            totals(rows, in));
    return new Form(
        in,
        in.of("Usage", "用量"),
        List.of(
            new Form.Fact(in.of("From", "起"), Instant.ofEpochMilli(fromMs).toString()),
            new Form.Fact(in.of("To", "止"), Instant.ofEpochMilli(toMs).toString())),
        List.of(table),
        List.of());
  }

  private static List<Object> cells(UsageRow row) {
    return List.of(
        row.key(),
        StatementForm.hours(row.coreMs()),
        StatementForm.money(row.chargeMicro()),
        row.currency());
  }

  /** The core time stands with its currency, as in the rows. */
  private static List<List<Object>> totals(List<UsageRow> rows, Language in) {
    Map<String, UsageRow> sums = new TreeMap<>();
    for (UsageRow row : rows) {
      sums.merge(
          row.currency(),
          row,
          (a, b) ->
              new UsageRow(
                  "",
                  Math.addExact(a.coreMs(), b.coreMs()),
                  Math.addExact(a.chargeMicro(), b.chargeMicro()),
                  a.currency()));
    }
    List<List<Object>> totals = new ArrayList<>();
    for (UsageRow sum : sums.values()) {
      BigDecimal amount = StatementForm.money(sum.chargeMicro());
      totals.add(
          Arrays.asList(
              in.of("Total", "合计"), StatementForm.hours(sum.coreMs()), amount, sum.currency()));
    }
    return totals;
  }
}
