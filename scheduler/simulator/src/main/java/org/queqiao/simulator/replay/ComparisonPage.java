package org.queqiao.simulator.replay;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/** A page with the curves of several replays of one log: one file, no script, nothing loaded. */
final class ComparisonPage {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 320;
  private static final int LEFT = 60;
  private static final int TOP = 20;
  private static final int POINTS = 240;
  private static final int MOST_DECADES = 9;

  /** Room on the right for the names of the curves, and half of the last number. */
  private static final int RIGHT = 140;

  private static final String[] COLOURS = {
    "#1f6fb2", "#d1495b", "#2e8b57", "#b8860b", "#6a4c93", "#008b8b", "#8b4513", "#556b2f"
  };

  private ComparisonPage() {}

  /** One replay and its name. */
  record Curve(String name, ReplayResult result) {}

  static String html(String title, List<Curve> curves) {
    StringBuilder out = new StringBuilder();
    out.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>")
        .append(escaped(title))
        .append("</title><style>body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;")
        .append("padding:0 1rem}table{border-collapse:collapse}td,th{padding:.2rem .8rem;")
        .append("text-align:right;border-bottom:1px solid #ccc}td:first-child,th:first-child")
        .append("{text-align:left}svg{max-width:100%;height:auto}</style><h1>")
        .append(escaped(title))
        .append("</h1>");
    table(out, curves);
    out.append("<h2>Wait: how many percent of the jobs started within this time</h2>");
    chart(
        out,
        curves,
        "seconds, each step ten times the last",
        decades(curves.stream().mapToDouble(each -> each.result().waitS(100)).max().orElse(1)),
        ComparisonPage::percentWithin);
    out.append("<h2>Bounded slowdown: how many percent of the jobs had at most this</h2>");
    chart(
        out,
        curves,
        "slowdown, each step ten times the last",
        decades(curves.stream().mapToDouble(ComparisonPage::mostSlowed).max().orElse(1)),
        ComparisonPage::percentSlowed);
    return out.append("</html>\n").toString();
  }

  private static void table(StringBuilder out, List<Curve> curves) {
    out.append("<table><tr><th>policy<th>mean wait s<th>P50 s<th>P95 s<th>P99 s<th>longest s")
        .append("<th>mean bounded slowdown<th>utilisation<th>makespan s</tr>");
    for (Curve curve : curves) {
      ReplayResult r = curve.result();
      out.append(
          String.format(
              Locale.ROOT,
              "<tr><td>%s<td>%.1f<td>%d<td>%d<td>%d<td>%d<td>%.3f<td>%.4f<td>%d</tr>",
              escaped(curve.name()),
              r.meanWaitS(),
              r.waitS(50),
              r.waitS(95),
              r.waitS(99),
              r.waitS(100),
              r.meanBoundedSlowdown(),
              r.utilisation(),
              r.makespanS()));
    }
    out.append("</table>");
  }

  /** How many steps of ten times a value needs. */
  private static int decades(double most) {
    return Math.clamp((int) Math.ceil(Math.log10(Math.max(10, most))), 1, MOST_DECADES);
  }

  private static double mostSlowed(Curve curve) {
    double most = 1;
    for (int i = 0; i < curve.result().jobs().count(); i++) {
      most = Math.max(most, curve.result().boundedSlowdown(i));
    }
    return most;
  }

  /** Percent of jobs by a value. */
  private interface Share {
    DoubleUnaryOperator of(ReplayResult result);
  }

  private static DoubleUnaryOperator percentWithin(ReplayResult result) {
    return wait -> result.percentOfWaitsUpTo((long) wait);
  }

  private static DoubleUnaryOperator percentSlowed(ReplayResult result) {
    double[] slowdowns = new double[result.jobs().count()];
    for (int i = 0; i < slowdowns.length; i++) {
      slowdowns[i] = result.boundedSlowdown(i);
    }
    Arrays.sort(slowdowns);
    return bound -> {
      int at = Arrays.binarySearch(slowdowns, Math.nextUp(bound));
      return 100.0 * (at < 0 ? -at - 1 : at) / slowdowns.length;
    };
  }

  private static void chart(
      StringBuilder out, List<Curve> curves, String axis, int decades, Share share) {
    out.append(
        String.format(
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"12\">",
            WIDTH + LEFT + RIGHT, HEIGHT + TOP + 40));
    grid(out, axis, decades);
    for (int i = 0; i < curves.size(); i++) {
      String colour = COLOURS[i % COLOURS.length];
      DoubleUnaryOperator percent = share.of(curves.get(i).result());
      out.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
          .append(colour)
          .append("\" points=\"");
      for (int point = 0; point <= POINTS; point++) {
        double part = (double) point / POINTS;
        double value = Math.pow(10, part * decades);
        out.append(
            String.format(Locale.ROOT, "%.1f,%.1f ", x(part), y(percent.applyAsDouble(value))));
      }
      out.append("\"/><text fill=\"")
          .append(colour)
          .append("\" x=\"")
          .append(LEFT + WIDTH + 10)
          .append("\" y=\"")
          .append(TOP + 14 + 20 * i)
          .append("\">")
          .append(escaped(curves.get(i).name()))
          .append("</text>");
    }
    out.append("</svg>");
  }

  private static void grid(StringBuilder out, String axis, int decades) {
    for (int percent = 0; percent <= 100; percent += 20) {
      out.append(
          String.format(
              Locale.ROOT,
              "<line stroke=\"#ddd\" x1=\"%1$d\" x2=\"%2$d\" y1=\"%3$.1f\" y2=\"%3$.1f\"/>"
                  + "<text text-anchor=\"end\" x=\"%4$d\" y=\"%3$.1f\">%5$d %%</text>",
              LEFT,
              LEFT + WIDTH,
              y(percent),
              LEFT - 6,
              percent));
    }
    for (int decade = 0; decade <= decades; decade++) {
      double at = x((double) decade / decades);
      out.append(
          String.format(
              Locale.ROOT,
              "<line stroke=\"#ddd\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"/>"
                  + "<text text-anchor=\"middle\" x=\"%1$.1f\" y=\"%4$d\">%5$s</text>",
              at,
              TOP,
              TOP + HEIGHT,
              TOP + HEIGHT + 16,
              String.format(Locale.ROOT, "%,d", (long) Math.pow(10, decade))));
    }
    out.append(
        String.format(
            "<text text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>",
            LEFT + WIDTH / 2, TOP + HEIGHT + 34, axis));
  }

  private static double x(double part) {
    return LEFT + part * WIDTH;
  }

  private static double y(double percent) {
    return TOP + HEIGHT * (1 - percent / 100);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
