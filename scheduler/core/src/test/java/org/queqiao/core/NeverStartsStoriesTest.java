package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.script;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.forecast.Trial;
import org.queqiao.core.forecast.TrialResult;
import org.queqiao.core.forecast.WhatIf;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.TermsRequest;

/** Jobs whose start no time brings: it is said when they come, and they count for nothing else. */
final class NeverStartsStoriesTest {
  private static final String LIMIT =
      "AssocGrpCpuLimit: user liwei may have 1 cores; user liwei has 0, this job asks for 2, so it"
          + " cannot start while both stay as they are";

  private final SchedulerStory story = SchedulerStory.site();

  private void mayHave(long cores) {
    Limit most = new Limit(LimitScope.GROUP, Quantity.CORES, "", cores);
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(
                new Subject.User(new UserName("liwei")),
                new Rules(1, null, List.of(), null, 0, List.of(most)))));
  }

  @Test
  void aLimitThatNeverLetsItStartIsNamedWhenItComes() {
    story.node("n1", 4);
    mayHave(1);
    Input.SubmitJob two =
        new Input.SubmitJob(
            SchedulerStory.user("liwei"),
            script().cpusPerTask(2).build(),
            "key",
            "hash".getBytes(StandardCharsets.UTF_8));
    Reply reply = story.hears(two);
    assertThat(reply).isEqualTo(new Reply.JobAccepted(new JobId(1), false, LIMIT));
    assertThat(story.hears(two)).isEqualTo(new Reply.JobAccepted(new JobId(1), true, LIMIT));
    story.plans();
    assertThat(story.machine.state().neverStarts(new JobId(1))).contains(LIMIT);
    assertThat(story.machine.state().pendingWhy(new JobId(1)).sentence())
        .isEqualTo(LIMIT.substring("AssocGrpCpuLimit: ".length()));
    assertThat(story.explained(new JobId(1)))
        .contains("so it cannot start while both stay as they are.");
    assertThat(story.hears(SchedulerStory.submission("liwei", script())))
        .as("one core is not too much")
        .isEqualTo(new Reply.JobAccepted(new JobId(2), false));
    mayHave(2);
    assertThat(story.hears(two)).isEqualTo(new Reply.JobAccepted(new JobId(1), true));
    assertThat(story.machine.state().neverStarts(new JobId(1))).isEmpty();
  }

  private JobId after(String dependency) {
    return story.submits("chenjie", on(dependency));
  }

  private static JobRequest.Builder on(String dependency) {
    return script().terms(TermsRequest.NONE.withDependency(dependency));
  }

  @Test
  void theyAndThoseBehindThemAreApartFromATrial() {
    story.node("n1", 1);
    story.submits("wangfang", script().limitMs(HOUR_MS));
    story.plans();
    JobId plain = story.submits("chenjie", script().limitMs(HOUR_MS));
    TrialResult before = tried();
    assertThat(before.apart()).isZero();
    mayHave(1);
    JobId large = story.submits("chenjie", script().hold(true));
    JobId failed = story.submits("chenjie", script().hold(true));
    JobId behindHeld = after("afterany:" + large);
    JobId behindThat = after("afterok:" + behindHeld + ",after:" + plain);
    JobId either = after("afterok:" + behindHeld + "?afterany:" + plain);
    JobId late = after("afterok:" + failed);
    JobId single = story.submits("chenjie", on("singleton").name("one"));
    story.does(new Input.HoldJob(SchedulerStory.user("chenjie"), single));
    JobId behindSingle = story.submits("chenjie", on("singleton").name("one"));
    story.does(new Input.CancelJob(SchedulerStory.user("chenjie"), failed));
    assertThat(story.machine.state().waitForSomebody())
        .containsExactly(large, behindHeld, behindThat, late, single, behindSingle);
    TrialResult result = tried();
    assertThat(result.apart()).isEqualTo(6);
    assertThat(result.base().jobs()).as("%s and %s", plain, either).isEqualTo(2);
    assertThat(result.base().notStarted()).isZero();
    story.does(new Input.CancelJob(SchedulerStory.user("chenjie"), either));
    assertThat(tried().base()).as("nothing of them is left in the means").isEqualTo(before.base());
  }

  @Test
  void whoAsksForMoreThanALimitLeavesIsApartToo() {
    story.node("n1", 4);
    mayHave(1);
    JobId large = story.submits("liwei", script().cpusPerTask(2));
    story.submits("liwei", script());
    assertThat(story.machine.state().waitForSomebody()).containsExactly(large);
    assertThat(tried().apart()).isEqualTo(1);
    assertThat(tried().base().jobs()).isEqualTo(1);
  }

  private TrialResult tried() {
    Trial nothing =
        new Trial(SchedulerStory.user("admin1"), null, null, null, List.of(), null, 0, null, null);
    return new WhatIf(story.machine.image(), story.nowMs, 24 * HOUR_MS, 1_000_000, () -> false)
        .of(nothing, new RunTimeRatios(), 1);
  }
}
