package org.queqiao.accounting.export;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.queqiao.accounting.export.Column.Kind;
import org.queqiao.accounting.ledger.Repricing;
import org.queqiao.accounting.nodes.CoreTime;
import org.queqiao.accounting.sql.EndedReports;
import org.queqiao.accounting.sql.NodeReports;
import org.queqiao.accounting.usage.BurnDown;
import org.queqiao.accounting.usage.EndedRow;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.usage.ReportRow;
import org.queqiao.contract.money.BudgetUnit;

/** Reports over months and years as forms. Pure. */
public final class ReportForm {
  private static final int KEY = 20;
  private static final int FIGURE = 18;

  private ReportForm() {}

  /** Usage and charges; with the period before beside each row where the rows have it. */
  public static Form usage(
      List<ReportBy> by, List<ReportRow> rows, String from, String to, Language in) {
    boolean trend = !rows.isEmpty() && rows.getFirst().before() != null;
    List<Column> columns = new ArrayList<>();
    by.forEach(each -> columns.add(new Column(heading(each.name(), in), Kind.TEXT, KEY)));
    columns.add(new Column(in.of("Core-hours", "核时"), Kind.HOURS, FIGURE));
    columns.add(new Column(in.of("Standard core-hours", "标准核时"), Kind.HOURS, FIGURE));
    columns.add(new Column(in.of("Amount", "金额"), Kind.MONEY, FIGURE));
    columns.add(new Column(in.of("Currency", "币种"), Kind.TEXT, KEY));
    if (trend) {
      columns.add(new Column(in.of("Core-hours before", "上期核时"), Kind.HOURS, FIGURE));
      columns.add(new Column(in.of("Amount before", "上期金额"), Kind.MONEY, FIGURE));
    }
    return form(
        in.of("Usage", "用量"),
        columns,
        rows.stream().map(each -> cells(each, trend)).toList(),
        from,
        to,
        in);
  }

  private static List<Object> cells(ReportRow row, boolean trend) {
    List<Object> cells = new ArrayList<>(row.keys());
    cells.add(StatementForm.hours(row.coreMs()));
    cells.add(row.standardMs() == null ? null : StatementForm.hours(row.standardMs()));
    cells.add(StatementForm.money(row.chargeMicro()));
    cells.add(row.currency());
    if (trend) {
      cells.add(StatementForm.hours(row.before().coreMs()));
      cells.add(StatementForm.money(row.before().chargeMicro()));
    }
    return cells;
  }

  /** What runs made of what they had. */
  public static Form ended(
      List<EndedReports.By> by, List<EndedRow> rows, String from, String to, Language in) {
    List<Column> columns = new ArrayList<>();
    by.forEach(each -> columns.add(new Column(heading(each.name(), in), Kind.TEXT, KEY)));
    columns.add(new Column(in.of("Runs", "运行次数"), Kind.COUNT, KEY));
    columns.add(new Column(in.of("Core-hours", "核时"), Kind.HOURS, FIGURE));
    columns.add(new Column(in.of("Not completed", "未正常完成"), Kind.HOURS, FIGURE));
    columns.add(new Column(in.of("Idle", "空闲"), Kind.HOURS, FIGURE));
    columns.add(new Column(in.of("Known", "有记录"), Kind.HOURS, FIGURE));
    columns.add(new Column(in.of("Limit not used", "未用时限"), Kind.HOURS, FIGURE));
    columns.add(new Column(in.of("Idle accelerators", "加速卡空闲"), Kind.HOURS, FIGURE));
    columns.add(new Column(in.of("Known accelerators", "加速卡有记录"), Kind.HOURS, FIGURE));
    return form(
        in.of("Use of core-hours", "核时利用"),
        columns,
        rows.stream().map(ReportForm::cells).toList(),
        from,
        to,
        in);
  }

  private static List<Object> cells(EndedRow row) {
    List<Object> cells = new ArrayList<>(row.keys());
    cells.addAll(
        Arrays.asList(
            BigDecimal.valueOf(row.runs()),
            StatementForm.hours(row.coreMs()),
            StatementForm.hours(row.lostCoreMs()),
            StatementForm.hours(row.idleCoreMs()),
            StatementForm.hours(row.knownCoreMs()),
            StatementForm.hours(row.unusedLimitCoreMs()),
            StatementForm.hours(row.idleDeviceMs()),
            StatementForm.hours(row.knownDeviceMs())));
    return cells;
  }

  /** What is left of wallets and budgets, and until when: money, and core time in core-hours. */
  public static Form burnDown(List<BurnDown> rows, String project, int days, Language in) {
    String title = in.of("Burn-down", "余额预测");
    List<Column> columns =
        List.of(
            new Column(in.of("Of", "类别"), Kind.TEXT, KEY),
            new Column(in.of("Name", "名称"), Kind.TEXT, KEY),
            new Column(in.of("Left", "剩余"), Kind.MONEY, FIGURE),
            new Column(in.of("Used in these days", "期间用量"), Kind.MONEY, FIGURE),
            new Column(in.of("Unit", "单位"), Kind.TEXT, KEY),
            new Column(in.of("Nothing left at (UTC)", "用尽时间 (UTC)"), Kind.TEXT, KEY));
    return new Form(
        in,
        title,
        List.of(
            new Form.Fact(in.of("Project", "项目"), project),
            new Form.Fact(in.of("Days", "天数"), Integer.toString(days))),
        List.of(
            new Table(
                title,
                columns,
                () -> rows.stream().map(each -> cells(each, in)).iterator(),
                List.of())),
        List.of());
  }

  private static List<Object> cells(BurnDown row, Language in) {
    boolean money = row.unit().equals(BudgetUnit.MONEY.name());
    return Arrays.asList(
        switch (row.kind()) {
          case WALLET -> in.of("Wallet", "钱包");
          case BUDGET -> in.of("Budget", "预算");
        },
        row.name(),
        money ? StatementForm.money(row.left()) : StatementForm.hours(row.left()),
        money ? StatementForm.money(row.spent()) : StatementForm.hours(row.spent()),
        money ? row.currency() : in.of("Core-hours", "核时"),
        row.runsOutMs() == null ? "" : Instant.ofEpochMilli(row.runsOutMs()).toString());
  }

  /** What past months would have cost under other prices. */
  public static Form whatIf(
      List<Repricing.Line> lines, String currency, String from, String to, Language in) {
    List<Column> columns =
        List.of(
            new Column(in.of("Project", "项目"), Kind.TEXT, KEY),
            new Column(in.of("Partition", "分区"), Kind.TEXT, KEY),
            new Column(in.of("Resource", "资源"), Kind.TEXT, KEY),
            new Column(in.of("Kind of nodes", "节点类型"), Kind.TEXT, KEY),
            new Column(in.of("Hours", "机时"), Kind.HOURS, FIGURE),
            new Column(in.of("Charged", "已收费"), Kind.MONEY, FIGURE),
            new Column(in.of("What it would have been", "测算金额"), Kind.MONEY, FIGURE),
            new Column(in.of("Difference", "差额"), Kind.MONEY, FIGURE),
            new Column(in.of("Currency", "币种"), Kind.TEXT, KEY));
    return form(
        in.of("Past months under other prices", "按其他价格测算"),
        columns,
        lines.stream().map(each -> cells(each, currency)).toList(),
        from,
        to,
        in);
  }

  private static List<Object> cells(Repricing.Line line, String currency) {
    return Arrays.asList(
        line.project(),
        line.partition(),
        line.resource(),
        line.nodeType(),
        new BigDecimal(line.quantity())
            .divide(new BigDecimal(line.divisor()), 6, RoundingMode.HALF_UP),
        StatementForm.money(line.chargedMicro()),
        StatementForm.money(line.whatIfMicro()),
        StatementForm.money(Math.subtractExact(line.whatIfMicro(), line.chargedMicro())),
        currency);
  }

  /** Where the core time of nodes went; what is not accounted for to the core-millisecond. */
  public static Form reconciliation(
      List<NodeReports.Row> rows, String from, String to, Language in) {
    List<Column> columns =
        List.of(
            new Column(in.of("Period", "期间"), Kind.TEXT, KEY),
            new Column(in.of("Node", "节点"), Kind.TEXT, KEY),
            new Column(in.of("Capacity", "总容量"), Kind.HOURS, FIGURE),
            new Column(in.of("Allocated", "已分配"), Kind.HOURS, FIGURE),
            new Column(in.of("Reserved and idle", "预留空闲"), Kind.HOURS, FIGURE),
            new Column(in.of("Idle", "空闲"), Kind.HOURS, FIGURE),
            new Column(in.of("Down", "停机"), Kind.HOURS, FIGURE),
            new Column(in.of("Suspended", "挂起"), Kind.HOURS, FIGURE),
            new Column(in.of("Difference in core-ms", "差额 (核毫秒)"), Kind.COUNT, FIGURE),
            new Column(in.of("Problem", "问题"), Kind.TEXT, KEY));
    return form(
        in.of("Core-hours of nodes", "节点核时"),
        columns,
        rows.stream().map(ReportForm::cells).toList(),
        from,
        to,
        in);
  }

  private static List<Object> cells(NodeReports.Row row) {
    CoreTime time = row.time();
    return Arrays.asList(
        row.period(),
        row.node(),
        StatementForm.hours(time.capacityMs()),
        StatementForm.hours(time.allocatedMs()),
        StatementForm.hours(time.reservedMs()),
        StatementForm.hours(time.idleMs()),
        StatementForm.hours(time.downMs()),
        StatementForm.hours(time.suspendedMs()),
        BigDecimal.valueOf(time.differenceMs()),
        row.problem());
  }

  private static Form form(
      String title,
      List<Column> columns,
      List<List<Object>> rows,
      String from,
      String to,
      Language in) {
    return new Form(
        in,
        title,
        List.of(new Form.Fact(in.of("From", "起"), from), new Form.Fact(in.of("To", "止"), to)),
        List.of(new Table(title, columns, rows::iterator, List.of())),
        List.of());
  }

  private static String heading(String by, Language in) {
    return switch (by) {
      case "DAY" -> in.of("Day", "日期");
      case "MONTH" -> in.of("Month", "月份");
      case "YEAR" -> in.of("Year", "年份");
      case "FISCAL_QUARTER" -> in.of("Fiscal quarter", "财政季度");
      case "FISCAL_YEAR" -> in.of("Fiscal year", "财政年度");
      case "PROJECT" -> in.of("Project", "项目");
      case "USER" -> in.of("User", "用户");
      case "PARTITION" -> in.of("Partition", "分区");
      case "QOS" -> in.of("Quality of service", "服务质量");
      case "DOMAIN" -> in.of("Domain", "学科领域");
      case "PLATFORM" -> in.of("Platform", "服务平台");
      case "COST_CENTRE" -> in.of("Cost centre", "成本中心");
      case "END_USER" -> in.of("End user", "终端用户");
      case "NODE_TYPE" -> in.of("Kind of nodes", "节点类型");
      case "RESOURCE" -> in.of("Resource", "资源");
      case "STATE" -> in.of("End", "结束状态");
      default -> throw new IllegalArgumentException(by + " has no heading");
    };
  }
}
