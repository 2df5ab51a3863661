package org.queqiao.accounting.export;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.queqiao.accounting.statement.StatementForms;

/**
 * A form as CSV: of each table the headings, the rows and the totals; an empty line between them.
 * Of a document its facts stand below, each a name and a value.
 */
final class CsvForm {
  private CsvForm() {}

  static void write(Form form, OutputStream to) throws IOException {
    Writer out = new BufferedWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8));
    // Without it spreadsheets read Chinese headings in the code page of the machine.
    out.write('\uFEFF');
    String between = "";
    for (Table table : form.tables()) {
      out.write(between);
      between = "\r\n";
      out.write(
          table.columns().stream()
              .map(column -> StatementForms.text(column.heading()))
              .collect(Collectors.joining(",", "", "\r\n")));
      for (Iterator<List<Object>> rows = table.rows().get(); rows.hasNext(); ) {
        row(table.columns(), rows.next(), out);
      }
      for (List<Object> total : table.totals()) {
        row(table.columns(), total, out);
      }
    }
    if (form.document()) {
      out.write(between);
      for (Form.Fact fact : form.facts()) {
        out.write(
            StatementForms.text(fact.name()) + "," + StatementForms.text(fact.value()) + "\r\n");
      }
    }
    out.flush();
  }

  private static void row(List<Column> columns, List<Object> cells, Writer out) throws IOException {
    for (int i = 0; i < columns.size(); i++) {
      out.write(i == 0 ? "" : ",");
      switch (cells.get(i)) {
        case null -> out.write("");
        case BigDecimal number -> out.write(columns.get(i).kind().plain(number));
        case Object text -> out.write(StatementForms.text(text.toString()));
      }
    }
    out.write("\r\n");
  }
}
