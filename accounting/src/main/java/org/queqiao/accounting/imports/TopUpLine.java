package org.queqiao.accounting.imports;

/**
 * Money for a project, as a file says.
 *
 * @param line its number in the file, from 1
 * @param reference what it is known by for ever, such as the number of an invoice
 * @param project the name of the project
 * @param amountMicro positive, micro-units of the currency
 * @param currency ISO 4217 code
 * @param reason in words
 */
public record TopUpLine(
    int line, String reference, String project, long amountMicro, String currency, String reason) {

  /** The reason with the reference before it, as it stands in the log. */
  public String marked() {
    return mark(reference) + " " + reason;
  }

  /** How the reason of a change begins that came from a line with this reference. */
  public static String mark(String reference) {
    return "[" + reference + "]";
  }
}
