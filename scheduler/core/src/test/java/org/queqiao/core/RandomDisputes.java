package org.queqiao.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.core.message.Input;

/** Charges that are disputed and answered, by who may and who may not, with dice of their own. */
final class RandomDisputes {
  private final SplittableRandom random;
  private final SplittableRandom lost;
  private final SchedulerStory story;

  RandomDisputes(long seed, SchedulerStory story) {
    this.random = new SplittableRandom(seed + 5_000_011);
    this.lost = new SplittableRandom(seed + 11_000_027);
    this.story = story;
  }

  /** What somebody says of a charge, now and then. */
  Optional<Input> next() {
    if (random.nextInt(12) == 0) {
      return Optional.of(random.nextBoolean() ? opened() : answered());
    }
    return lost.nextInt(40) == 0 ? Optional.of(seen()) : Optional.empty();
  }

  /** Runs that are said to have been looked at: some, none, or one twice. */
  private Input seen() {
    List<RunId> runs = new ArrayList<>();
    for (int i = lost.nextInt(3); i > 0; i--) {
      runs.add(new RunId(new JobId(1 + lost.nextInt(5)), 1));
    }
    String who = List.of("finance1", "finance1", "liwei").get(lost.nextInt(3));
    return new Input.SeeLostRuns(
        SchedulerStory.user(who), runs, lost.nextInt(4) == 0 ? "" : "the node had vanished");
  }

  private Input opened() {
    ProjectName project =
        random.nextInt(4) == 0 ? SchedulerStory.MATERIALS : SchedulerStory.CLIMATE;
    String charge = "capture/" + (1 + random.nextInt(3)) + ".1/x";
    return new Input.OpenDispute(one("liwei", "chenjie"), project, charge, "the node was broken");
  }

  private Input answered() {
    long dispute =
        story.machine.image().money().disputes().stream()
            .map(each -> each.id())
            .findFirst()
            .orElse(1L);
    long micro = random.nextBoolean() ? 0 : random.nextInt(1_000);
    return new Input.AnswerDispute(
        one("finance1", "admin1"),
        dispute,
        micro,
        micro == 0 ? "" : "CNY",
        micro == 0 ? null : RefundReason.NODE_FAIL,
        "looked at it");
  }

  private Actor one(String usual, String other) {
    return SchedulerStory.user(List.of(usual, usual, other).get(random.nextInt(3)));
  }
}
