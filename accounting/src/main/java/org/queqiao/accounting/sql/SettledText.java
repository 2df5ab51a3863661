package org.queqiao.accounting.sql;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.accounting.ledger.Settled;

/**
 * What of a run is posted while it goes on, as text: {@code
 * until;stops;coreMs;costs;segments;covers;behind;elsewhere}, where amounts are {@code
 * CNY=5,USD=7}, and those of segments and allowances stand behind what they are of: {@code
 * 1000:CNY=5|2000:CNY=7}. What stands in another month than its own is {@code
 * 2026-11=1000|2026-11=1000/MEMORY}. Texts from before lack the last fields.
 */
final class SettledText {
  private static final int FIELDS = 8;
  private static final int BEHIND = 6;
  private static final int ELSEWHERE = 7;

  private SettledText() {}

  static String write(Settled settled) {
    if (settled.untilMs() == 0) {
      return "";
    }
    List<String> segments = new ArrayList<>();
    settled.segments().forEach((fromMs, micro) -> segments.add(fromMs + ":" + amounts(micro)));
    List<String> covers = new ArrayList<>();
    settled
        .covers()
        .forEach((id, each) -> covers.add(id + ":" + each.coreMs() + ":" + amounts(each.micro())));
    List<String> elsewhere = new ArrayList<>();
    settled
        .elsewhere()
        .forEach((name, month) ->
            elsewhere.add(month + "=" + URLEncoder.encode(name, StandardCharsets.UTF_8)));
    return String.join(
        ";",
        Long.toString(settled.untilMs()),
        Integer.toString(settled.stops()),
        Long.toString(settled.coreMs()),
        amounts(settled.costs()),
        String.join("|", segments),
        String.join("|", covers),
        amounts(settled.behind()),
        String.join("|", elsewhere));
  }

  static Settled read(String text) {
    if (text.isEmpty()) {
      return Settled.NONE;
    }
    String[] fields = text.split(";", FIELDS);
    TreeMap<Long, SortedMap<String, Long>> segments = new TreeMap<>();
    for (String each : split(fields[4], "\\|")) {
      String[] parts = each.split(":", 2);
      segments.put(Long.valueOf(parts[0]), amounts(parts[1]));
    }
    TreeMap<Long, Settled.Covered> covers = new TreeMap<>();
    for (String each : split(fields[5], "\\|")) {
      String[] parts = each.split(":", 3);
      covers.put(
          Long.valueOf(parts[0]), new Settled.Covered(Long.parseLong(parts[1]), amounts(parts[2])));
    }
    return new Settled(
        Long.parseLong(fields[0]),
        Integer.parseInt(fields[1]),
        Long.parseLong(fields[2]),
        amounts(fields[3]),
        segments,
        covers,
        amounts(field(fields, BEHIND)),
        elsewhere(field(fields, ELSEWHERE)));
  }

  private static String field(String[] fields, int at) {
    return at < fields.length ? fields[at] : "";
  }

  private static SortedMap<String, String> elsewhere(String text) {
    TreeMap<String, String> months = new TreeMap<>();
    for (String each : split(text, "\\|")) {
      int sign = each.indexOf('=');
      months.put(
          URLDecoder.decode(each.substring(sign + 1), StandardCharsets.UTF_8),
          each.substring(0, sign));
    }
    return months;
  }

  private static String[] split(String text, String sign) {
    return text.isEmpty() ? new String[0] : text.split(sign);
  }

  private static String amounts(SortedMap<String, Long> micro) {
    List<String> parts = new ArrayList<>();
    micro.forEach((currency, amount) -> parts.add(currency + "=" + amount));
    return String.join(",", parts);
  }

  private static SortedMap<String, Long> amounts(String text) {
    TreeMap<String, Long> micro = new TreeMap<>();
    for (String each : split(text, ",")) {
      int sign = each.indexOf('=');
      micro.put(each.substring(0, sign), Long.valueOf(each.substring(sign + 1)));
    }
    return micro;
  }
}
