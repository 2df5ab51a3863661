package org.queqiao.core;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.queqiao.core.message.Input;

/**
 * The inputs of a story, each with its time, to be told again or in part: what fails is made short,
 * so that a person can read it.
 *
 * @param inputs in their order
 */
record ToldStory(List<Told> inputs) {
  ToldStory {
    inputs = List.copyOf(inputs);
  }

  /** An input and the time at which it was told. */
  record Told(long nowMs, Input input) {}

  /** Tells it to a site in which nothing has happened. */
  SchedulerStory tell() {
    return tell(_ -> _ -> {});
  }

  /** As {@code tell}, and somebody looks at the story after each input. */
  private SchedulerStory tell(Function<SchedulerStory, Consumer<Input>> watcher) {
    SchedulerStory story = SchedulerStory.site();
    Consumer<Input> watch = watcher.apply(story);
    for (Told each : inputs) {
      story.nowMs = each.nowMs();
      story.hears(each.input());
      watch.accept(each.input());
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

  /** As {@code shortest}, of what a watcher finds on the way. */
  ToldStory shortestSeenBy(Function<SchedulerStory, Consumer<Input>> watcher) {
    return new ToldStory(
        Shortest.of(
            inputs,
            each -> {
              try {
                new ToldStory(each).tell(watcher);
                return false;
              } catch (AssertionError | RuntimeException failure) {
                return true;
              }
            }));
  }

  /** A story that fails as well and that no input can be left out of. */
  ToldStory shortest(Consumer<SchedulerStory> check) {
    return new ToldStory(Shortest.of(inputs, each -> new ToldStory(each).fails(check)));
  }

  /** A line for each input. */
  String lines() {
    return inputs.stream()
        .map(each -> "  " + each.nowMs() + " " + each.input())
        .collect(Collectors.joining("\n"));
  }
}
