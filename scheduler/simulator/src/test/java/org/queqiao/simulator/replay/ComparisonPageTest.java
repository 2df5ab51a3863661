package org.queqiao.simulator.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.queqiao.core.plan.KnownPolicy;
import org.queqiao.core.predict.Correction;
import org.queqiao.simulator.swf.LublinModel;

/** The page with the curves shows all of them, and every number in full. */
final class ComparisonPageTest {
  private static final Pattern BOX = Pattern.compile("viewBox=\"0 0 ([0-9]+) ");
  private static final Pattern TICK =
      Pattern.compile("<text text-anchor=\"middle\" x=\"([0-9.]+)\" y=\"[0-9]+\">([0-9,]+)<");

  /** Half a digit of the font, at the most. */
  private static final double HALF_DIGIT = 3.8;

  private static String page() {
    ReplayJobs jobs = ReplayJobs.of(new LublinModel(3, 64, 6, 8).generate(800), 64);
    List<ComparisonPage.Curve> curves =
        List.of(KnownPolicy.FCFS, KnownPolicy.EASY).stream()
            .map(policy ->
                new ComparisonPage.Curve(
                    policy.policyName(),
                    Replay.run(
                        jobs,
                        new ReplaySettings(
                            policy, Estimates.REQUESTED, Correction.REQUESTED, PassRule.BATCH))))
            .toList();
    assertThat(curves.getFirst().result().waitS(100)).as("the longest wait").isGreaterThan(100);
    return ComparisonPage.html("a <log>", curves);
  }

  @Test
  void everyNumberOfTheAxesIsInsideThePicture() {
    String page = page();
    Matcher box = BOX.matcher(page);
    assertThat(box.find()).isTrue();
    double width = Double.parseDouble(box.group(1));
    Matcher tick = TICK.matcher(page);
    int ticks = 0;
    while (tick.find()) {
      double half = tick.group(2).length() * HALF_DIGIT;
      assertThat(Double.parseDouble(tick.group(1)) + half).as(tick.group(2)).isLessThan(width);
      ticks++;
    }
    assertThat(ticks).isGreaterThan(4);
  }

  @Test
  void theNamesOfTheCurvesStandBesideThem() {
    Matcher name = Pattern.compile("<text fill=\"[^\"]+\" x=\"([0-9]+)\"").matcher(page());
    int names = 0;
    while (name.find()) {
      assertThat(Integer.parseInt(name.group(1))).as("right of the picture").isGreaterThan(780);
      names++;
    }
    assertThat(names).isPositive();
  }

  @Test
  void theCurvesEndWhereTheyReachAllJobs() {
    Matcher curve = Pattern.compile("points=\"([^\"]+)\"").matcher(page());
    int curves = 0;
    while (curve.find()) {
      String points = curve.group(1).strip();
      assertThat(points.substring(points.lastIndexOf(' '))).as("100 percent").endsWith(",20.0");
      curves++;
    }
    assertThat(curves).isEqualTo(4);
    assertThat(page()).contains("a &lt;log&gt;");
  }
}
