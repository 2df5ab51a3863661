package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.Tax;

/** What is to be paid of a statement, net and with tax, as JSON. */
final class StatementTax {
  private StatementTax() {}

  /** The rate and how it is rounded, within a statement; null where the site states none. */
  static void rate(Tax tax, JsonGenerator out) throws IOException {
    Json.number(out, "taxBasisPoints", tax.isStated() ? tax.basisPoints() : null);
    out.writeStringField("taxRounding", tax.isStated() ? Tax.ROUNDING : null);
  }

  /** What a currency comes to, within its total. */
  static void sum(Statement.Total total, Tax tax, JsonGenerator out) throws IOException {
    out.writeNumberField("dueMicro", total.dueMicro());
    Json.number(out, "taxMicro", tax.isStated() ? tax.ofMicro(total.dueMicro()) : null);
    out.writeNumberField("grossMicro", tax.grossMicro(total.dueMicro()));
    out.writeNumberField("settledMicro", total.settlement().walletGrossMicro());
    out.writeNumberField("settledNetMicro", total.settlement().walletMicro());
    out.writeNumberField("paidMicro", total.settlement().paidMicro());
    out.writeNumberField("payableMicro", total.payableMicro(tax));
  }
}
