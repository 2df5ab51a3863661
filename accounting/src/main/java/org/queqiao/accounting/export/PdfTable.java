package org.queqiao.accounting.export;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.export.Column.Kind;

/** Draws the rows of one table onto pages, headings first on each. */
final class PdfTable {
  private static final int SIZE = 9;
  private static final float LEADING = 12;
  private static final float PADDING = 4;

  /** A cell of more lines is cut: a row must fit on a page. */
  private static final int MOST_LINES = 12;

  private final PdfPages pages;
  private final List<Column> columns;
  private final float[] left;
  private final List<List<String>> headings;

  PdfTable(PdfPages pages, List<Column> columns) throws IOException {
    this.pages = pages;
    this.columns = columns;
    this.left = new float[columns.size() + 1];
    float all = columns.stream().mapToInt(Column::share).sum();
    left[0] = PdfPages.MARGIN;
    for (int i = 0; i < columns.size(); i++) {
      left[i + 1] = left[i] + PdfPages.WIDTH * columns.get(i).share() / all;
    }
    this.headings = wrapped(columns.stream().map(Column::heading).toList());
  }

  /** The name of the table and its headings, with room for a row below them. */
  void begin(String name, int size) throws IOException {
    pages.room(size * 2 + height(headings) + 4 * LEADING);
    pages.line(size, true, name);
    pages.gap(4);
    headings();
  }

  private void headings() throws IOException {
    float height = height(headings);
    pages.shade(height);
    cells(headings, true);
    pages.down(height);
    pages.rule(0.8f);
  }

  /** Goes to a new page unless all of these rows fit on this one. */
  void keep(List<List<String>> rows) throws IOException {
    float needed = 0;
    for (List<String> row : rows) {
      needed += height(wrapped(row));
    }
    needed = Math.min(needed, PdfPages.HEIGHT / 2);
    if (pages.room(needed)) {
      headings();
    }
  }

  void rows(List<List<String>> rows, boolean total) throws IOException {
    for (List<String> row : rows) {
      List<List<String>> lines = wrapped(row);
      float height = height(lines);
      if (pages.room(height)) {
        headings();
      }
      if (total) {
        pages.rule(0.8f);
      }
      cells(lines, total);
      pages.down(height);
      if (!total) {
        pages.rule(0.2f);
      }
    }
  }

  private void cells(List<List<String>> lines, boolean bold) throws IOException {
    for (int i = 0; i < columns.size(); i++) {
      float y = PADDING + SIZE;
      for (String line : lines.get(i)) {
        boolean number = columns.get(i).kind() != Kind.TEXT;
        float x = number ? left[i + 1] - PADDING - pages.width(line, SIZE) : left[i] + PADDING;
        pages.text(x, y, SIZE, bold, line);
        y += LEADING;
      }
    }
  }

  private static float height(List<List<String>> lines) {
    int most = lines.stream().mapToInt(List::size).max().orElse(1);
    return most * LEADING + PADDING * 1.5f;
  }

  private List<List<String>> wrapped(List<String> cells) throws IOException {
    List<List<String>> all = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      float room = left[i + 1] - left[i] - 2 * PADDING;
      List<String> lines = pages.wrap(cells.get(i), SIZE, room);
      if (lines.size() > MOST_LINES) {
        lines = new ArrayList<>(lines.subList(0, MOST_LINES));
        lines.set(MOST_LINES - 1, "…");
      }
      all.add(lines);
    }
    return all;
  }
}
