package org.queqiao.accounting.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.UsageRow;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.RefundReason;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** What is in the files, read back by other programs' readers. */
final class FormsTest {
  @TempDir Path folder;

  private static Statement statement(int lines) {
    return statement(lines, List.of());
  }

  private static StatementEntry refund(int number) {
    return new StatementEntry(
        "refund-" + number,
        StatementEntry.Kind.REFUND,
        new ProjectName("climate"),
        "2026-11",
        "user1",
        null,
        "NODE_FAIL",
        "node n" + number + " 掉电，按规则退还全部费用 lost its power",
        500_000,
        "CNY",
        12_345 + number);
  }

  private static StatementEntry paid(int run, int day) {
    return new StatementEntry(
        "allowance/" + run + ".1/7/2026-11-" + day,
        StatementEntry.Kind.ALLOWANCE,
        new ProjectName("climate"),
        "2026-11",
        "user1",
        new RunId(new JobId(run), 1),
        "PACKAGE 7",
        "",
        500_000,
        "CNY",
        12_345 + day,
        3_600_000);
  }

  /** Runs of a month with an entry for each of their days are fewer rows than a PDF holds. */
  @Test
  void whatAnAllowancePaysOfTheDaysOfARunIsOneRow() throws Exception {
    List<StatementEntry> entries = new ArrayList<>();
    for (int day = 1; day <= 30; day++) {
      for (int run = 1; run <= 700; run++) {
        entries.add(paid(run, day));
      }
    }
    entries.add(refund(1));
    Statement statement = statement(1, entries);
    assertThat(statement.entries()).hasSize(21_001);
    assertThat(StatementForms.entries(statement)).hasSize(701);
    assertThat(StatementForms.entries(statement).getFirst())
        .satisfies(each -> {
          assertThat(each.amountMicro()).isEqualTo(15_000_000);
          assertThat(each.coreMs()).isEqualTo(30 * 3_600_000L);
        });
    // The headings, a line, the entries and the sum.
    assertThat(StatementForms.csv(statement).lines()).hasSize(1 + 1 + 701 + 1);
    assertThat(write(FormWriter.PDF, StatementForm.of(statement, Language.EN))).isNotEmpty();
  }

  private static Statement statement(int lines, List<StatementEntry> entries) {
    List<Statement.Line> all = new ArrayList<>();
    for (int i = 0; i < lines; i++) {
      String user = i % 7 == 3 ? "researcher-with-a-rather-long-name-" + i : "user" + i;
      all.add(
          new Statement.Line(
              user,
              "batch",
              1234 + i,
              36_000_000L * (i + 1),
              100_000,
              "CNY",
              "0",
              1_000_000L * (i + 1),
              1_000_000L * (i + 1)));
    }
    return StatementForms.of("climate", "2026-11", "Asia/Shanghai", all, entries);
  }

  private static byte[] write(FormWriter writer, Form form) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(form, out);
    return out.toByteArray();
  }

  private static Form of(Object... cells) {
    List<Column> columns =
        List.of(
            new Column("Name", Column.Kind.TEXT, 10), new Column("Value", Column.Kind.MONEY, 10));
    return new Form(
        Language.EN,
        "Form",
        List.of(),
        List.of(new Table("Table", columns, () -> List.of(List.of(cells)).iterator(), List.of())),
        List.of());
  }

  private Map<String, String> parts(byte[] workbook) throws IOException {
    Map<String, String> parts = new TreeMap<>();
    Path file = Files.write(folder.resolve("book.xlsx"), workbook);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry each : zip.stream().toList()) {
        parts.put(
            each.getName(),
            new String(zip.getInputStream(each).readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return parts;
  }

  private static Document xml(String text) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1"})
  void r25ATextIsNeverAFormula(String text) throws Exception {
    String csv =
        new String(write(FormWriter.CSV, of(text, BigDecimal.ONE)), StandardCharsets.UTF_8);
    assertThat(csv.substring(csv.indexOf("\r\n") + 2)).startsWith("\"'" + text);
    String sheet =
        parts(write(FormWriter.XLSX, of(text, BigDecimal.ONE))).get("xl/worksheets/sheet1.xml");
    Document read = xml(sheet);
    assertThat(read.getElementsByTagName("f").getLength()).isZero();
    Element cell = (Element) read.getElementsByTagName("c").item(2);
    assertThat(cell.getAttribute("t")).isEqualTo("inlineStr");
    assertThat(write(FormWriter.PDF, of(text, BigDecimal.ONE))).startsWith('%', 'P', 'D', 'F');
  }

  @Test
  void numbersAreNumbers() throws Exception {
    BigDecimal number = new BigDecimal("-1234567.890000");
    String csv = new String(write(FormWriter.CSV, of("a,\"b\"", number)), StandardCharsets.UTF_8);
    assertThat(csv).isEqualTo("\uFEFFName,Value\r\n\"a,\"\"b\"\"\",-1234567.89\r\n");
    Document read =
        xml(parts(write(FormWriter.XLSX, of("a", number))).get("xl/worksheets/sheet1.xml"));
    Element cell = (Element) read.getElementsByTagName("c").item(3);
    assertThat(cell.getAttribute("t")).isIn("", "n");
    assertThat(new BigDecimal(cell.getTextContent())).isEqualByComparingTo(number);
    assertThat(Column.Kind.MONEY.grouped(number)).isEqualTo("-1,234,567.89");
    assertThat(Column.Kind.MONEY.grouped(new BigDecimal("-123"))).isEqualTo("-123.00");
    assertThat(Column.Kind.COUNT.grouped(new BigDecimal("1000"))).isEqualTo("1,000");
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void aStatementSaysTheSameInEveryForm(Language language) throws Exception {
    Form form = StatementForm.of(statement(2), language);
    String csv = new String(write(FormWriter.CSV, form), StandardCharsets.UTF_8);
    String heads = language == Language.EN ? "User,Partition,Jobs" : "用户,分区,作业数";
    assertThat(csv).startsWith("\uFEFF" + heads);
    assertThat(csv)
        .contains("user1,batch,1235,cores,20.00,0.10,2.00,CNY\r\n")
        .contains("30.00,,3.00,CNY");
    Map<String, String> parts = parts(write(FormWriter.XLSX, form));
    assertThat(xml(parts.get("xl/worksheets/sheet1.xml")).getDocumentElement().getTextContent())
        .startsWith(heads.replace(",", ""))
        .contains("user1");
    assertThat(text(write(FormWriter.PDF, form)))
        .contains(heads.split(",")[0], "user1", "climate", "2026-11", "3.00")
        .contains(language == Language.EN ? "Page 1 of 1" : "第 1 页，共 1 页");
  }

  private static String text(byte[] pdf) throws IOException {
    try (PDDocument read = Loader.loadPDF(pdf)) {
      return new PDFTextStripper().getText(read);
    }
  }

  @Test
  void everyPageHasItsNumberAndHeadingsAndTheTotalsNeverStandAlone() throws Exception {
    for (int lines = 20; lines < 90; lines += 2) {
      byte[] pdf = write(FormWriter.PDF, StatementForm.of(statement(lines), Language.EN));
      try (PDDocument read = Loader.loadPDF(pdf)) {
        int pages = read.getNumberOfPages();
        for (int page = 1; page <= pages; page++) {
          PDFTextStripper stripper = new PDFTextStripper();
          stripper.setStartPage(page);
          stripper.setEndPage(page);
          String text = stripper.getText(read);
          assertThat(text).contains("Page " + page + " of " + pages);
          if (text.contains("Total")) {
            assertThat(text).as("lines %d", lines).contains("batch").contains("Partition");
          }
          assertThat(text.contains("batch")).isEqualTo(text.contains("Partition"));
        }
      }
    }
  }

  @Test
  void refundsStandBesideTheLinesAndLowerWhatIsPaid() throws Exception {
    Form form = StatementForm.of(statement(2, List.of(refund(1), refund(2))), Language.EN);
    String csv = new String(write(FormWriter.CSV, form), StandardCharsets.UTF_8);
    assertThat(csv).contains("refund,12346,user1,NODE_FAIL,").contains(",-0.50,CNY\r\n");
    assertThat(csv)
        .contains("Sum,,,,,2.00,CNY\r\n\r\n")
        .contains("2.00,0.00,0.00,2.00,CNY\r\n\r\nProject,climate\r\nMonth,2026-11\r\n")
        .endsWith("\r\nState,draft\r\n");
    assertThat(text(write(FormWriter.PDF, form))).contains("Refunds and corrections", "2.00");
    assertThat(parts(write(FormWriter.XLSX, form)).get("xl/workbook.xml"))
        .contains("Refunds and corrections");
  }

  @Test
  void usageHasItsSumsByCurrency() throws Exception {
    List<UsageRow> rows =
        List.of(
            new UsageRow("=li", 3_600_000, 1_500_000, "CNY"),
            new UsageRow("wang", 7_200_000, 500_000, "CNY"),
            new UsageRow("zhao", 1_800_000, 0, ""));
    Form form = UsageForm.of(rows, UsageForm.By.USER, 0, 86_400_000, Language.EN);
    assertThat(new String(write(FormWriter.CSV, form), StandardCharsets.UTF_8))
        .isEqualTo(
            "\uFEFFUser,Core-hours,Amount,Currency\r\n\"'=li\",1.00,1.50,CNY\r\n"
                + "wang,2.00,0.50,CNY\r\nzhao,0.50,0.00,\r\n"
                + "Total,0.50,0.00,\r\nTotal,3.00,2.00,CNY\r\n");
    assertThat(text(write(FormWriter.PDF, form))).contains("1970-01-02T00:00:00Z", "zhao");
  }

  private static StatementEntry entry(String cause, String reason) {
    return new StatementEntry(
        "refund/1.1/" + cause,
        StatementEntry.Kind.REFUND,
        new ProjectName("climate"),
        "2026-11",
        "user1",
        new RunId(new JobId(1), 1),
        cause,
        reason,
        250_000,
        "CNY",
        12_345);
  }

  @Test
  void aChineseStatementSaysInChineseWhyMoneyCameBack() throws Exception {
    List<StatementEntry> entries =
        List.of(
            entry("NODE_FAIL", "since its checkpoint at 2026-11-02T04:00:00Z: made room for job 7"),
            entry("GOODWILL", "as the director said"),
            entry("", "the least that a run costs"),
            entry("correct/12", "launch failed on cn1: no space"),
            paid(3, 11));
    Statement statement = statement(1, entries);
    String chinese =
        new String(
            write(FormWriter.CSV, StatementForm.of(statement, Language.ZH)),
            StandardCharsets.UTF_8);
    assertThat(chinese)
        .contains("节点故障,自检查点 2026-11-02T04:00:00Z 起：为作业 7 让出资源,")
        .contains("优惠减免,as the director said,")
        .contains(",运行的最低收费,")
        .contains("correct/12,在 cn1 上启动失败：no space,")
        .contains("机时包 7,")
        .doesNotContain("NODE_FAIL", "GOODWILL", "PACKAGE");
    assertThat(text(write(FormWriter.PDF, StatementForm.of(statement, Language.ZH))))
        .contains("节点故障", "优惠减免", "机时包");
    assertThat(
            new String(
                write(FormWriter.CSV, StatementForm.of(statement, Language.EN)),
                StandardCharsets.UTF_8))
        .contains("NODE_FAIL,", "GOODWILL,", ",the least that a run costs,");
  }

  /** A cause that is new has its Chinese word too. */
  @Test
  void thatWhatPeopleGaveBackGoesAlongIsSaidInChinese() {
    String along = "it is told otherwise now: what people gave back goes with it";
    assertThat(EntryWords.reason(along, Language.ZH)).isEqualTo("记录已更正，人工退款随之调整");
    assertThat(EntryWords.reason(along, Language.EN)).isEqualTo(along);
    assertThat(EntryWords.reason("it is told otherwise now", Language.ZH)).isEqualTo("记录已更正，收回退款");
  }

  @Test
  void everyCauseHasAWord() {
    for (RefundCause each : RefundCause.values()) {
      assertThat(EntryWords.cause(each.name(), Language.ZH)).isNotEqualTo(each.name());
    }
    for (RefundReason each : RefundReason.values()) {
      assertThat(EntryWords.cause(each.name(), Language.ZH)).isNotEqualTo(each.name());
    }
    for (AllowanceKind each : AllowanceKind.values()) {
      assertThat(EntryWords.cause(each + " 3", Language.ZH)).isNotEqualTo(each + " 3");
    }
  }

  /** Whose words it is stays; what the server says of an operator is said in Chinese. */
  @Test
  void whichOperatorEndedARunIsSaidInChinese() {
    for (String[] each :
        new String[][] {
          {"ended by administrator admin1", "由管理员 admin1 终止"},
          {"ended by administrator admin1: the switch", "由管理员 admin1 终止：the switch"},
          {
            "ended by administrator admin1 for a fault of the platform: the switch",
            "因平台故障由管理员 admin1 终止：the switch"
          },
          {
            "since its checkpoint at 2026-11-02T07:00:00Z: ended by administrator admin1 for a"
                + " fault of the platform: the switch",
            "自检查点 2026-11-02T07:00:00Z 起：因平台故障由管理员 admin1 终止：the switch"
          }
        }) {
      assertThat(EntryWords.reason(each[0], Language.ZH)).isEqualTo(each[1]);
      assertThat(EntryWords.reason(each[0], Language.EN)).isEqualTo(each[0]);
    }
  }

  @Test
  void anEmptyStatementIsAForm() throws Exception {
    Form form = StatementForm.of(statement(0), Language.ZH);
    assertThat(text(write(FormWriter.PDF, form))).contains("无");
    assertThat(parts(write(FormWriter.XLSX, form))).containsKey("xl/worksheets/sheet2.xml");
  }

  @Test
  void aCharacterThatTheFontLacksIsMarked() throws Exception {
    assertThat(text(write(FormWriter.PDF, of("鹊桥 \uD83D\uDE00\u202Ex\u0007", BigDecimal.ONE))))
        .contains("鹊桥 〓〓x〓");
    assertThat(text(write(FormWriter.PDF, of("w".repeat(10_000), BigDecimal.ONE)))).contains("…");
  }

  /** Counts what is written and keeps nothing. */
  private static final class Counter extends OutputStream {
    long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] b, int from, int count) {
      bytes += count;
    }
  }

  private static Form rows(int count) {
    List<Column> columns =
        List.of(
            new Column("Name", Column.Kind.TEXT, 10), new Column("Value", Column.Kind.MONEY, 10));
    return new Form(
        Language.EN,
        "Form",
        List.of(),
        List.of(
            new Table(
                "Table",
                columns,
                () ->
                    IntStream.range(0, count)
                        .mapToObj(i -> List.<Object>of("name" + i, BigDecimal.valueOf(i, 6)))
                        .iterator(),
                List.of())),
        List.of());
  }

  @Test
  void aLongTableIsWrittenAsItIsRead() throws Exception {
    for (FormWriter each : List.of(FormWriter.CSV, FormWriter.XLSX)) {
      Counter out = new Counter();
      long[] before = new long[1];
      Form form = rows(300_000);
      Table table = form.tables().getFirst();
      Table watched =
          new Table(
              table.name(),
              table.columns(),
              () -> {
                var rows = table.rows().get();
                int[] read = new int[1];
                return new java.util.Iterator<List<Object>>() {
                  @Override
                  public boolean hasNext() {
                    return rows.hasNext();
                  }

                  @Override
                  public List<Object> next() {
                    if (++read[0] == 150_000) {
                      before[0] = out.bytes;
                    }
                    return rows.next();
                  }
                };
              },
              List.of());
      each.write(new Form(Language.EN, "Form", List.of(), List.of(watched), List.of()), out);
      assertThat(before[0]).as("%s at half of the rows", each).isGreaterThan(out.bytes / 3);
    }
  }

  @Test
  void aPdfOfTooManyRowsIsRefusedBeforeAnythingIsWritten() {
    Counter out = new Counter();
    assertThatThrownBy(() -> FormWriter.PDF.write(rows(PdfForm.MOST_ROWS + 1), out))
        .isInstanceOf(FormTooLong.class)
        .hasMessageContaining("CSV");
    assertThat(out.bytes).isZero();
  }

  @Test
  void aCutFontIsRefused() {
    assertThatThrownBy(() -> Woff.unpack(new byte[10])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Woff.unpack(new byte[100])).isInstanceOf(IOException.class);
  }

  /** Leaves files to be looked at where {@code -Dqueqiao.forms=FOLDER} says so. */
  @Test
  void samplesAreLeftWhereAskedFor() throws Exception {
    String folder = System.getProperty("queqiao.forms");
    for (Language language : Language.values()) {
      for (FormWriter each : FormWriter.values()) {
        byte[] file =
            write(each, StatementForm.of(statement(70, List.of(refund(1), refund(2))), language));
        assertThat(file).isNotEmpty();
        if (folder != null) {
          Files.write(Path.of(folder, language + "." + each), file);
        }
      }
    }
  }
}
