package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.ledger.Billed;
import org.queqiao.accounting.metering.Segment;

/**
 * What a segment held and what of it was charged under which price, as a text beside it. A part is
 * {@code KIND@UNITS/BLOCKED@SINCE@MICRO=QUANTITY=CHARGED,...}, parts stand behind one another with
 * {@code ;} between. Where the segment says the rest itself, which is nearly always, it is {@code
 * SINCE@MICRO}.
 */
final class SegmentParts {
  private static final int SHORT_FIELDS = 2;
  private static final int ALL_FIELDS = 4;

  private SegmentParts() {}

  /**
   * A part.
   *
   * @param nodeType the kind of the nodes, or empty
   * @param units cores, devices, bytes or millijoules
   * @param blocked of cores those that it blocked, else the same
   * @param priceFromMs the instant from which its price held
   * @param billed what was charged under which price
   */
  record Part(String nodeType, long units, long blocked, long priceFromMs, List<Billed> billed) {}

  static String write(Segment segment, List<Billed> billed) {
    if (segment.parts().size() == 1 && billed.size() == 1) {
      Segment.Priced part = segment.parts().getFirst();
      boolean known =
          part.part().units() == part.part().blockedUnits()
              && (!segment.isOfCores() || part.part().use().nodeType().isEmpty());
      if (known) {
        return part.price().validFromMs() + "@" + billed.getFirst().micro();
      }
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < segment.parts().size(); i++) {
      Segment.Priced part = segment.parts().get(i);
      out.append(i == 0 ? "" : ";")
          .append(URLEncoder.encode(part.part().use().nodeType(), StandardCharsets.UTF_8))
          .append('@')
          .append(part.part().units())
          .append('/')
          .append(part.part().blockedUnits())
          .append('@')
          .append(part.price().validFromMs());
      char before = '@';
      for (Billed each : billed) {
        if (each.part() == i) {
          out.append(before)
              .append(each.micro())
              .append('=')
              .append(each.quantity())
              .append('=')
              .append(each.chargedMicro());
          before = ',';
        }
      }
    }
    return out.toString();
  }

  /** What is beside a segment; empty where that was not kept. */
  static List<Part> read(SegmentRow row) {
    List<Part> parts = new ArrayList<>();
    if (row.parts().isEmpty()) {
      return parts;
    }
    String[] texts = row.parts().split(";");
    for (int i = 0; i < texts.length; i++) {
      String[] fields = texts[i].split("@");
      if (fields.length == SHORT_FIELDS) {
        Billed whole = new Billed(0, Long.parseLong(fields[1]), row.quantity(), row.chargeMicro());
        long units = Math.absExact(row.units());
        parts.add(
            new Part(row.nodeType(), units, units, Long.parseLong(fields[0]), List.of(whole)));
        continue;
      }
      String[] held = fields[1].split("/");
      List<Billed> billed = new ArrayList<>();
      for (String each : fields.length < ALL_FIELDS ? new String[0] : fields[3].split(",")) {
        String[] figures = each.split("=");
        billed.add(
            new Billed(
                i,
                Long.parseLong(figures[0]),
                new BigInteger(figures[1]),
                Long.parseLong(figures[2])));
      }
      parts.add(
          new Part(
              URLDecoder.decode(fields[0], StandardCharsets.UTF_8),
              Long.parseLong(held[0]),
              Long.parseLong(held[1]),
              Long.parseLong(fields[2]),
              billed));
    }
    return parts;
  }
}
