package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;

/** A table for terminals: a heading and rows with aligned columns, control characters shown. */
public final class Table {
  private static final int MAX_CELL = 64;

  private final List<String[]> rows = new ArrayList<>();
  private final boolean[] right;

  /** A table with these columns; one that begins with {@code >} is aligned to the right. */
  public Table(String... headings) {
    right = new boolean[headings.length];
    String[] plain = new String[headings.length];
    for (int i = 0; i < headings.length; i++) {
      right[i] = headings[i].startsWith(">");
      plain[i] = right[i] ? headings[i].substring(1) : headings[i];
    }
    rows.add(plain);
  }

  /** Adds a row; a cell that is null is shown as a dash. */
  public Table row(Object... cells) {
    String[] texts = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      texts[i] = cells[i] == null ? "-" : safe(cells[i].toString());
    }
    rows.add(texts);
    return this;
  }

  /** What could steer a terminal is shown as an escape; overlong cells are cut. */
  private static String safe(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(MAX_CELL)
        .forEach(c -> {
          int type = Character.getType(c);
          if (type == Character.CONTROL
              || type == Character.FORMAT
              || type == Character.SURROGATE) {
            String hex = Integer.toHexString(c);
            out.append("\\u").append("0".repeat(Math.max(0, 4 - hex.length()))).append(hex);
          } else {
            out.appendCodePoint(c);
          }
        });
    return out.isEmpty() ? "-" : out.toString();
  }

  /** The columns that a text takes on a terminal: East Asian wide characters take two. */
  private static int width(String text) {
    return text.codePoints().map(c -> isWide(c) ? 2 : 1).sum();
  }

  private static boolean isWide(int c) {
    Character.UnicodeScript script = Character.UnicodeScript.of(c);
    return script == Character.UnicodeScript.HAN
        || script == Character.UnicodeScript.HIRAGANA
        || script == Character.UnicodeScript.KATAKANA
        || script == Character.UnicodeScript.HANGUL
        || (c >= 0xFF01 && c <= 0xFF60)
        || (c >= 0x3000 && c <= 0x303E);
  }

  @Override
  public String toString() {
    int[] widths = new int[right.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], width(row[i]));
      }
    }
    StringBuilder out = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String gap = " ".repeat(widths[i] - width(row[i]));
        line.append(i == 0 ? "" : "  ").append(right[i] ? gap + row[i] : row[i] + gap);
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }
}
