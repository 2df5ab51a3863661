package org.queqiao.accounting.export;

import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/**
 * A table whose rows are asked for one after the other, so that it may be longer than the memory. A
 * cell is a {@link String} in a column of text, else a {@link java.math.BigDecimal}, or null for
 * none.
 *
 * @param name above the table and on the tab of a spreadsheet
 * @param rows begins to read the rows
 * @param totals rows below it; few
 */
public record Table(
    String name,
    List<Column> columns,
    Supplier<Iterator<List<Object>>> rows,
    List<List<Object>> totals) {
  public Table {
    columns = List.copyOf(columns);
    totals = List.copyOf(totals);
  }
}
