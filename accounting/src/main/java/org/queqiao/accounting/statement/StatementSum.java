package org.queqiao.accounting.statement;

/**
 * What the statement of a project comes to in a currency, as it is kept.
 *
 * @param netMicro in coins, without tax
 * @param postedMicro what the ledger posted for it
 * @param taxMicro of the net sum
 * @param settlement how much of it is paid
 */
public record StatementSum(
    String project,
    String currency,
    long netMicro,
    long postedMicro,
    long taxMicro,
    Settlement settlement) {
  /** What is still asked for the net sum, whether or not it is paid with money. */
  public long restMicro() {
    return Math.subtractExact(netMicro, settlement.walletMicro());
  }

  /** The tax of that. */
  public long restTaxMicro() {
    return Math.subtractExact(taxMicro, settlement.walletTaxMicro());
  }

  /** What a payment is of: the rest with its tax. */
  public long askedMicro() {
    return Math.addExact(restMicro(), restTaxMicro());
  }

  /** What lines were rounded by: the statement asks for so much more than was posted. */
  public long roundingMicro() {
    return Math.subtractExact(netMicro, postedMicro);
  }
}
