package org.queqiao.accounting.export;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * One column of a table.
 *
 * @param heading in the language of the form
 * @param kind what its cells are
 * @param share how wide it is beside the others
 */
public record Column(String heading, Kind kind, int share) {

  /** What the cells of a column are: a text, or a number with its digits behind the point. */
  public enum Kind {
    /** Cells are {@link String}. */
    TEXT(0, 0, "@"),
    /** Whole numbers. */
    COUNT(0, 0, "#,##0"),
    /** Core-hours. */
    HOURS(2, 6, "#,##0.00####"),
    /** An amount or a price in units of the currency. */
    MONEY(2, 6, "#,##0.00####");

    private final int least;
    private final int most;
    private final String pattern;

    Kind(int least, int most, String pattern) {
      this.least = least;
      this.most = most;
      this.pattern = pattern;
    }

    /** The format of a spreadsheet's cell. */
    String pattern() {
      return pattern;
    }

    /** Digits without grouping and without an exponent, for programs. */
    String plain(BigDecimal value) {
      BigDecimal rounded = value.setScale(most, RoundingMode.HALF_UP).stripTrailingZeros();
      return (rounded.scale() < least ? rounded.setScale(least) : rounded).toPlainString();
    }

    /** Digits in groups of three, for people. */
    String grouped(BigDecimal value) {
      String plain = plain(value);
      int point = plain.indexOf('.') < 0 ? plain.length() : plain.indexOf('.');
      StringBuilder out = new StringBuilder(plain);
      int first = plain.startsWith("-") ? 1 : 0;
      for (int at = point - 3; at > first; at -= 3) {
        out.insert(at, ',');
      }
      return out.toString();
    }
  }
}
