package org.queqiao.accounting.statement;

/**
 * How much of a statement is paid, in one currency.
 *
 * @param walletMicro what of the net sum the wallet has paid; of one that gives money back all of
 *     it, which stays in the wallet
 * @param walletTaxMicro the tax of that, which was paid with what came into the wallet
 * @param paidMicro what two people said that was paid for the statement, with its tax
 */
public record Settlement(long walletMicro, long walletTaxMicro, long paidMicro) {
  /** Nothing is. */
  public static final Settlement NONE = new Settlement(0, 0, 0);

  private static final long COIN = 10_000;

  /**
   * What a wallet pays: never more than it has, in whole coins.
   *
   * @param netMicro what the statement comes to, without its tax
   * @param walletMicro what the wallet has for it; below zero of one that owes
   */
  public static Settlement of(long netMicro, long walletMicro, Tax tax) {
    long has = Math.multiplyExact(Math.floorDiv(Math.max(0, walletMicro), COIN), COIN);
    long settled = Math.min(netMicro, has);
    long rest = Math.subtractExact(netMicro, settled);
    return new Settlement(settled, Math.subtractExact(tax.ofMicro(netMicro), tax.ofMicro(rest)), 0);
  }

  /** What the wallet has paid with its tax. */
  public long walletGrossMicro() {
    return Math.addExact(walletMicro, walletTaxMicro);
  }
}
