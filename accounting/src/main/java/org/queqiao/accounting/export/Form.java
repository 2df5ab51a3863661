package org.queqiao.accounting.export;

import java.util.List;

/**
 * What a form says, whatever it is written as.
 *
 * @param title the first line
 * @param facts what the form is about, beside its tables
 * @param tables in this order
 * @param notes sentences below the tables
 * @param document whether it is one without its facts too: files of tables alone then have them
 *     below the tables
 */
public record Form(
    Language language,
    String title,
    List<Fact> facts,
    List<Table> tables,
    List<String> notes,
    boolean document) {
  /** A form of which the tables alone are read by programs. */
  public Form(
      Language language, String title, List<Fact> facts, List<Table> tables, List<String> notes) {
    this(language, title, facts, tables, notes, false);
  }

  /** A name and its value, such as the month. */
  public record Fact(String name, String value) {}

  public Form {
    facts = List.copyOf(facts);
    tables = List.copyOf(tables);
    notes = List.copyOf(notes);
  }
}
