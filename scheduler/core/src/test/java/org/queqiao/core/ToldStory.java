package org.queqiao.core;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.queqiao.core.message.Input;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Shortest;

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
  record Told(long nowMs, Input input) {
    @Override
    public String toString() {
      return nowMs + " " + Words.of(input);
    }
  }

  /** Tells it to a site in which nothing has happened. */
  SchedulerStory tell() {
    return tell(_ -> _ -> {});
  }

  /** As {@code tell}, and somebody looks at the story after each input. */
  SchedulerStory tell(Function<SchedulerStory, Consumer<Input>> watcher) {
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

  /** A story that fails as well and that no input can be left out of. */
  ToldStory shortest(Consumer<SchedulerStory> check) {
    return new ToldStory(Shortest.of(inputs, each -> new ToldStory(each).fails(check)));
  }

  /**
   * The failure of a seed, with the inputs alone that it needs.
   *
   * @param failure how the story failed when it was first told
   * @param again tells a story and checks what failed
   */
  AssertionError shortened(long seed, Throwable failure, Consumer<ToldStory> again) {
    return SeededProperty.shortened(
        seed,
        new SeededProperty.Case<Told>() {
          @Override
          public List<Told> moves() {
            return inputs;
          }

          @Override
          public void plays(List<Told> moves, Consumer<String> says) {
            again.accept(new ToldStory(moves));
          }
        },
        failure);
  }

  /** A line for each input. */
  String lines() {
    return inputs.stream().map(each -> "  " + each).collect(Collectors.joining("\n"));
  }
}
