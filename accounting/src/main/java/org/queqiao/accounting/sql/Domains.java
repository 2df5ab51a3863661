package org.queqiao.accounting.sql;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.DomainCode;

/** Domain shares as text: {@code code=permille}, separated by commas. */
final class Domains {
  private Domains() {}

  static String write(List<DomainShare> shares) {
    StringBuilder out = new StringBuilder();
    for (DomainShare share : shares) {
      out.append(out.isEmpty() ? "" : ",")
          .append(share.domain())
          .append('=')
          .append(share.permille());
    }
    return out.toString();
  }

  static List<DomainShare> read(String text) {
    List<DomainShare> shares = new ArrayList<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",")) {
      int equals = part.indexOf('=');
      shares.add(
          new DomainShare(
              new DomainCode(part.substring(0, equals)),
              Integer.parseInt(part.substring(equals + 1))));
    }
    return shares;
  }
}
