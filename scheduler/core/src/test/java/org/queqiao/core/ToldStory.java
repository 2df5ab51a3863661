package org.queqiao.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.queqiao.core.message.Input;

/**
 * The inputs of a story, each with its time, to be told again or in part: what fails is made short,
 * so that a person can read it.
 *
 * @param inputs in their order
 */
record ToldStory(List<Told> inputs) {
  private static final int MAX_RUNS = 2_000;

  ToldStory {
    inputs = List.copyOf(inputs);
  }

  /** An input and the time at which it was told. */
  record Told(long nowMs, Input input) {}

  /** Tells it to a site in which nothing has happened. */
  SchedulerStory tell() {
    SchedulerStory story = SchedulerStory.site();
    for (Told each : inputs) {
      story.nowMs = each.nowMs();
      story.hears(each.input());
    }
    return story;
  }

  /** Whether telling it, or what is checked after that, fails. */
  boolean fails(Consumer<SchedulerStory> check) {
    try {
      check.accept(tell());
      return false;
    } catch (AssertionError | RuntimeException failure) {
      return true;
    }
  }

  /**
   * A story that fails as well and that no input can be left out of, or the shortest found within a
   * bound: halves are left out first, then quarters, then ever smaller parts.
   */
  ToldStory shortest(Consumer<SchedulerStory> check) {
    ToldStory shortest = this;
    int runs = 0;
    for (int part = Math.max(1, inputs.size() / 2); part >= 1 && runs < MAX_RUNS; ) {
      boolean shorter = false;
      for (int from = 0; from < shortest.inputs.size() && runs++ < MAX_RUNS; ) {
        ToldStory without = shortest.without(from, part);
        if (without.fails(check)) {
          shortest = without;
          shorter = true;
        } else {
          from += part;
        }
      }
      part = shorter && part == 1 ? 1 : part / 2;
    }
    return shortest;
  }

  private ToldStory without(int from, int count) {
    List<Told> rest = new ArrayList<>(inputs.subList(0, from));
    rest.addAll(inputs.subList(Math.min(from + count, inputs.size()), inputs.size()));
    return new ToldStory(rest);
  }

  /** A line for each input. */
  String lines() {
    return inputs.stream()
        .map(each -> "  " + each.nowMs() + " " + each.input())
        .collect(Collectors.joining("\n"));
  }
}
