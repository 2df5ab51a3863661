package org.queqiao.accounting.export;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.queqiao.accounting.export.Column.Kind;

/**
 * A form as A4 pages. The headings of a table stand on each of its pages, a row is never cut, the
 * totals never stand alone, and every page says which of how many it is.
 */
final class PdfForm {
  /** A file of so many rows has more than 500 pages, which nobody prints; it is made in memory. */
  static final int MOST_ROWS = 20_000;

  private static final int TITLE = 18;
  private static final int SUBTITLE = 11;
  private static final int SMALL = 8;

  private final Form form;
  private final PdfPages pages;
  private int rows;

  private PdfForm(Form form, PdfPages pages) {
    this.form = form;
    this.pages = pages;
  }

  static void write(Form form, OutputStream to) throws IOException {
    try (PdfPages pages = new PdfPages(form.title())) {
      new PdfForm(form, pages).draw();
      String running =
          form.facts().stream().map(Form.Fact::value).limit(2).reduce(form.title(), PdfForm::join);
      pages.finish(
          running,
          (page, of) ->
              form.language().of("Page " + page + " of " + of, "第 " + page + " 页，共 " + of + " 页"));
      pages.save(to);
    }
  }

  private static String join(String before, String value) {
    return before + " · " + value;
  }

  private void draw() throws IOException {
    pages.line(TITLE, true, form.title());
    pages.gap(6);
    for (Form.Fact fact : form.facts()) {
      pages.pair(fact.name(), fact.value());
    }
    for (Table table : form.tables()) {
      pages.gap(14);
      draw(table);
    }
    pages.gap(12);
    for (String note : form.notes()) {
      pages.line(SMALL, false, note);
    }
  }

  private void draw(Table table) throws IOException {
    PdfTable drawn = new PdfTable(pages, table.columns());
    drawn.begin(table.name(), SUBTITLE);
    // The last row waits for the totals, so that they come onto the same page.
    List<Object> waiting = null;
    for (Iterator<List<Object>> all = table.rows().get(); all.hasNext(); ) {
      if (waiting != null) {
        drawn.rows(List.of(texts(table, waiting)), false);
      }
      waiting = all.next();
      if (++rows > MOST_ROWS) {
        throw new FormTooLong("a PDF holds at most " + MOST_ROWS + " rows: ask for CSV or XLSX");
      }
    }
    List<List<String>> last = new ArrayList<>();
    if (waiting != null) {
      last.add(texts(table, waiting));
    } else {
      drawn.rows(List.of(nothing(table)), false);
    }
    int body = last.size();
    table.totals().forEach(total -> last.add(texts(table, total)));
    drawn.keep(last);
    drawn.rows(last.subList(0, body), false);
    drawn.rows(last.subList(body, last.size()), true);
  }

  private List<String> nothing(Table table) {
    List<String> row = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      row.add(i == 0 ? form.language().of("none", "无") : "");
    }
    return row;
  }

  private static List<String> texts(Table table, List<Object> cells) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      Kind kind = table.columns().get(i).kind();
      texts.add(
          switch (cells.get(i)) {
            case null -> "";
            case BigDecimal number -> kind.grouped(number);
            case Object text -> text.toString();
          });
    }
    return texts;
  }
}
