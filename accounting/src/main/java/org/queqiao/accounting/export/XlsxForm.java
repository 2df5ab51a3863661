package org.queqiao.accounting.export;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import org.dhatim.fastexcel.PaperSize;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;

/**
 * A form as a workbook. Every text is an inline string, which no spreadsheet computes, so it stands
 * as it is; rows leave the memory as they are written.
 */
final class XlsxForm {
  /** The rows that a sheet may have, less the headings and room for totals; then comes another. */
  static final int MOST_ROWS = 1_048_000;

  private static final int ROWS_IN_MEMORY = 500;
  private static final int LONGEST_TEXT = 32_767;

  private XlsxForm() {}

  static void write(Form form, OutputStream to) throws IOException {
    OutputStream open =
        new FilterOutputStream(to) {
          @Override
          public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
          }

          @Override
          public void close() throws IOException {
            flush();
          }
        };
    try (Workbook book = new Workbook(open, "Queqiao", "1.0")) {
      for (Table table : form.tables()) {
        table(table, book);
      }
      about(form, book.newWorksheet(form.language().of("About", "说明")));
    }
  }

  private static void table(Table table, Workbook book) throws IOException {
    Iterator<List<Object>> rows = table.rows().get();
    int part = 1;
    do {
      String name = part == 1 ? table.name() : table.name() + " " + part;
      Worksheet sheet = book.newWorksheet(name);
      part++;
      begin(table.columns(), sheet);
      int r = 1;
      for (; rows.hasNext() && r <= MOST_ROWS; r++) {
        row(table.columns(), rows.next(), sheet, r, false);
        if (r % ROWS_IN_MEMORY == 0) {
          sheet.flush();
        }
      }
      if (!rows.hasNext()) {
        for (List<Object> total : table.totals()) {
          row(table.columns(), total, sheet, r++, true);
        }
      }
      sheet.finish();
    } while (rows.hasNext());
  }

  private static void begin(List<Column> columns, Worksheet sheet) {
    sheet.freezePane(0, 1);
    sheet.repeatRows(0);
    sheet.paperSize(PaperSize.A4_PAPER);
    sheet.pageOrientation("landscape");
    for (int c = 0; c < columns.size(); c++) {
      sheet.width(c, columns.get(c).share());
      sheet.inlineString(0, c, columns.get(c).heading());
      sheet.style(0, c).bold().wrapText(true).set();
    }
  }

  private static void row(
      List<Column> columns, List<Object> cells, Worksheet sheet, int r, boolean bold) {
    for (int c = 0; c < columns.size(); c++) {
      switch (cells.get(c)) {
        case null -> {}
        case BigDecimal number -> {
          sheet.value(r, c, number);
          var style = sheet.style(r, c).format(columns.get(c).kind().pattern());
          (bold ? style.bold() : style).set();
        }
        case Object text -> {
          sheet.inlineString(r, c, shortened(text.toString()));
          if (bold) {
            sheet.style(r, c).bold().set();
          }
        }
      }
    }
  }

  private static void about(Form form, Worksheet sheet) throws IOException {
    sheet.width(0, 24);
    sheet.width(1, 48);
    sheet.inlineString(0, 0, form.title());
    sheet.style(0, 0).bold().set();
    int r = 1;
    for (Form.Fact fact : form.facts()) {
      sheet.inlineString(r, 0, fact.name());
      sheet.inlineString(r++, 1, shortened(fact.value()));
    }
    for (String note : form.notes()) {
      sheet.inlineString(r++, 0, note);
    }
    sheet.finish();
  }

  private static String shortened(String text) {
    return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
  }
}
