package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.core.message.Input;

/** A history that shows a planted bug is made as short as the bug allows. */
final class ToldStoryTest {
  private static final int STEPS = 150;

  /** A replay that takes holds of users for holds of administrators. */
  private static final Consumer<SchedulerStory> BUG =
      story -> {
        SchedulerMachine replayed = new SchedulerMachine();
        for (LoggedEvent each : story.log) {
          Event event =
              each.event() instanceof JobHeld held
                  ? new JobHeld(held.job(), !held.byAdministrator())
                  : each.event();
          replayed.apply(
              new LoggedEvent(each.position(), each.epoch(), each.timeMs(), each.actor(), event));
        }
        assertThat(replayed.digest()).isEqualTo(story.machine.digest());
      };

  @Test
  void ofAPlantedBugOnlyTheHoldAndTheSubmissionsBeforeItAreLeft() {
    int found = 0;
    int exact = 0;
    for (long seed = 0; seed < 60 && exact < 1; seed++) {
      if (RandomHistory.isCrowded(seed)) {
        // There tasks of arrays have numbers as well.
        continue;
      }
      RandomHistory history = new RandomHistory(seed, SchedulerStory.site().withoutChecks());
      history.steps(STEPS);
      ToldStory told = history.told();
      if (told.fails(BUG)) {
        found++;
        ToldStory shortest = told.shortest(BUG);
        assertThat(shortest.fails(BUG)).isTrue();
        List<Input> left = shortest.inputs().stream().map(ToldStory.Told::input).toList();
        assertThat(left.getLast()).as(shortest.lines()).isInstanceOf(Input.HoldJob.class);
        List<Input> before =
            left.subList(0, left.size() - 1).stream()
                .filter(each -> !(each instanceof Input.RegisterNode))
                .toList();
        List<Input> submissions =
            before.stream().filter(Input.SubmitJob.class::isInstance).toList();
        long number = ((Input.HoldJob) left.getLast()).job().value();
        assertThat(before.stream().filter(each -> !submissions.contains(each)))
            .as("tasks of arrays that started have numbers too:%n%s", shortest.lines())
            .allMatch(each -> each instanceof Input.PlanPass && submissions.size() < number);
        assertThat(submissions)
            .as("the held job has its number from those before it:%n%s", shortest.lines())
            .hasSizeBetween(1, (int) number);
        exact += before.size() == number ? 1 : 0;
        assertThat(left.size() - 1 - before.size())
            .as("nodes are left where a job asks for as many:%n%s", shortest.lines())
            .isIn(0, mostNodes(submissions));
      }
    }
    assertThat(exact).as("seeds that show the bug by submissions alone, of " + found).isPositive();
  }

  /** A job is accepted where there are as many nodes as it asks for. */
  private static int mostNodes(List<Input> submissions) {
    return submissions.stream()
        .map(each -> ((Input.SubmitJob) each).request().nodes())
        .mapToInt(nodes -> nodes == null ? 0 : nodes)
        .max()
        .orElse(0);
  }

  @Test
  void aToldStoryIsTheSameAgain() {
    RandomHistory history = new RandomHistory(7, SchedulerStory.site());
    history.steps(STEPS);
    assertThat(history.told().tell().machine.digest()).isEqualTo(history.story.machine.digest());
  }
}
