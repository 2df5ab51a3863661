package org.queqiao.accounting.imports;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A CSV file of top-ups. The first line is {@value #HEAD}; amounts are in units of the currency
 * with at most six digits behind the point. A line that is not exactly so is put aside with its
 * number and the reason; nothing is guessed.
 *
 * @param lines those that can be read, in the order of the file
 * @param quarantined those that cannot
 */
public record TopUpFile(List<TopUpLine> lines, List<Quarantined> quarantined) {
  /** The first line of every file. */
  public static final String HEAD = "reference,project,amount,currency,reason";

  /** The most lines of a file, without the first. */
  public static final int MOST_LINES = 2_000;

  private static final int CELLS = 5;
  private static final int MOST_REASON = 200;
  private static final Pattern REFERENCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,63}");
  private static final Pattern PROJECT = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");
  private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
  private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,6})?");

  public TopUpFile {
    lines = List.copyOf(lines);
    quarantined = List.copyOf(quarantined);
  }

  /** A file as a whole that is none of top-ups. */
  public static final class NotTopUps extends Exception {
    private static final long serialVersionUID = 1;

    NotTopUps(String message) {
      super(message);
    }
  }

  /** A line that is not as it must be. */
  private static final class BadLine extends Exception {
    private static final long serialVersionUID = 1;

    BadLine(String message) {
      super(message);
    }
  }

  /**
   * Reads a file.
   *
   * @throws NotTopUps when it is not UTF-8, has another first line, or too many lines
   */
  public static TopUpFile read(byte[] content) throws NotTopUps {
    List<TopUpLine> lines = new ArrayList<>();
    List<Quarantined> bad = new ArrayList<>();
    String[] all = text(content).split("\n", -1);
    if (!all[0].replace("\uFEFF", "").strip().equals(HEAD)) {
      throw new NotTopUps("the first line must be " + HEAD);
    }
    int last = all[all.length - 1].isBlank() ? all.length - 1 : all.length;
    if (last - 1 > MOST_LINES) {
      throw new NotTopUps(
          "the file has " + (last - 1) + " lines: at most " + MOST_LINES + " at a time");
    }
    for (int i = 1; i < last; i++) {
      try {
        lines.add(line(i + 1, all[i]));
      } catch (BadLine e) {
        bad.add(new Quarantined(i + 1, e.getMessage()));
      }
    }
    return new TopUpFile(lines, bad);
  }

  private static String text(byte[] content) throws NotTopUps {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new NotTopUps("the file is not UTF-8");
    }
  }

  private static TopUpLine line(int number, String text) throws BadLine {
    List<String> cells = cells(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    if (cells.size() != CELLS) {
      throw new BadLine("it has " + cells.size() + " cells and not " + CELLS);
    }
    require(REFERENCE, cells.get(0), "reference", "1 to 64 letters, digits and ._/-");
    require(PROJECT, cells.get(1), "project", "the name of a project");
    require(AMOUNT, cells.get(2), "amount", "a number such as 1234.50, at most six digits behind");
    require(CURRENCY, cells.get(3), "currency", "a code such as CNY");
    long micro = new BigDecimal(cells.get(2)).movePointRight(6).longValueExact();
    if (micro == 0) {
      throw new BadLine("the amount is 0");
    }
    String reason = cells.get(4);
    if (reason.isBlank() || reason.length() > MOST_REASON) {
      throw new BadLine("the reason must have 1 to " + MOST_REASON + " letters");
    }
    if (reason.chars().anyMatch(Character::isISOControl)) {
      throw new BadLine("the reason has control characters");
    }
    return new TopUpLine(number, cells.get(0), cells.get(1), micro, cells.get(3), reason);
  }

  private static void require(Pattern pattern, String cell, String name, String what)
      throws BadLine {
    if (!pattern.matcher(cell).matches()) {
      throw new BadLine("the " + name + " must be " + what);
    }
  }

  /** The cells of a line: a cell in quotes may have commas and doubled quotes, no line ends. */
  private static List<String> cells(String text) throws BadLine {
    List<String> cells = new ArrayList<>();
    int at = 0;
    while (true) {
      StringBuilder cell = new StringBuilder();
      if (at < text.length() && text.charAt(at) == '"') {
        at = quoted(text, at + 1, cell);
      } else {
        while (at < text.length() && text.charAt(at) != ',') {
          if (text.charAt(at) == '"') {
            throw new BadLine("there is a quote in the middle of a cell");
          }
          cell.append(text.charAt(at++));
        }
      }
      cells.add(cell.toString());
      if (at == text.length()) {
        return cells;
      }
      if (text.charAt(at) != ',') {
        throw new BadLine("there is text behind a cell in quotes");
      }
      at++;
    }
  }

  /** Reads up to the closing quote and returns where the text goes on behind it. */
  private static int quoted(String text, int from, StringBuilder cell) throws BadLine {
    for (int at = from; at < text.length(); at++) {
      if (text.charAt(at) != '"') {
        cell.append(text.charAt(at));
      } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
        cell.append('"');
        at++;
      } else {
        return at + 1;
      }
    }
    throw new BadLine("a quote is not closed");
  }
}
