package org.queqiao.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One step of a case whose moves depend on what is there when they are made. It has dice of its
 * own, so that it does the like when other steps are left out.
 *
 * @param number its place among all steps that were drawn, from 0
 * @param seed of its dice
 */
public record Step(int number, long seed) {
  /** So many steps. */
  public static List<Step> drawn(SplittableRandom random, int count) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      steps.add(new Step(i, random.nextLong()));
    }
    return steps;
  }

  /** Its dice, from the beginning. */
  public SplittableRandom dice() {
    return new SplittableRandom(seed);
  }
}
