package org.queqiao.accounting.export;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.queqiao.accounting.export.Column.Kind;
import org.queqiao.accounting.ledger.Dimensions;
import org.queqiao.accounting.ledger.LostRun;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.sql.LostRuns;
import org.queqiao.accounting.statement.LineRun;

/**
 * What is behind a line of a statement and behind a run, and runs that are lost, as forms. Pure.
 */
public final class DrillForm {
  private static final int KEY = 20;
  private static final int FIGURE = 18;
  private static final int HOURS_PLACES = 6;

  private DrillForm() {}

  /**
   * The runs of a line.
   *
   * @param divisor by which what is counted becomes hours
   */
  public static Form runs(
      List<LineRun> runs, String project, String month, BigInteger divisor, Language in) {
    String title = in.of("Runs of a line", "账单行的运行明细");
    List<Column> columns =
        List.of(
            text(in.of("Job", "作业")),
            text(in.of("Run", "运行")),
            text(in.of("Name", "名称")),
            text(in.of("Quality of service", "服务质量")),
            text(in.of("End user", "终端用户")),
            text(in.of("From (UTC)", "起 (UTC)")),
            text(in.of("To (UTC)", "止 (UTC)")),
            new Column(in.of("Hours", "时数"), Kind.HOURS, FIGURE),
            new Column(in.of("Amount", "金额"), Kind.MONEY, FIGURE),
            new Column(in.of("First log position", "首条日志位置"), Kind.COUNT, FIGURE),
            new Column(in.of("Last log position", "末条日志位置"), Kind.COUNT, FIGURE),
            text(in.of("Of this line alone", "仅属此行")));
    return new Form(
        in,
        title,
        List.of(
            new Form.Fact(in.of("Project", "项目"), project),
            new Form.Fact(in.of("Month", "月份"), month)),
        List.of(
            new Table(
                title,
                columns,
                () -> runs.stream().map(each -> cells(each, divisor, in)).iterator(),
                List.of())),
        List.of());
  }

  private static Column text(String heading) {
    return new Column(heading, Kind.TEXT, KEY);
  }

  private static List<Object> cells(LineRun run, BigInteger divisor, Language in) {
    return Arrays.asList(
        run.run() == null ? "" : run.run().job().toString(),
        run.run() == null ? "" : Integer.toString(run.run().attempt()),
        run.job(),
        run.qos(),
        run.endUser(),
        Instant.ofEpochMilli(run.fromMs()).toString(),
        Instant.ofEpochMilli(run.toMs()).toString(),
        new BigDecimal(run.quantity())
            .divide(new BigDecimal(divisor), HOURS_PLACES, RoundingMode.HALF_UP),
        StatementForm.money(run.chargedMicro()),
        BigDecimal.valueOf(run.firstPosition()),
        BigDecimal.valueOf(run.lastPosition()),
        run.exact() ? in.of("yes", "是") : in.of("not known", "未知"));
  }

  /** Runs whose node vanished. */
  public static Form lostRuns(List<LostRuns.Row> runs, Language in) {
    String title = in.of("Runs whose node vanished", "节点失联的运行");
    List<Column> columns =
        List.of(
            text(in.of("Job", "作业")),
            text(in.of("Run", "运行")),
            text(in.of("State", "状态")),
            text(in.of("Project", "项目")),
            text(in.of("User", "用户")),
            text(in.of("Nodes", "节点")),
            text(in.of("From (UTC)", "起 (UTC)")),
            text(in.of("Billed until (UTC)", "计费至 (UTC)")),
            text(in.of("Why", "原因")),
            new Column(in.of("Log position", "日志位置"), Kind.COUNT, FIGURE),
            text(in.of("Looked at by", "核查人")),
            text(in.of("Looked at (UTC)", "核查时间 (UTC)")),
            text(in.of("What they said", "核查说明")));
    return new Form(
        in,
        title,
        List.of(),
        List.of(
            new Table(
                title,
                columns,
                () -> runs.stream().map(each -> cells(each, in)).iterator(),
                List.of())),
        List.of());
  }

  private static List<Object> cells(LostRuns.Row each, Language in) {
    LostRun run = each.run();
    return Arrays.asList(
        run.run().job().toString(),
        Integer.toString(run.run().attempt()),
        each.seen() ? in.of("looked at", "已核查") : in.of("open", "待核查"),
        run.project().value(),
        run.user().value(),
        String.join(" ", run.nodes()),
        Instant.ofEpochMilli(run.startMs()).toString(),
        Instant.ofEpochMilli(run.billedMs()).toString(),
        run.why(),
        BigDecimal.valueOf(run.position()),
        each.seenBy(),
        each.seen() ? Instant.ofEpochMilli(each.seenMs()).toString() : "",
        each.seenWhy());
  }

  /** Postings with what they are for; what is no money is in its unit. */
  public static Form postings(List<Dimensions.Of> postings, String of, Language in) {
    String title = in.of("Postings", "分录");
    List<Column> columns =
        List.of(
            new Column(in.of("Log position", "日志位置"), Kind.COUNT, FIGURE),
            text(in.of("Time (UTC)", "时间 (UTC)")),
            text(in.of("Transaction", "交易")),
            text(in.of("Account", "账户")),
            new Column(in.of("Amount", "金额"), Kind.MONEY, FIGURE),
            text(in.of("Currency", "币种")),
            new Column(in.of("Quantity", "数量"), Kind.COUNT, FIGURE),
            text(in.of("Unit", "单位")),
            text(in.of("Day", "日期")),
            text(in.of("Job", "作业")),
            text(in.of("Run", "运行")),
            text(in.of("User", "用户")),
            text(in.of("Project", "项目")),
            text(in.of("Domains", "学科领域")),
            text(in.of("Platform", "服务平台")),
            text(in.of("End user", "终端用户")),
            text(in.of("Cluster", "集群")),
            text(in.of("Partition", "分区")),
            text(in.of("Quality of service", "服务质量")),
            text(in.of("Resource", "资源")),
            text(in.of("Kind of nodes", "节点类型")));
    return new Form(
        in,
        title,
        List.of(new Form.Fact(in.of("Of", "所属"), of)),
        List.of(
            new Table(
                title,
                columns,
                () -> postings.stream().map(DrillForm::cells).iterator(),
                List.of())),
        List.of());
  }

  private static List<Object> cells(Dimensions.Of each) {
    Posting posting = each.posting();
    Dimensions of = each.dimensions();
    boolean money = posting.unit() == Unit.MICRO;
    return Arrays.asList(
        BigDecimal.valueOf(posting.position()),
        Instant.ofEpochMilli(posting.timeMs()).toString(),
        posting.transaction(),
        posting.account(),
        money ? StatementForm.money(posting.amount()) : null,
        posting.currency(),
        money ? null : BigDecimal.valueOf(posting.amount()),
        money ? "" : posting.unit().name(),
        of.item().day(),
        posting.run() == null ? "" : posting.run().job().toString(),
        posting.run() == null ? "" : Integer.toString(posting.run().attempt()),
        of.user(),
        of.project(),
        of.domains().stream()
            .map(share -> share.domain() + " " + share.permille() + "/1000")
            .collect(Collectors.joining("; ")),
        of.platform(),
        of.endUser(),
        of.cluster(),
        of.partition(),
        of.qos(),
        of.item().resource(),
        of.item().nodeType());
  }
}
